import { describe, expect, test } from 'vitest';
import type { Bench } from './bench.ts';
import { approved, asked, OWNER, reserved, settled } from './fixture.ts';

/** All facts, in the order in which they came. */
export function journalContract(bench: Bench): void {
  describe('the journal', () => {
    const { opened, append } = bench;
    const mine = { owner: OWNER };
    const kinds = (entries: readonly { readonly fact: { readonly kind: string } }[]) =>
      entries.map(({ fact }) => fact.kind);

    test('is empty in a new record', async () => {
      expect(await bench.ports.journal.newest()).toBe(0);
      expect(await bench.ports.journal.after(0, 10, mine)).toEqual([]);
      expect(await bench.ports.journal.last(10, mine)).toEqual([]);
    });

    test('has the facts of all tasks in the order of their writing', async () => {
      const [one, two] = [await opened(), await opened()];
      await append(one, asked('ask_1', 1), approved('ask_1', 2));
      await append(two, reserved(5, { at: 3 }));
      await append(one, reserved(7, { at: 4 }));
      const found = await bench.ports.journal.after(0, 10, mine);
      expect(found.map(({ taskId }) => taskId)).toEqual([one, two, one, one, two, one]);
      expect(kinds(found).slice(2)).toEqual(['asked', 'approved', 'reserved', 'reserved']);
      expect(found.at(-1)!.fact).toMatchObject({ amount: 7n, at: 4 });
      const numbers = found.map(({ number }) => number);
      expect(numbers).toEqual(numbers.toSorted((a, b) => a - b));
      expect(new Set(numbers).size).toBe(6);
      expect(await bench.ports.journal.newest()).toBe(numbers.at(-1));
    });

    test('goes on after a number, page by page', async () => {
      const id = await opened();
      await append(id, asked('ask_1', 1), approved('ask_1', 2), reserved(1));
      const [first, second] = await bench.ports.journal.after(0, 2, mine);
      const rest = await bench.ports.journal.after(second!.number, 2, mine);
      expect(kinds([first!, second!, ...rest])).toEqual([
        'requested',
        'asked',
        'approved',
        'reserved',
      ]);
      expect(await bench.ports.journal.after(rest.at(-1)!.number, 2, mine)).toEqual([]);
      expect(kinds(await bench.ports.journal.last(2, mine))).toEqual(['approved', 'reserved']);
    });

    test('has everybody’s facts, or those of an owner or a task alone', async () => {
      const [one, two] = [await opened(), await opened()];
      const theirs = await opened({ owner: 'bob' });
      expect(await bench.ports.journal.last(1)).toMatchObject([{ owner: 'bob', taskId: theirs }]);
      expect(await bench.ports.journal.after(0, 10)).toHaveLength(3);
      expect(await bench.ports.journal.after(0, 10, mine)).toHaveLength(2);
      expect(await bench.ports.journal.last(10, { owner: 'bob' })).toHaveLength(1);
      const found = await bench.ports.journal.after(0, 10, { ...mine, taskId: two });
      expect(found.map(({ taskId }) => taskId)).toEqual([two]);
      expect(await bench.ports.journal.last(10, { owner: 'bob', taskId: one })).toEqual([]);
    });

    test('holds no sealed part', async () => {
      await append(await opened(), reserved(1), settled(1, { preimage: 'canary' }));
      const found = await bench.ports.journal.after(0, 10, mine);
      expect(found).toHaveLength(3);
      for (const { fact } of found) expect(fact).not.toHaveProperty('secret');
      expect(found.some(({ fact }) => Object.values(fact).includes('canary'))).toBe(false);
    });
  });
}
