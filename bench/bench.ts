/**
 * `npm run bench`: every speed claim, as a ratio within one run, or an absolute figure where that is the
 * promise. Prints a table and writes `bench/results.json`, from which the README's table comes. Needs a
 * build first; the npm script makes one. Goals that are missed are shown as missed.
 *
 * `npm run bench -- gateway` measures what sells instead, also against a real Aperture where Go can build it, into
 * `bench/gateway.json`; `npm run bench -- regtest` what needs a real Lightning network, into `bench/regtest.json`.
 */
import { writeFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { benchAperture } from './aperture.ts';
import { benchGateway } from './gateway.ts';
import { benchGatewayMemory } from './gateway-memory.ts';
import { benchListing } from './listing.ts';
import { benchProcesses } from './processes.ts';
import { benchPurchase } from './purchase.ts';
import { benchRecord } from './record.ts';
import { benchRegtest } from './regtest.ts';
import { type Judged, judge, type Row, showGoal } from './row.ts';
import { benchServer } from './server.ts';
import { benchStart } from './start.ts';

const rows: Judged[] = [];
const SUITES: Readonly<Record<string, readonly (() => Promise<readonly Row[]>)[]>> = {
  results: [benchStart, benchListing, benchPurchase, benchRecord, benchProcesses, benchServer],
  gateway: [benchGateway, benchGatewayMemory, benchAperture],
  regtest: [benchRegtest],
};
const group = process.argv[2] ?? 'results';
for (const suite of SUITES[group] ?? []) {
  rows.push(...(await suite()).map(judge));
}
const machine = {
  node: process.version,
  platform: process.platform,
  cores: availableParallelism(),
};
const results = { at: new Date().toISOString().slice(0, 10), machine, rows };
const file = join(import.meta.dirname, `${group}.json`);
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
