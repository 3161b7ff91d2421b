import { mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { type Clock, SECOND, systemClock } from '../../src/base/index.ts';
import { openPin } from '../../src/secrets/index.ts';

let keys: string;
let now: number;
const clock: Clock = { now: () => now, after: systemClock.after };
beforeEach(async () => {
  keys = await mkdtemp(join(tmpdir(), 'tollkeeper-'));
  now = 1_000_000_000_000;
});
afterEach(() => rm(keys, { recursive: true }));

const RIGHT = '271828';
const WRONG = '000000';
const wrong = (seconds: number) => ({
  ok: false,
  code: 'pin_wrong',
  detail: `Wait ${seconds} s before the next attempt.`,
});

test('a PIN is set once, and from then on it is the one that fits', async () => {
  const pin = openPin(keys, clock);
  expect(await pin.isSet()).toBe(false);
  expect(await pin.check(RIGHT)).toMatchObject({ code: 'pin_required' });
  expect(await pin.set(RIGHT)).toMatchObject({ ok: true });
  expect(await pin.isSet()).toBe(true);
  expect(await openPin(keys, clock).check(RIGHT)).toMatchObject({ ok: true });
  expect(await pin.check(WRONG)).toEqual(wrong(1));
});

test('it is kept for its user alone, and not in the clear', async () => {
  await openPin(keys, clock).set(RIGHT);
  expect(await readdir(keys)).toEqual(['pin.json']);
  expect((await stat(join(keys, 'pin.json'))).mode & 0o777).toBe(0o600);
  expect(await readFile(join(keys, 'pin.json'), 'utf8')).not.toContain(RIGHT);
});

test('one that is too short or far too long is refused', async () => {
  const pin = openPin(keys, clock);
  expect(await pin.set('12345')).toMatchObject({ code: 'invalid_input' });
  expect(await pin.set('🔑🔑🔑')).toMatchObject({ code: 'invalid_input' });
  expect(await pin.set('x'.repeat(257))).toMatchObject({ code: 'invalid_input' });
  expect(await pin.isSet()).toBe(false);
});

test('it is changed only by who knows it', async () => {
  const pin = openPin(keys, clock);
  await pin.set(RIGHT);
  expect(await pin.set('newer one')).toMatchObject({ code: 'pin_required' });
  expect(await pin.set('newer one', WRONG)).toEqual(wrong(1));
  now += SECOND;
  expect(await pin.set('newer one', RIGHT)).toMatchObject({ ok: true });
  expect(await pin.check('newer one')).toMatchObject({ ok: true });
});

test('each failure doubles the wait, for every process, and a success ends it', async () => {
  await openPin(keys, clock).set(RIGHT);
  for (const seconds of [1, 2, 4]) {
    expect(await openPin(keys, clock).check(WRONG)).toEqual(wrong(seconds));
    now += seconds * SECOND;
  }
  expect(await openPin(keys, clock).check(RIGHT)).toMatchObject({ ok: true });
  expect(await openPin(keys, clock).check(WRONG)).toEqual(wrong(1));
});

test('during the wait not even the right PIN is looked at', async () => {
  const pin = openPin(keys, clock);
  await pin.set(RIGHT);
  await pin.check(WRONG);
  expect(await pin.check(RIGHT)).toEqual(wrong(1));
  now += SECOND;
  expect(await pin.check(RIGHT)).toMatchObject({ ok: true });
});

test('of many guesses at the same moment one is judged', async () => {
  await openPin(keys, clock).set(RIGHT);
  const guess = () => openPin(keys, clock).check(WRONG);
  expect(await Promise.all(Array.from({ length: 8 }, guess))).toEqual(Array(8).fill(wrong(1)));
  expect(await readdir(join(keys, 'pin-attempts'))).toEqual(['1']);
});

test('a damaged PIN is never taken for none', async () => {
  const pin = openPin(keys, clock);
  await writeFile(join(keys, 'pin.json'), '{}');
  for (const attempt of [() => pin.isSet(), () => pin.set(RIGHT), () => pin.check(RIGHT)]) {
    await expect(attempt()).rejects.toMatchObject({ code: 'key_unavailable' });
  }
});
