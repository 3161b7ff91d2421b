/** One figure: ours, what it is held against in the same run, and the goal for it. */
export interface Row {
  readonly name: string;
  readonly unit: 'ms' | 'MB' | 'bytes' | 'commits/s' | 'requests/s' | '% of a core';
  readonly ours: number;
  /** What ours is divided by; undefined for an absolute figure. */
  readonly against?: { readonly name: string; readonly value: number };
  /** What the ratio, or the absolute figure, should be. */
  readonly goal: Goal;
}

/** A bound from above or from below. */
export type Goal = { readonly atMost: number } | { readonly atLeast: number };

/** A row with what came of it. */
export interface Judged extends Row {
  readonly figure: number;
  readonly met: boolean;
}

/** Holds a row against its goal. */
export function judge(row: Row): Judged {
  const { ours, against, goal } = row;
  const figure = against === undefined ? ours : ours / against.value;
  const met = 'atMost' in goal ? figure <= goal.atMost : figure >= goal.atLeast;
  return { ...row, figure: Number(figure.toPrecision(3)), met };
}

/** A goal in a few signs; `show` writes its number. */
export function showGoal(goal: Goal, show: (bound: number) => string): string {
  return 'atMost' in goal ? `≤ ${show(goal.atMost)}` : `≥ ${show(goal.atLeast)}`;
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
