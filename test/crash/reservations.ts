import { randomBytes, randomUUID } from 'node:crypto';
import { HOUR, newId, sats, type TaskId } from '../../src/base/index.ts';
import { approvalDigest } from '../../src/task/approval.ts';
import type { Fact, House, Means, Task } from '../../src/task/index.ts';
import { purchaseOf } from '../../src/task/index.ts';
import { newNames } from '../../src/task/judge.ts';
import { record } from '../../src/task/record.ts';
import { requestKey } from '../../src/task/request.ts';
import { reserve } from '../../src/task/reserve.ts';
import { orderOf } from '../task/parts.ts';

const PRICE = sats(1);
const HOST = '127.0.0.1:1';
const prepared: Task[] = [];

/** Opens tasks that were quoted 1 sat each and approved by a human: T1 is due on each. */
export async function prepare(means: Means, count: number): Promise<void> {
  const house = await means.house();
  for (let made = 0; made < count; made += 1) prepared.push(await prepareOne(means, house));
}

async function prepareOne({ tasks, clock }: Means, house: House): Promise<Task> {
  const at = clock.now();
  const { request, wishes, caller } = orderOf(`http://${HOST}/${randomUUID()}`);
  const requested = { kind: 'requested', at, request, wishes, caller } as const;
  const key = { owner: request.owner, key: requestKey(request) };
  const { task } = await tasks.open(key, newId('task'), requested);
  const challenged = challengedFor(request.url, at);
  const bounds = { ceiling: PRICE, expiresAt: at + HOUR };
  const digest = approvalDigest(purchaseOf([requested, challenged]), bounds, house);
  const askId = newId('ask');
  const by = { kind: 'human', askId, via: 'terminal' } as const;
  const append: Fact[] = [
    challenged,
    { kind: 'asked', at, askId, purpose: 'pay', host: HOST, digest, ...bounds },
    { kind: 'approved', at, by, digest, ...bounds },
  ];
  const reads = { owner: request.owner, host: HOST, now: at };
  const { facts } = await tasks.append(task.id, reads, () => ({ append, open: true }));
  return { id: task.id as TaskId, facts };
}

function challengedFor(url: string, at: number) {
  const quote = {
    origin: new URL(url).origin,
    url,
    amount: PRICE,
    paymentHash: randomBytes(32).toString('hex'),
    expiresAt: at + HOUR,
    payee: '02',
    wide: false,
    tokenEndsAt: undefined,
  };
  return { kind: 'challenged', at, quote } as const;
}

/** Tries T1 on each prepared task; says `reserved`, or the code that came instead. */
export async function reserveAll(means: Means): Promise<readonly string[]> {
  const house = await means.house();
  // The sums stay held, so any number may be on its way: only the budget is to stop them.
  const payments = { maxInFlight: Infinity, maxInFlightPerHost: Infinity };
  const rules = { ...house, policy: { ...house.policy, payments } };
  const outcomes: string[] = [];
  for (const task of prepared) {
    const decide = reserve({ fence: 0, rules, names: newNames(), attemptId: randomUUID() });
    const { paymentHash } = purchaseOf(task.facts).challenged!.quote;
    const { facts, rejected } = await record(means, task, decide, { paymentHash });
    const [newest] = facts.slice(task.facts.length);
    outcomes.push(newest?.kind === 'denied' ? newest.code : (rejected ?? newest?.kind ?? 'none'));
  }
  return outcomes;
}
