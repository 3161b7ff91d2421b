import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { newId, systemClock } from '../../../src/base/index.ts';
import type { TaskStore } from '../../../src/task/store.ts';
import { appending, HOST, OWNER, reads, requested, reserved } from './fixture.ts';

/** What each reservation of the budget race is worth, and how many each process tries to make. */
export const RACE = { each: 10, tries: 50, cap: 1000 };

/** What a child process can be told to do to the record; each prints one line of JSON. */
export const JOBS = {
  /** Opens the purchase that every other child opens too. */
  join: async (tasks: TaskStore) => {
    const key = { owner: OWNER, key: 'shared' };
    const { task, joined } = await tasks.open(key, newId('task'), requested());
    return { id: task.id, joined };
  },
  /** Reserves as often as the day's budget has room. */
  race: async (tasks: TaskStore) => {
    let held = 0;
    for (let tried = 0; tried < RACE.tries; tried += 1) {
      const id = newId('task');
      const now = systemClock.now();
      await tasks.open({ owner: OWNER, key: id }, id, requested({ at: now }));
      const { rejected } = await tasks.append(id, reads({ now }), (_facts, books) =>
        books.spend.day + BigInt(RACE.each) > RACE.cap
          ? { reject: 'BUDGET_EXCEEDED' }
          : { append: [reserved(RACE.each, { at: now, host: HOST })], open: true },
      );
      if (rejected === undefined) held += RACE.each;
    }
    return { held };
  },
  /** Appends to the one unfinished task. */
  write: async (tasks: TaskStore) => {
    const [task] = await tasks.unfinished();
    await tasks.append(task!.id, reads(), appending({ kind: 'missed', at: 1 }));
    return { at: systemClock.now() };
  },
};
export type Job = keyof typeof JOBS;

/** The life of a child: it says that it is ready, waits for a line, does its job, and ends. */
export async function work(job: Job, tasks: TaskStore): Promise<void> {
  const lines = createInterface(process.stdin);
  process.stdout.write('ready\n');
  await once(lines, 'line');
  process.stdout.write(`${JSON.stringify(await JOBS[job](tasks))}\n`);
  lines.close();
}
