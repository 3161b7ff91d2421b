import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { msat, newId, type TaskId } from '../../src/base/index.ts';
import type { NewFact } from '../../src/task/fact.ts';
import {
  appending,
  approved,
  asked,
  cached,
  HOST,
  OWNER,
  reads,
  requested,
  reserved,
  settled,
} from '../contract/task-store/fixture.ts';
import { newHome, storeAt } from './place.ts';

const INDEXES = ['spend', 'spent_ever', 'payment_hash', 'ask', 'allowance', 'credential'] as const;

/** Every row of every index; the numbers that only order rows are left to the order. */
function indexesOf(home: string) {
  const db = new DatabaseSync(join(home, 'tollkeeper.db'), { readOnly: true });
  const rows = INDEXES.map(table => db.prepare(`SELECT * FROM ${table} ORDER BY rowid`).all());
  db.close();
  return rows.map(table => table.map(({ number: _number, ...row }) => row));
}

/** What may happen to a task at a time; some of it means nothing to an index, or nothing just then. */
const happenings: Record<string, (at: number, of: TaskId) => readonly NewFact[]> = {
  ask: at => [asked(newId('ask'), at)],
  allow: at => {
    const id = newId('allow');
    return [approved(newId('ask'), at, { id, host: HOST, limit: msat(9), expiresAt: at + 9 })];
  },
  decline: at => [{ kind: 'declined', askId: 'ask_1', via: 'elicitation', at }],
  cancel: at => [{ kind: 'cancelled', at }],
  buy: at => [reserved(10, { at, grant: 'rule' }), settled(9, { at, fee: 1 })],
  fail: at => [reserved(10, { at }), { kind: 'released', at, code: 'FEE_LIMIT' }],
  lose: at => [{ kind: 'lost', at, code: 'HTTP_TIMEOUT' }],
  refuse: at => [{ kind: 'refused', at, status: 402 }],
  reuse: (at, of) => [cached(of, 200, at)],
};

test('the indexes built anew from the facts are the ones that were kept all along', async () => {
  const { home, remove } = await newHome();
  const store = await storeAt(home);
  const ids: TaskId[] = [];
  for (let made = 0; made < 4; made += 1) {
    const id = newId('task');
    ids.push(id);
    await store.tasks.open({ owner: OWNER, key: id }, id, requested());
  }
  const happening = fc.tuple(
    fc.constantFrom(...Object.keys(happenings)),
    fc.nat(3),
    fc.integer({ min: 1, max: 1000 }),
  );
  await fc.assert(
    fc.asyncProperty(fc.array(happening, { minLength: 1, maxLength: 12 }), async story => {
      for (const [what, whose, at] of story) {
        const facts = happenings[what]!(at, ids[whose]!);
        await store.tasks.append(ids[whose]!, reads(), appending(...facts));
      }
      const kept = indexesOf(home);
      await store.rebuild();
      expect(indexesOf(home)).toEqual(kept);
    }),
    { numRuns: 25 },
  );
  expect(indexesOf(home).every(rows => rows.length > 0)).toBe(true);
  store.close();
  await remove();
});
