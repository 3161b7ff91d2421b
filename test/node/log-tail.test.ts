import { appendFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { systemClock } from '../../src/base/index.ts';
import { followLog, lastLines, type NodePlace } from '../../src/node/index.ts';
import { redacted } from '../../src/node/redact.ts';
import { openNodeRig, writeUnder } from './node-rig.ts';

const rigPlace = async () => (await openNodeRig({ hasWallet: false })).place;
const logOf = (place: NodePlace) => join(place.logs, 'bitcoin', 'regtest', 'lnd.log');
const numbered = (count: number) => Array.from({ length: count }, (_, at) => `line ${at}`);

test('the last lines are of the log, and then of what lnd said without it', async () => {
  const place = await rigPlace();
  expect(await lastLines(place, 40)).toEqual([]);
  writeUnder(logOf(place), `${numbered(100).join('\n')}\n\n`);
  writeUnder(place.output, 'failed to load config');
  expect(await lastLines(place, 3)).toEqual(['line 98', 'line 99', 'failed to load config']);
  expect(await lastLines(place, 1000)).toHaveLength(101);
});

test('of a log of any size only the end is read', async () => {
  const place = await rigPlace();
  writeUnder(logOf(place), `${'x'.repeat(60)}\n`.repeat(200_000));
  appendFileSync(logOf(place), 'the end\n');
  const lines = await lastLines(place, 10_000_000);
  expect(lines.length).toBeLessThan(20_000);
  expect(lines.at(-1)).toBe('the end');
  expect(new Set(lines.slice(0, -1))).toEqual(new Set(['x'.repeat(60)]));
});

const HEX = 'c0ffee'.repeat(11);
const SEED = 'abandon ability able about above absent absorb abstract absurd abuse access accident';

test.each<[string, string, string]>([
  ['32 bytes in hex', `preimage=${HEX} ok`, 'preimage=… ok'],
  ['hex of capitals', HEX.toUpperCase(), '…'],
  ['a macaroon', `mac=AgEDbG5kAvgBAwoQ6fJ5VyQ2tVz2x+/0rg== ok`, 'mac=… ok'],
  ['the words of a seed', `seed: ${SEED} ok`, 'seed: … ok'],
  [
    'numbered words',
    SEED.split(' ')
      .map((word, at) => `${at + 1}. ${word}`)
      .join(' '),
    '1. …',
  ],
  ['a password', 'password=hunter2 ok', 'password=… ok'],
  ['a quoted password', 'Password: "correct horse" ok', 'Password: … ok'],
  ['what a terminal obeys', '\u001b[2Jalias \u202eevil', 'alias evil'],
  [
    'nothing',
    '[INF] LTND: Version Info version=0.20.1-beta',
    '[INF] LTND: Version Info version=0.20.1-beta',
  ],
])('a line is shown without what looks like a secret: %s', (_name, line, shown) => {
  expect(redacted(line)).toBe(shown);
});

test('a long line is cut, and takes no time', () => {
  const started = performance.now();
  for (const piece of ['word ', 'a', 'AgE', '0', 'password=', '"']) {
    expect(redacted(piece.repeat(1_000_000)).length).toBeLessThanOrEqual(1000);
  }
  expect(performance.now() - started).toBeLessThan(1000);
});

test('a log that is followed tells its last lines, then new ones, also when lnd begins a new file', async () => {
  const place = await rigPlace();
  writeUnder(logOf(place), numbered(10).join('\n'));
  const over = new AbortController();
  const lines = followLog(place, 2, systemClock, over.signal);
  const told = async () => (await lines.next()).value;
  expect(await told()).toEqual(['line 7', 'line 8']);
  appendFileSync(logOf(place), `\nnew ${HEX}\nhal`);
  expect(await told()).toEqual(['line 9', 'new …']);
  appendFileSync(logOf(place), 'f\n');
  expect(await told()).toEqual(['half']);
  writeUnder(logOf(place), 'begun\n');
  expect(await told()).toEqual(['begun']);
  over.abort();
  expect(await lines.next()).toEqual({ done: true, value: undefined });
});
