import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { msat, newId, type TaskId } from '../../../src/base/index.ts';
import type { Fact, NewFact } from '../../../src/task/fact.ts';
import type { Bench } from './bench.ts';
import { appending, asked, ending, OWNER, reads, requested, reserved, settled } from './fixture.ts';

/** What is written, and how it is read. */
export function factsContract(bench: Bench): void {
  describe('facts', () => {
    const { opened, append, kindsOf } = bench;

    test('what was appended is what is loaded, in order', async () => {
      const id = await opened();
      const { facts } = await append(id, reserved(7), { kind: 'sending', at: 2, fence: 1 });
      expect(await bench.ports.tasks.load(id)).toEqual({ id, facts });
      expect(await kindsOf(id)).toEqual(['requested', 'reserved', 'sending']);
    });

    test('a refusal appends nothing and says why', async () => {
      const id = await opened();
      const answer = await bench.ports.tasks.append(id, reads(), () => ({
        reject: 'BUDGET_EXCEEDED',
        detail: 'No.',
      }));
      expect(answer).toMatchObject({ rejected: 'BUDGET_EXCEEDED', detail: 'No.' });
      expect(await kindsOf(id)).toEqual(['requested']);
    });

    test('a decision that throws appends nothing', async () => {
      const id = await opened();
      const bug = new Error('a bug');
      const failing = bench.ports.tasks.append(id, reads(), () => {
        throw bug;
      });
      await expect(failing).rejects.toBe(bug);
      expect(await kindsOf(id)).toEqual(['requested']);
    });

    test('facts that come together are written together or not at all', async () => {
      const id = await opened();
      const [ask, twice] = [asked('ask_1', 1), asked('ask_1', 2)];
      await expect(append(id, ask, twice)).rejects.toThrow();
      expect(await kindsOf(id)).toEqual(['requested']);
    });

    test.for([
      ['no task', newId('task') as TaskId, OWNER],
      ['a task of another owner', undefined, 'bob'],
    ] as const)('%s is not found', async ([, missing, owner]) => {
      const id = missing ?? (await opened());
      const decision = bench.ports.tasks.append(id, reads({ owner }), appending());
      await expect(decision).rejects.toMatchObject({ code: 'task_not_found' });
    });

    test('any text and any amount come back as they were', async () => {
      const text = fc.oneof(fc.string({ unit: 'binary' }), fc.constantFrom('msat:5', 'msat:msat:'));
      const amount = fc.bigInt({ min: 0n, max: 2_000_000_000_000_000_000n });
      await fc.assert(
        fc.asyncProperty(text, fc.dictionary(text, text), amount, async (caller, headers, most) => {
          const plain = requested() as Extract<Fact, { kind: 'requested' }>;
          const request = { ...plain.request, headers: { ...headers } };
          const first = { ...plain, caller, request, wishes: { maxSpend: msat(most) } } as NewFact;
          const id = await opened({ first });
          const loaded = (await bench.ports.tasks.load(id))?.facts[0];
          expect(loaded).toMatchObject({ caller, wishes: { maxSpend: most } });
          expect((loaded as typeof plain).request.headers).toEqual({ ...headers });
        }),
        { numRuns: 60 },
      );
    });

    test('a sealed part is left out of what is loaded, and revealed from the newest fact', async () => {
      const id = await opened({ first: requested({ body: 'first' }) });
      const { facts } = await append(id, reserved(7), settled(7, { preimage: 'p1' }));
      await append(id, reserved(7), settled(7, { preimage: 'p2' }));
      expect(JSON.stringify(facts, (_k, v) => (typeof v === 'bigint' ? 0 : v))).not.toMatch(
        /secret|p1|first/,
      );
      expect(await bench.ports.tasks.reveal(id, 'settled')).toEqual({ preimage: 'p2' });
      expect(await bench.ports.tasks.reveal(id, 'requested')).toEqual({ body: 'first' });
      expect(await bench.ports.tasks.reveal(id, 'challenged')).toBeUndefined();
    });

    test('tasks are listed newest first, by owner, within bounds', async () => {
      const ids: TaskId[] = [];
      for (const at of [1, 2, 2, 3]) ids.unshift(await opened({ first: requested({ at }) }));
      await opened({ owner: 'bob' });
      await bench.ports.tasks.append(ids[0]!, reads(), ending({ kind: 'cancelled', at: 4 }));
      const list = async (more: object) =>
        (await bench.ports.tasks.list({ owner: OWNER, limit: 10, ...more })).map(task => task.id);
      expect(await list({})).toEqual(ids);
      expect(await list({ limit: 2 })).toEqual(ids.slice(0, 2));
      expect(await list({ before: 3 })).toEqual(ids.slice(1));
      expect(await list({ openOnly: true })).toEqual(ids.slice(1));
    });

    test('a listing never returns more than 200 tasks', async () => {
      for (let made = 0; made < 201; made += 1) await opened();
      expect(await bench.ports.tasks.list({ owner: OWNER, limit: 1000 })).toHaveLength(200);
    });

    test('the unfinished tasks of every owner are known by their age and length', async () => {
      const [first, second, third] = [await opened(), await opened({ owner: 'b' }), await opened()];
      await append(first, reserved(1));
      await bench.ports.tasks.append(third, reads(), ending({ kind: 'cancelled', at: 1 }));
      expect(await bench.ports.tasks.unfinished()).toEqual([
        { id: first, length: 2 },
        { id: second, length: 1 },
      ]);
    });
  });
}
