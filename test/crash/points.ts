import { writeSync } from 'node:fs';
import type { FactKind, Means } from '../../src/task/index.ts';
import type { TaskStore } from '../../src/task/store.ts';
import type { PayOutcome, Wallet } from '../../src/task/wallet.ts';
import { encode } from './wire.ts';

/** A point of the crash matrix at which a process can end itself, or `T1`: the sum was just held. */
export type Point = 'C0' | 'T1' | 'C1' | 'C2' | 'C3' | 'C4' | 'C5' | 'C7' | 'C8';

/** What happens to a process at its point: it dies, or it stands still until it is continued. */
export interface Halt {
  readonly at: Point;
  readonly signal: 'SIGKILL' | 'SIGSTOP';
}

/** Means that halt their process at a point; every later step is as without. */
export function halting(means: Means, { at, signal }: Halt): Means {
  const halt = () => {
    writeSync(1, `${encode({ halt: at })}\n`);
    process.kill(process.pid, signal);
  };
  switch (at) {
    case 'C0':
      return { ...means, tasks: inside(means.tasks, 'reserved', halt) };
    case 'C4':
      return { ...means, tasks: inside(means.tasks, 'settled', halt) };
    case 'C7':
      return { ...means, tasks: inside(means.tasks, 'refused', halt) };
    case 'C8':
      return { ...means, tasks: inside(means.tasks, 'released', halt) };
    case 'T1':
      return { ...means, tasks: afterT1(means.tasks, halt) };
    case 'C5':
      return { ...means, egress: beforeRetry(means.egress, halt) };
    case 'C1':
    case 'C2':
    case 'C3':
      return { ...means, wallet: async () => atWallet(await means.wallet(), at, halt) };
  }
}

/** Halts inside the transaction that would write a fact: nothing of it may stay. */
function inside(tasks: TaskStore, kind: FactKind, halt: () => void): TaskStore {
  return {
    ...tasks,
    append: (taskId, reads, decide) =>
      tasks.append(taskId, reads, (facts, books) => {
        const verdict = decide(facts, books);
        if ('append' in verdict && verdict.append.some(fact => fact.kind === kind)) halt();
        return verdict;
      }),
  };
}

function afterT1(tasks: TaskStore, halt: () => void): TaskStore {
  return {
    ...tasks,
    async append(...what) {
      const recorded = await tasks.append(...what);
      if (recorded.rejected === undefined && recorded.facts.at(-1)?.kind === 'sending') halt();
      return recorded;
    },
  };
}

function beforeRetry(egress: Means['egress'], halt: () => void): Means['egress'] {
  return {
    ...egress,
    exchange(outgoing, ...rest) {
      if (outgoing.authorization !== undefined) halt();
      return egress.exchange(outgoing, ...rest);
    },
  };
}

/** Halts before the wallet hears of a payment (C1), once it has it (C2), or when it said that it settled (C3). */
function atWallet(wallet: Wallet, at: 'C1' | 'C2' | 'C3', halt: () => void): Wallet {
  const heard = (outcome: PayOutcome): PayOutcome => {
    if (at === 'C3' && outcome.kind === 'settled') halt();
    return outcome;
  };
  return {
    ...wallet,
    async pay(payment) {
      if (at === 'C1') halt();
      const paying = wallet.pay(payment);
      if (at === 'C2') {
        while ((await wallet.lookUp(payment.paymentHash)).kind === 'unknown');
        halt();
      }
      return heard(await paying);
    },
    lookUp: async hash => heard(await wallet.lookUp(hash)),
  };
}
