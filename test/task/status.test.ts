import { expect, test } from 'vitest';
import { MINUTE, sats } from '../../src/base/index.ts';
import type { Answer, Fact, Quote } from '../../src/task/fact.ts';
import { STATUSES, statusOf } from '../../src/task/index.ts';
import { requested } from './story.ts';

const at = 0;
const answer = { status: 200 } as Answer;
const terms = { digest: 'sha256:0', ceiling: sats(100), expiresAt: 10 * MINUTE };
const quote = { amount: sats(100), expiresAt: 60 * MINUTE } as Quote;
const challenged = { kind: 'challenged', at, quote } as const;
const asked = { kind: 'asked', at, askId: 'ask_1', purpose: 'pay', host: 'h', ...terms } as const;
const by = { kind: 'human', askId: 'ask_1', via: 'terminal' } as const;
const approved = { kind: 'approved', at, by, ...terms } as const;
const reserved = { kind: 'reserved', at, amount: sats(100) } as Fact;
const settled = { kind: 'settled', at, amount: sats(100), fee: 0n } as Fact;

const quoted = [challenged, asked];
const held = [...quoted, approved, reserved];
const paid = [...held, settled];
const no = { money: 'not_moved', final: true } as const;
const yes = { money: 'moved', final: true } as const;

/** What happened after the request, and what the world is told of it. */
const rows: readonly [string, readonly Fact[], object][] = [
  ['nothing yet', [], { status: 'queued', code: undefined, final: false }],
  ['asked', quoted, { status: 'queued', code: 'APPROVAL_REQUIRED', money: 'not_moved' }],
  ['approved', [...quoted, approved], { status: 'approved', code: undefined, final: false }],
  ['free', [{ kind: 'free', at, answer }], { status: 'completed', code: undefined, ...no }],
  [
    'cached',
    [{ kind: 'cached', at, answer, from: 'task_1' }],
    { status: 'cached', code: undefined, ...no },
  ],
  [
    'denied',
    [challenged, { kind: 'denied', at, code: 'amount_over_cap', detail: 'Why.' }],
    { status: 'blocked', code: 'amount_over_cap', detail: 'Why.', ...no },
  ],
  [
    'declined',
    [...quoted, { kind: 'declined', at, askId: 'ask_1', via: 'terminal' }],
    { status: 'blocked', code: 'approval_declined', ...no },
  ],
  [
    'expired',
    [...quoted, { kind: 'expired', at, askId: 'ask_1' }],
    { status: 'blocked', code: 'approval_expired', ...no },
  ],
  ['cancelled', [{ kind: 'cancelled', at }], { status: 'blocked', code: 'cancelled', ...no }],
  [
    'failed before payment',
    [{ kind: 'failed', at, code: 'HTTP_TIMEOUT', detail: 'Why.' }],
    { status: 'failed', code: 'HTTP_TIMEOUT', detail: 'Why.', ...no },
  ],
  [
    'on its way',
    [...held, { kind: 'sending', at, fence: 1 }],
    { status: 'running', code: 'PAYMENT_PENDING', money: 'maybe_moved', final: false },
  ],
  [
    'in doubt',
    [...held, { kind: 'doubted', at, code: 'PREIMAGE_MISMATCH' }],
    { status: 'running', code: 'PREIMAGE_MISMATCH', money: 'maybe_moved', final: false },
  ],
  [
    'payment failed',
    [...held, { kind: 'released', at, code: 'FEE_LIMIT' }],
    { status: 'failed', code: 'FEE_LIMIT', ...no },
  ],
  ['settled', paid, { status: 'paid', code: undefined, money: 'moved', final: false }],
  [
    'delivered',
    [...paid, { kind: 'delivered', at, answer }],
    { status: 'completed', code: undefined, ...yes },
  ],
  [
    'answer lost',
    [...paid, { kind: 'lost', at, code: 'HTTP_TIMEOUT' }],
    { status: 'paid', code: 'delivery_unknown', ...yes },
  ],
  [
    'refused after payment',
    [...paid, { kind: 'refused', at, status: 402 }],
    { status: 'failed', code: 'CredentialMissingError', ...yes },
  ],
  [
    'asked anew after a no',
    [...quoted, { kind: 'declined', at, askId: 'ask_1', via: 'terminal' }, { kind: 'renewed', at }],
    { status: 'queued', code: undefined, money: 'not_moved', final: false },
  ],
];

test.each(rows)('a purchase is told as it is: %s', (_name, facts, told) => {
  expect(statusOf([requested('GET'), ...facts], 0)).toMatchObject(told);
});

test('a question that nobody answered in time is over, written down or not', () => {
  const late = statusOf([requested('GET'), ...quoted], 10 * MINUTE);
  expect(late).toMatchObject({ status: 'blocked', code: 'approval_expired', ...no });
});

test('each of the public statuses is reached, and no other', () => {
  const told = rows.map(([, facts]) => statusOf([requested('GET'), ...facts], 0).status);
  expect(new Set(told)).toEqual(new Set(STATUSES));
});
