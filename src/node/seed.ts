import { randomInt } from 'node:crypto';

/** How many words an aezeed has. */
const WORDS = 24;
/** How many of them are asked back. */
const ASKED = 4;

/** The words of a seed as typed: any spaces, any case; undefined if they cannot be one. lnd judges the rest. */
export function wordsOf(typed: string): readonly string[] | undefined {
  const words = typed.trim().toLowerCase().split(/\s+/);
  return words.length === WORDS && words.every(word => /^[a-z]{3,8}$/.test(word))
    ? words
    : undefined;
}

/** The places, from 1 and in order, whose words a human is asked back: whoever wrote none down knows none. */
export function askedBack(): readonly number[] {
  const places = Array.from({ length: WORDS }, (_, index) => index + 1);
  const chosen = Array.from(
    { length: ASKED },
    () => places.splice(randomInt(places.length), 1)[0] ?? 1,
  );
  return chosen.toSorted((a, b) => a - b);
}

/** The words in four columns, numbered as they are read. */
export function seedText(words: readonly string[]): string {
  const rows = WORDS / ASKED;
  const cell = (index: number) =>
    `${String(index + 1).padStart(2)}. ${(words[index] ?? '').padEnd(10)}`;
  return Array.from({ length: rows }, (_, row) =>
    Array.from({ length: ASKED }, (_column, column) => cell(row * ASKED + column))
      .join(' ')
      .trimEnd(),
  ).join('\n');
}
