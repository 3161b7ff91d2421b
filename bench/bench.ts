/**
 * `npm run bench`: every speed claim, as a ratio within one run, or an absolute figure where that is the
 * promise. Prints a table and writes `bench/results.json`, from which the README's table comes. Needs a
 * build first; the npm script makes one. Goals that are missed are shown as missed.
 *
 * `npm run bench -- regtest` measures what needs a real Lightning network instead, into `bench/regtest.json`.
 */
import { writeFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { benchListing } from './listing.ts';
import { benchProcesses } from './processes.ts';
import { benchPurchase } from './purchase.ts';
import { benchRecord } from './record.ts';
import { type Judged, judge, showGoal } from './row.ts';
import { benchServer } from './server.ts';
import { benchStart } from './start.ts';

const rows: Judged[] = [];
const isRegtest = process.argv.includes('regtest');
const suites = isRegtest
  ? [(await import('./regtest.ts')).benchRegtest]
  : [benchStart, benchListing, benchPurchase, benchRecord, benchProcesses, benchServer];
for (const suite of suites) {
  rows.push(...(await suite()).map(judge));
}
const machine = {
  node: process.version,
  platform: process.platform,
  cores: availableParallelism(),
};
const results = { at: new Date().toISOString().slice(0, 10), machine, rows };
const file = join(import.meta.dirname, isRegtest ? 'regtest.json' : 'results.json');
writeFileSync(file, `${JSON.stringify(results, null, 2)}\n`);
const show = ({ name, unit, ours, against, figure, goal, met }: Judged) => ({
  figure: name,
  ours: `${ours.toPrecision(3)} ${unit}`,
  against: against === undefined ? '' : `${against.name}: ${against.value.toPrecision(3)} ${unit}`,
  ratio: against === undefined ? '' : `${figure}×`,
  goal: showGoal(goal, bound => (against === undefined ? `${bound} ${unit}` : `${bound}×`)),
  met: met ? 'yes' : 'no',
});
process.stdout.write(`${JSON.stringify(machine)}\n`);
// biome-ignore lint/suspicious/noConsole: a table on the terminal is what this program is for.
console.table(rows.map(show));
