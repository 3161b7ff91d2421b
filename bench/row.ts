/** One figure: ours, what it is held against in the same run, and the goal for it. */
export interface Row {
  readonly name: string;
  readonly unit: 'ms' | 'MB' | 'bytes';
  readonly ours: number;
  /** What ours is divided by; undefined for an absolute figure. */
  readonly against?: { readonly name: string; readonly value: number };
  /** The most that the ratio, or the absolute figure, should be. */
  readonly goal: number;
}

/** A row with what came of it. */
export interface Judged extends Row {
  readonly figure: number;
  readonly met: boolean;
}

/** Holds a row against its goal. */
export function judge(row: Row): Judged {
  const figure = row.against === undefined ? row.ours : row.ours / row.against.value;
  return { ...row, figure: Number(figure.toPrecision(3)), met: figure <= row.goal };
}

/** The middle of several measurements. */
export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? Number.NaN;
}

/** Runs `work` some times, the rounds of all contestants mixed, and returns each one's median, in ms. */
export async function race<Name extends string>(
  rounds: number,
  contestants: Readonly<Record<Name, (round: number) => Promise<unknown>>>,
): Promise<Record<Name, number>> {
  const names = Object.keys(contestants) as Name[];
  const times = new Map<Name, number[]>(names.map(name => [name, []]));
  for (let round = 0; round < rounds; round += 1) {
    for (const name of names) {
      const startedAt = performance.now();
      await contestants[name](round);
      times.get(name)?.push(performance.now() - startedAt);
    }
  }
  return Object.fromEntries(names.map(name => [name, median(times.get(name) ?? [])])) as Record<
    Name,
    number
  >;
}
