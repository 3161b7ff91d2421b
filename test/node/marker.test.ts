import { cpSync, existsSync, mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { placeOf } from '../../src/node/index.ts';
import { checkMarker } from '../../src/node/marker.ts';
import { openNodeRig, writeUnder } from './node-rig.ts';

const rigPlace = async () => (await openNodeRig({ hasWallet: false })).place;
const marker = (root: string) => join(root, 'node.json');

test('a new directory is marked with its network, once', async () => {
  const place = await rigPlace();
  expect((await checkMarker(place)).ok).toBe(true);
  expect(JSON.parse(readFileSync(marker(place.root), 'utf8'))).toEqual({ network: 'regtest' });
  expect((await checkMarker(place)).ok).toBe(true);
});

test('a directory that was copied from another network is refused, and left as it is', async () => {
  const place = await rigPlace();
  await checkMarker(place);
  const moved = placeOf(join(place.root, '..', '..'), 'signet');
  cpSync(place.root, moved.root, { recursive: true });
  expect(await checkMarker(moved)).toMatchObject({ ok: false, code: 'network_mismatch' });
  expect(JSON.parse(readFileSync(marker(moved.root), 'utf8'))).toEqual({ network: 'regtest' });
});

test('one without a mark is told by the chain that lnd has in it', async () => {
  const place = await rigPlace();
  mkdirSync(join(place.data, 'chain', 'bitcoin', 'mainnet'), { recursive: true });
  expect(await checkMarker(place)).toMatchObject({ ok: false, code: 'network_mismatch' });
  expect(existsSync(marker(place.root))).toBe(false);
  mkdirSync(join(place.data, 'chain', 'bitcoin', 'regtest'), { recursive: true });
  expect((await checkMarker(place)).ok).toBe(true);
});

test.each(['', '{', '{}', 'null', '{"network":7}'])(
  'a damaged mark is no licence: %j',
  async text => {
    const place = await rigPlace();
    writeUnder(marker(place.root), text);
    expect(await checkMarker(place)).toMatchObject({ ok: false, code: 'network_mismatch' });
  },
);
