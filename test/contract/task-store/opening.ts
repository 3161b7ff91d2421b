import { describe, expect, test } from 'vitest';
import { newId, type TaskId } from '../../../src/base/index.ts';
import type { Bench } from './bench.ts';
import { ending, OWNER, reads, requested } from './fixture.ts';

/** How a request finds its task. */
export function openingContract(bench: Bench): void {
  describe('one purchase', () => {
    const { opened, append, kindsOf, workers } = bench;

    test('the same request joins the task that is open for it', async () => {
      const key = { owner: OWNER, key: 'k' };
      const first = await bench.ports.tasks.open(key, newId('task'), requested());
      const second = await bench.ports.tasks.open(key, newId('task'), requested({ at: 5 }));
      expect(first.joined).toBe(false);
      expect(second).toEqual({ task: first.task, joined: true });
    });

    test('another owner with the same key gets a task of its own', async () => {
      await opened({ key: 'k' });
      const key = { owner: 'bob', key: 'k' };
      expect(await bench.ports.tasks.open(key, newId('task'), requested())).toMatchObject({
        joined: false,
      });
    });

    test('a task that is done is found again only by a name that the caller gave it', async () => {
      const key = { owner: OWNER, key: 'k' };
      const id = newId('task');
      await bench.ports.tasks.open({ ...key, name: 'n' }, id, requested());
      await bench.ports.tasks.append(id, reads(), ending({ kind: 'cancelled', at: 1 }));
      const named = { owner: OWNER, key: 'another', name: 'n' };
      expect(await bench.ports.tasks.open(named, newId('task'), requested())).toMatchObject({
        joined: true,
        task: { id },
      });
      const plain = await bench.ports.tasks.open(key, newId('task'), requested());
      expect(plain.joined).toBe(false);
    });

    test('a request has one open task, whatever names are given to it', async () => {
      const id = await opened({ key: 'k' });
      const named = { owner: OWNER, key: 'k', name: 'n' };
      expect(await bench.ports.tasks.open(named, newId('task'), requested())).toMatchObject({
        joined: true,
        task: { id },
      });
    });

    test('eight processes that open the same purchase at once share one task', async () => {
      const answers = await workers<{ id: TaskId; joined: boolean }>('join', 8);
      expect(new Set(answers.map(answer => answer.id)).size).toBe(1);
      expect(answers.filter(answer => !answer.joined)).toHaveLength(1);
      expect(await bench.ports.tasks.unfinished()).toEqual([{ id: answers[0]!.id, length: 1 }]);
    });

    test('a done task is not reopened beside another that is open for the same key', async () => {
      const id = await opened({ key: 'k' });
      await bench.ports.tasks.append(
        id,
        reads(),
        ending({ kind: 'expired', askId: 'ask_1', at: 1 }),
      );
      await opened({ key: 'k' });
      const renewal = await append(id, { kind: 'renewed', at: 2 });
      expect(renewal).toMatchObject({ rejected: 'invalid_transition' });
      expect(await kindsOf(id)).toEqual(['requested', 'expired']);
    });
  });
}
