import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { msat } from '../../../src/base/index.ts';
import type { NewPaywallEvent } from '../../../src/paywall/event.ts';
import type { Store } from '../../../src/store/index.ts';
import {
  added,
  created,
  NODE,
  OWNER,
  paused,
  proposed,
  token,
} from '../../contract/paywall-store/fixture.ts';
import { newHome, storeAt } from '../place.ts';

let home: string;
let remove: () => Promise<void>;
let store: Store;
beforeEach(async () => {
  ({ home, remove } = await newHome());
  store = await storeAt(home);
});
afterEach(async () => {
  store.close();
  await remove();
});

/** Changes the record behind the store's back, as whoever can write the file can. */
function tamper(statement: string): void {
  const db = new DatabaseSync(join(home, 'tollkeeper.db'));
  db.exec(statement);
  db.close();
}

const append = (...events: readonly NewPaywallEvent[]) =>
  store.paywalls.registry.append({ owner: OWNER, now: 1 }, () => ({ append: events, answer: 0 }));

test('root keys and secret headers lie nowhere readable', async () => {
  const rootKey = new Uint8Array(Buffer.from('canary-canary-canary-canary-canary'.slice(0, 32)));
  await store.paywalls.tokens.keep(token({ rootKey }));
  await append(added({}, { 'x-key': 'canary-of-the-upstream' }));
  for (const file of ['tollkeeper.db', 'tollkeeper.db-wal']) {
    const bytes = await readFile(join(home, file));
    expect(bytes.includes('canary')).toBe(false);
  }
});

test.each([
  ['price', 'msat = 1'],
  ['end', 'expires_at = 99999'],
  ['paywall', "paywall_id = 'pw_2'"],
  ['route', "route_id = 'route_2'"],
  ['owner', "owner = 'bob'"],
])('a token whose %s was changed in the file opens nothing', async (_what, change) => {
  const { id } = token();
  await store.paywalls.tokens.keep(token({ id, amount: msat(10_000) }));
  tamper(`UPDATE paywall_token SET ${change}`);
  await expect(store.paywalls.tokens.find(id)).rejects.toMatchObject({ code: 'key_unavailable' });
});

test('secret headers cannot be moved to the upstream of somebody else', async () => {
  await append(added(), added({ owner: 'bob' }, { 'x-key': 'bobs' }));
  tamper("UPDATE upstream SET event = 1 WHERE owner = 'bob'");
  const moved = store.paywalls.registry.headers('bob', 'api');
  await expect(moved).rejects.toMatchObject({ code: 'key_unavailable' });
});

test.each([
  'DELETE FROM paywall_event',
  "UPDATE paywall_event SET body = ''",
  'DELETE FROM settlement',
  'UPDATE settlement SET msat = 1',
  'UPDATE paywall_token SET rank = 0',
])('nothing rewrites history: %s', async statement => {
  const { id, paymentHash } = token();
  await store.paywalls.tokens.keep(token({ id, paymentHash }));
  await append(created());
  const paid = { index: 1n, paymentHash, amount: msat(10_000), settledAt: 1 };
  await store.paywalls.takings.book(NODE, paid);
  expect(() => tamper(statement)).toThrow(/only/);
});

test('what is sold can be told anew from the events alone', async () => {
  await append(created(), created({ id: 'pw_2' }), paused(2), added(), proposed());
  await append({
    kind: 'change_declined',
    at: 3,
    owner: OWNER,
    proposalId: 'prop_1',
    via: 'terminal',
  });
  await append(proposed({ id: 'prop_2' }));
  const before = await store.paywalls.registry.view();
  tamper('DELETE FROM proposal; DELETE FROM upstream; DELETE FROM paywall');
  store.close();
  store = await storeAt(home);
  expect((await store.paywalls.registry.view()).paywalls).toEqual([]);
  store.close();
  store = await storeAt(home);
  await store.rebuild();
  expect(await store.paywalls.registry.view()).toEqual(before);
  expect(before.pending).toHaveLength(1);
});
