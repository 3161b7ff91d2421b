import fc from 'fast-check';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { MINUTE, sats } from '../../src/base/index.ts';
import type { Payment, PayOutcome } from '../../src/task/wallet.ts';
import type { PaymentMessage } from '../lnd/record.ts';
import { type LndRig, openLndRig } from '../lnd/rig.ts';
import { paymentOf } from './play.ts';

// What if lnd, or whatever answers in its place, says what cannot be? Whatever it says, nothing is thrown, and no
// sum is freed or spent on its word unless the word is whole.

let rig: LndRig;
beforeAll(async () => {
  rig = await openLndRig();
});
afterAll(() => rig.close());

const number = fc.constantFrom(
  '0',
  '-1',
  '1',
  '-9223372036854775808',
  '9223372036854775807',
  '7000',
);
const text = fc.oneof(fc.constantFrom('', '0'.repeat(64), 'ab'.repeat(32)), fc.string());
const attempt = fc.record(
  {
    status: fc.constantFrom('IN_FLIGHT', 'SUCCEEDED', 'FAILED', 9),
    route: fc.option(fc.record({ total_fees_msat: number })),
  },
  { requiredKeys: [] },
);
/** What is put in place of fields of a record; an undefined one is left out. */
const change = fc.record(
  {
    payment_hash: fc.option(text, { nil: undefined }),
    payment_preimage: fc.option(text, { nil: undefined }),
    payment_request: fc.option(text, { nil: undefined }),
    value_msat: fc.option(number, { nil: undefined }),
    fee_msat: fc.option(number, { nil: undefined }),
    creation_time_ns: fc.option(number, { nil: undefined }),
    status: fc.constantFrom(
      'UNKNOWN',
      'IN_FLIGHT',
      'SUCCEEDED',
      'FAILED',
      'INITIATED',
      77,
      undefined,
    ),
    failure_reason: fc.constantFrom(
      'FAILURE_REASON_NONE',
      'FAILURE_REASON_NO_ROUTE',
      77,
      undefined,
    ),
    htlcs: fc.option(fc.array(attempt, { maxLength: 3 }), { nil: undefined }),
  },
  { requiredKeys: [] },
);

/** A payment of 1 sat that goes in one of three ways. */
async function due(kind: 'instant' | 'fail' | 'stuck'): Promise<Payment> {
  const invoice = await rig.lnd.sandbox.issue({
    issuer: 'test',
    amount: sats(1),
    description: 'a thing',
    ttlMs: MINUTE,
  });
  await rig.lnd.sandbox.setBehaviour({ kind }, invoice.hash);
  return paymentOf(invoice, { amount: sats(1), waitMs: 5 });
}

/** Has the fake put something in place of parts of each record, or of all of it; what it then says is kept. */
function retell(changes: object, isWhole: boolean): readonly PaymentMessage[] {
  const said: PaymentMessage[] = [];
  rig.lnd.node.mangle = (method, answer) => {
    if (!method.endsWith('PaymentV2')) return answer;
    const record = { ...(isWhole ? {} : answer), ...changes } as PaymentMessage;
    said.push(record);
    return record;
  };
  return said;
}

const way = fc.constantFrom('instant', 'fail', 'stuck');

test('nonsense in answer to a payment never throws, and neither frees nor spends a sum', async () => {
  await fc.assert(
    fc.asyncProperty(change, fc.boolean(), way, async (changes, isWhole, kind) => {
      const payment = await due(kind);
      const said = retell(changes, isWhole);
      const outcome = await rig.wallet.pay(payment);
      expect(said.some(record => bearsOut(record, payment.paymentHash, outcome))).toBe(true);
    }),
    { numRuns: 30 },
  );
});

test('nonsense in answer to a look-up never throws, and neither frees nor spends a sum', async () => {
  const payments = {
    instant: await due('instant'),
    fail: await due('fail'),
    stuck: await due('stuck'),
  };
  retell({}, false);
  for (const payment of Object.values(payments)) await rig.wallet.pay(payment);
  await fc.assert(
    fc.asyncProperty(change, fc.boolean(), way, async (changes, isWhole, kind) => {
      const { paymentHash: hash } = payments[kind];
      const said = retell(changes, isWhole);
      const outcome = await rig.wallet.lookUp(hash);
      expect(said.some(record => bearsOut(record, hash, outcome))).toBe(true);
    }),
    { numRuns: 300 },
  );
});

test('nonsense about the node itself never throws, and never shows money that is not there', async () => {
  const { balance } = await rig.wallet.status();
  const field = fc.option(number, { nil: undefined });
  const answer = fc.record(
    {
      chains: fc.array(fc.record({ chain: text, network: text }), { maxLength: 2 }),
      synced_to_chain: fc.boolean(),
      local_balance: fc.option(fc.record({ msat: field })),
      channels: fc.array(
        fc.record({
          active: fc.boolean(),
          local_balance: field,
          local_constraints: fc.option(fc.record({ chan_reserve_sat: field })),
        }),
        { maxLength: 3 },
      ),
    },
    { requiredKeys: [] },
  );
  await fc.assert(
    fc.asyncProperty(answer, async nonsense => {
      rig.lnd.node.mangle = () => nonsense;
      const status = await rig.wallet.status();
      expect(status).toMatchObject({ kind: 'lnd', ready: false });
      const told = nonsense.local_balance?.msat;
      if (told === undefined || told.startsWith('-')) expect(status.balance).toBe(0n);
    }),
    { numRuns: 40 },
  );
  rig.lnd.node.mangle = (_method, plain) => plain;
  expect(await rig.wallet.status()).toMatchObject({ ready: true, balance });
});

/** Whether a record says as much as an outcome does. */
function bearsOut(record: PaymentMessage, hash: string, outcome: PayOutcome): boolean {
  if (outcome.kind !== 'settled' && outcome.kind !== 'failed') return true;
  if (record.payment_hash !== hash) return false;
  if (outcome.kind === 'settled') {
    return (
      record.status === 'SUCCEEDED' &&
      record.value_msat === String(outcome.amount) &&
      (record.fee_msat ?? '0') === String(outcome.fee)
    );
  }
  const attempts = (record.htlcs ?? []) as readonly { status?: unknown }[];
  return record.status === 'FAILED' && attempts.every(({ status }) => status === 'FAILED');
}
