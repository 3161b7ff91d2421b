/** So many slips of the finger still leave a word recognisable. */
const MAX_SLIPS = 2;

/** The known word that was probably meant: one that begins so, else the one with the fewest slips, at most two. */
export function nearest(word: string, known: readonly string[]): string | undefined {
  const meant = word.toLowerCase().slice(0, 40);
  const longer = known.find(
    candidate => meant.length > 2 && candidate.toLowerCase().startsWith(meant),
  );
  if (longer !== undefined) return longer;
  const ranked = known
    .map(candidate => ({ candidate, slips: slips(meant, candidate.toLowerCase()) }))
    .sort((a, b) => a.slips - b.slips);
  return ranked[0] !== undefined && ranked[0].slips <= MAX_SLIPS ? ranked[0].candidate : undefined;
}

/** The Levenshtein distance: how many letters to add, drop or change. */
function slips(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, index) => index);
  for (const [i, letter] of [...a].entries()) {
    const next = [i + 1];
    for (const [j, other] of [...b].entries()) {
      const changed = (row[j] ?? 0) + (letter === other ? 0 : 1);
      next.push(Math.min(changed, (row[j + 1] ?? 0) + 1, (next[j] ?? 0) + 1));
    }
    row = next;
  }
  return row.at(-1) ?? 0;
}
