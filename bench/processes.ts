import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { SECOND, systemClock } from '../src/base/index.ts';
import type { Store } from '../src/store/index.ts';
import { openRecord } from './opened.ts';
import type { Raced } from './racer.ts';
import type { Row } from './row.ts';

const RACERS = 8;
const COMMITS = 1000;
const NEWS = 12;

/** Processes that write to one record at the same time, and one that waits for what another writes. */
export async function benchProcesses(): Promise<readonly Row[]> {
  const home = mkdtempSync(join(tmpdir(), 'tollkeeper-bench-'));
  const store = await openRecord(home);
  try {
    const racers = await Promise.all(Array.from({ length: RACERS }, () => racerOn(home)));
    const startedAt = performance.now();
    const raced = await Promise.all(racers.map(racer => race(racer, COMMITS)));
    const seconds = (performance.now() - startedAt) / SECOND;
    const [writer, ...others] = racers;
    for (const other of others) other.disconnect();
    const latency = writer === undefined ? Number.NaN : await newsLatency(store, writer);
    writer?.disconnect();
    const name = `${RACERS} processes race`;
    const blocked = Math.max(...raced.map(({ blockedMs }) => blockedMs));
    return [
      {
        name: `${name}: commits, each with all it reads`,
        unit: 'commits/s',
        ours: (RACERS * COMMITS) / seconds,
        goal: { atLeast: 1000 },
      },
      {
        name: `${name}: longest block of an event loop`,
        unit: 'ms',
        ours: blocked,
        goal: { atMost: 50 },
      },
      {
        name: `news of another process, longest of ${NEWS}`,
        unit: 'ms',
        ours: latency,
        goal: { atMost: 250 },
      },
    ];
  } finally {
    store.close();
    rmSync(home, { recursive: true, force: true });
  }
}

async function racerOn(home: string): Promise<ChildProcess> {
  const racer = fork(join(import.meta.dirname, 'racer.ts'), [home]);
  await once(racer, 'message');
  return racer;
}

async function race(racer: ChildProcess, commits: number): Promise<Raced> {
  const ended = once(racer, 'message');
  racer.send(commits);
  const [raced] = await ended;
  return raced as Raced;
}

/** The longest time from the beginning of a commit to whoever waits for it in another process, ms. */
async function newsLatency({ news }: Store, writer: ChildProcess): Promise<number> {
  let longest = 0;
  for (let round = 0; round < NEWS; round += 1) {
    const heard = news
      .after(news.mark(), 30 * SECOND)
      .then(() => performance.timeOrigin + performance.now());
    // By then whoever waits looks as seldom as it ever does, and the commit meets no beat of its looking.
    await systemClock.after(SECOND + Math.random() * SECOND);
    const { startedAt } = await race(writer, 1);
    longest = Math.max(longest, (await heard) - startedAt);
  }
  return longest;
}
