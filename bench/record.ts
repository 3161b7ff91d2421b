import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { newId, systemClock } from '../src/base/index.ts';
import { LOCAL_OWNER } from '../src/server/owner.ts';
import type { Store } from '../src/store/index.ts';
import type { NewFact } from '../src/task/index.ts';
import { openRecord } from './opened.ts';
import { plainOrder } from './order.ts';
import { median, type Row } from './row.ts';

const TASKS = 10_000;

/** Opening and listing a record that holds many purchases. */
export async function benchRecord(): Promise<readonly Row[]> {
  const home = mkdtempSync(join(tmpdir(), 'tollkeeper-bench-'));
  const filled = await openRecord(home);
  for (let n = 0; n < TASKS; n += 1) await record(filled, n);
  filled.close();
  const startedAt = performance.now();
  const store = await openRecord(home);
  await store.tasks.unfinished();
  const opened = performance.now() - startedAt;
  const listed: number[] = [];
  for (let n = 0; n < 20; n += 1) {
    const listedAt = performance.now();
    await store.tasks.list({ owner: LOCAL_OWNER, limit: 200 });
    listed.push(performance.now() - listedAt);
  }
  store.close();
  rmSync(home, { recursive: true, force: true });
  return [
    { name: '10,000 tasks: open the record', unit: 'ms', ours: opened, goal: { atMost: 2000 } },
    { name: '10,000 tasks: list 200', unit: 'ms', ours: median(listed), goal: { atMost: 20 } },
  ];
}

/** A task as it is after a purchase that a policy denied. */
async function record({ tasks }: Store, n: number): Promise<void> {
  const url = `https://shop.example/${n}`;
  const { request, wishes, caller } = plainOrder(url);
  const at = systemClock.now();
  const requested: NewFact = { kind: 'requested', at, request, wishes, caller };
  const { task } = await tasks.open({ owner: LOCAL_OWNER, key: url }, newId('task'), requested);
  const denied: NewFact = { kind: 'denied', at, code: 'amount_over_cap' };
  await tasks.append(task.id, { owner: LOCAL_OWNER, host: 'shop.example', now: at }, () => ({
    append: [denied],
    open: false,
  }));
}
