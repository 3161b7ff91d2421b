import type { Load } from './load.ts';
import type { Row } from './row.ts';

/** What load did to us against what the same did to another, as requests a second and as the 99th percentile. */
export function loadRows(
  name: string,
  ours: Load,
  other: { readonly name: string; readonly load: Load },
  goals: { readonly atLeast: number; readonly p99AtMost: number },
): readonly Row[] {
  const against = (value: number) => ({ name: other.name, value });
  return [
    {
      name,
      unit: 'requests/s',
      ours: ours.perSecond,
      against: against(other.load.perSecond),
      goal: { atLeast: goals.atLeast },
    },
    {
      name: `${name}, p99`,
      unit: 'ms',
      ours: ours.p99,
      against: against(other.load.p99),
      goal: { atMost: goals.p99AtMost },
    },
  ];
}
