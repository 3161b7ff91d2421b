import { existsSync, readFileSync } from 'node:fs';
import { type Judged, showGoal } from '../bench/row.ts';
import { table } from './markdown.ts';

/** What `npm run bench` leaves in a file. */
interface Results {
  readonly at: string;
  readonly machine: { readonly node: string; readonly platform: string; readonly cores: number };
  readonly rows: readonly Judged[];
}

/** The figures of the last benchmark of something as a table; without one, a sentence that says so. */
export function figures(what: string, path: string): string {
  if (!existsSync(path)) return `${what}: not measured yet.`;
  const { at, machine, rows } = JSON.parse(readFileSync(path, 'utf8')) as Results;
  const { cores, platform, node } = machine;
  const head = ['figure', 'Tollkeeper', 'against, in the same run', 'result', 'goal', 'met'];
  return `${what}: one run on ${cores} cores, ${platform}, Node ${node}, ${at}.\n\n${table(head, rows.map(cells))}`;
}

function cells({ name, unit, ours, against, figure, goal, met }: Judged): readonly string[] {
  const shown = (value: number) =>
    `${Number(value.toPrecision(3)).toLocaleString('en-US')} ${unit}`;
  const verdict = met ? 'yes' : 'no';
  return against === undefined
    ? [name, shown(ours), '', shown(ours), showGoal(goal, shown), verdict]
    : [
        name,
        shown(ours),
        `${against.name}: ${shown(against.value)}`,
        `${figure}×`,
        showGoal(goal, times => `${times}×`),
        verdict,
      ];
}
