/**
 * A process that commits to a record: `node racer.ts <home>`, with an IPC channel. It says that it is ready,
 * and for each number that it is sent it makes so many commits and tells what came of them.
 */
import { newId, systemClock, type TaskId } from '../src/base/index.ts';
import type { NewFact } from '../src/task/index.ts';
import { openRecord } from './opened.ts';
import { plainOrder } from './order.ts';

/** What a racer tells. */
export interface Raced {
  /** The longest time between two ticks of a timer of 1 ms: for so long nothing else of the process ran. */
  readonly blockedMs: number;
  /** When it began to write, ms since 1970. */
  readonly startedAt: number;
}

/** About as many facts as a purchase has. */
const FACTS = 8;

const store = await openRecord(process.argv[2] ?? '');
const { request, wishes, caller } = plainOrder(`https://shop.example/${process.pid}`);
const { owner } = request;

async function race(commits: number): Promise<Raced> {
  const startedAt = performance.timeOrigin + performance.now();
  let blockedMs = 0;
  let tickedAt = performance.now();
  const tick = () => {
    const now = performance.now();
    blockedMs = Math.max(blockedMs, now - tickedAt);
    tickedAt = now;
  };
  const timer = setInterval(tick, 1);
  let id: TaskId | undefined;
  for (let made = 0; made < commits; made += 1) {
    // Opening is a commit too, which is not counted.
    if (id === undefined || made % FACTS === 0) id = await opened();
    await append(id, { kind: 'missed', at: systemClock.now() });
  }
  tick();
  clearInterval(timer);
  return { blockedMs, startedAt };
}

async function opened(): Promise<TaskId> {
  const id = newId('task');
  const at = systemClock.now();
  await store.tasks.open({ owner, key: id }, id, {
    kind: 'requested',
    at,
    request,
    wishes,
    caller,
  });
  return id;
}

async function append(id: TaskId, fact: NewFact): Promise<void> {
  const reads = { owner, host: 'shop.example', now: fact.at };
  await store.tasks.append(id, reads, () => ({ append: [fact], open: false }));
}

process.on('message', commits => void race(Number(commits)).then(raced => process.send?.(raced)));
process.once('disconnect', () => store.close());
process.send?.('ready');
