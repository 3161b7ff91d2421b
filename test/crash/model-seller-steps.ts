import fc from 'fast-check';
import { expect } from 'vitest';
import { HOUR, MINUTE } from '../../src/base/index.ts';
import type { Exchanged } from '../../src/http/index.ts';
import { unlocks } from '../../src/l402/index.ts';
import type { Invoice, Model } from './model.ts';
import { commandsOf } from './model-command.ts';
import { trueInvoice } from './model-invoices.ts';
import { carriedBy, type Delivery, delivered, givenUp, probed, type Reply } from './model-moves.ts';
import type { Rig } from './model-rig.ts';
import { judge } from './model-rules.ts';
import { can, due, learnAsk, pick, step } from './model-step.ts';

// The steps of the loop in which a seller is asked, or nobody, each taken once by the process that holds the lease.

const sat = 1000n;
const prices = fc.constantFrom(
  sat,
  40n * sat,
  60n * sat,
  99n * sat,
  100_001n,
  150n * sat,
  151n * sat,
);

/** A seller's answer without a body. */
export function answer(url: string, status: number, challenges: readonly string[] = []): Exchanged {
  const { origin } = new URL(url);
  const bytes = new Uint8Array();
  return {
    ok: true,
    value: { url, origin, status, contentType: undefined, challenges, bytes, sha256: '' },
  };
}

const LOST: Exchanged = { ok: false, code: 'L402TransportError', reached: true };

/** Whether the seller was shown the preimage of just this invoice, or of none. */
function checkShown({ requests }: Rig, invoice: Invoice | undefined): void {
  for (const { authorization } of requests) {
    const preimage = authorization?.split(':').at(-1);
    if (invoice === undefined) expect(authorization).toBeUndefined();
    else expect(unlocks(preimage ?? '', trueInvoice(invoice).hash)).toBe(true);
  }
}

const asking = fc.record({
  choice: pick,
  reply: fc.constantFrom<Reply>('price', 'price', 'price', 'price', 'price', 'free', 'fail', 'cut'),
  amount: prices,
  ttl: fc.constantFrom(MINUTE, 5 * MINUTE, HOUR),
  isOld: fc.nat(19).map(n => n === 0),
});

/** A seller names a price, answers for nothing, or not at all. */
export const probe = commandsOf('ask for the price', asking, {
  can: can('probe'),
  async run(model, rig, { choice, reply, amount, ttl, isOld }) {
    const task = due(model, 'probe', choice);
    const invoice = (isOld ? model.invoices.at(-1) : undefined) ?? newInvoice(model, amount, ttl);
    const { challenge } = trueInvoice(invoice);
    rig.reply = ({ url }) => {
      if (reply === 'price') return answer(url, 402, [challenge]);
      return reply === 'free' ? answer(url, 200) : LOST;
    };
    rig.requests.length = 0;
    const carried = carriedBy(model, task)?.invoice;
    task.phase = probed(model, task, reply, invoice);
    expect(await step(model, rig, 'probe', task, { isClosing: reply === 'cut' })).toBeUndefined();
    checkShown(rig, carried);
    await learnAsk(rig, task);
  },
});

function newInvoice(model: Model, amount: bigint, ttl: number): Invoice {
  const { now: createdAt, invoices } = model;
  const number = invoices.length;
  const invoice = { number, amount, createdAt, expiresAt: createdAt + ttl, used: false };
  invoices.push(invoice);
  return invoice;
}

/** A yes that nobody used in time: the policy is asked anew. */
export const decide = commandsOf('decide anew', pick, {
  can: can('decide'),
  async run(model, rig, choice) {
    const task = due(model, 'decide', choice);
    if (task.phase.is !== 'approved') throw new Error('it has no quote');
    task.phase = judge(model, task, task.phase.invoice);
    expect(await step(model, rig, 'decide', task)).toBeUndefined();
    await learnAsk(rig, task);
  },
});

/** A question that nobody answered in time is closed. */
export const expire = commandsOf('close a lapsed question', pick, {
  can: can('expire'),
  async run(model, rig, choice) {
    const task = due(model, 'expire', choice);
    if (task.phase.is === 'asked') task.phase.ask.fate = 'answered';
    task.phase = { is: 'ended', end: { kind: 'expired' } };
    expect(await step(model, rig, 'expire', task)).toBeUndefined();
  },
});

const deliveries = fc.constantFrom<Delivery>(
  'goods',
  'goods',
  'refusal',
  'nothing',
  'error',
  'cut',
);

/** What was paid for is fetched, with the preimage that was bought. */
export const deliver = commandsOf('fetch', fc.record({ choice: pick, delivery: deliveries }), {
  can: can('deliver'),
  async run(model, rig, { choice, delivery }) {
    const task = due(model, 'deliver', choice);
    const status = { goods: 200, refusal: 402, error: 503, nothing: undefined, cut: undefined };
    rig.reply = ({ url }) => {
      const code = status[delivery];
      return code === undefined ? LOST : answer(url, code);
    };
    rig.requests.length = 0;
    const { phase } = task;
    const invoice = phase.is === 'settled' ? phase.kept.invoice : undefined;
    task.phase = delivered(task, delivery);
    const isClosing = delivery === 'cut';
    expect(await step(model, rig, 'deliver', task, { isClosing })).toBeUndefined();
    expect(rig.requests.length).toBeGreaterThan(0);
    if (task.method === 'POST') expect(rig.requests).toHaveLength(1);
    checkShown(rig, invoice);
  },
});

/** A request that must not be repeated, and whose answer never came, is given up. */
export const giveUp = commandsOf('give up', pick, {
  can: can('give_up'),
  async run(model, rig, choice) {
    const task = due(model, 'give_up', choice);
    task.phase = givenUp(model, task);
    expect(await step(model, rig, 'give_up', task)).toBeUndefined();
  },
});
