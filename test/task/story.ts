import { MINUTE, msat, SECOND, sats } from '../../src/base/index.ts';
import type { Answer, Bought, Fact, FactKind, FactOf, Quote } from '../../src/task/fact.ts';
import type { Method } from '../../src/task/index.ts';
import { nextStep, type Step } from '../../src/task/next-step.ts';

/** What has happened to a task so far, and the time, ms. */
export interface Story {
  readonly facts: readonly Fact[];
  readonly now: number;
}

/** How long a question and its approval stay good, and how long an invoice lives, ms. */
export const PATIENCE: number = 10 * MINUTE;
export const INVOICE: number = 5 * MINUTE;

const preview = { kind: 'text', text: '', truncated: false } as const;
const contentType = undefined;
const answer: Answer = {
  url: '',
  status: 200,
  contentType,
  bytes: 0,
  sha256: '',
  preview,
  kept: true,
};
const credential = {} as Bought;
const digest = 'sha256:0';

/** The first fact of every story. */
export function requested(method: Method): Fact {
  const url = 'https://shop.example/a';
  const request = { owner: 'a', method, url, headers: {}, bodyDigest: undefined, scope: 's' };
  const wishes = { requireApproval: false, forceRefresh: false } as const;
  const none = { maxSpend: undefined, cacheTtlMs: undefined, idempotencyKey: undefined };
  return { kind: 'requested', at: 0, request, wishes: { ...wishes, ...none }, caller: 'a test' };
}

/** One fact of each kind that may follow, at a time; the price is the ceiling's or above it. */
function makers(at: number, count: number) {
  const askId = `ask_${count}` as const;
  const terms = { digest, ceiling: sats(100), expiresAt: at + PATIENCE };
  const quote = (amount = sats(100)) => ({ amount, expiresAt: at + INVOICE }) as Quote;
  const hold = { attemptId: 'a', host: 'h', paymentHash: 'p', wallet: 'sandbox', grant: undefined };
  const ask = { kind: 'asked', at, askId, host: 'shop.example', ...terms } as const;
  return {
    free: { kind: 'free', at, answer },
    cached: { kind: 'cached', at, answer, from: 'task_0' },
    cheap: { kind: 'challenged', at, quote: quote() },
    dear: { kind: 'challenged', at, quote: quote(msat(100_001)) },
    denied: { kind: 'denied', at, code: 'host_blocked' },
    failed: { kind: 'failed', at, code: 'L402TransportError' },
    askToSend: { ...ask, purpose: 'send' },
    askToPay: { ...ask, purpose: 'pay' },
    ruled: { kind: 'approved', at, by: { kind: 'rule', grant: 'rule' }, ...terms },
    sentProbe: { kind: 'sent', at, phase: 'probe' },
    sentDelivery: { kind: 'sent', at, phase: 'deliver' },
    cancelled: { kind: 'cancelled', at },
    renewed: { kind: 'renewed', at },
    reserved: { kind: 'reserved', at, ...hold, amount: sats(100), feeLimit: sats(1) },
    sending: { kind: 'sending', at, fence: 1 },
    missed: { kind: 'missed', at },
    doubted: { kind: 'doubted', at, code: 'PREIMAGE_MISMATCH' },
    settled: { kind: 'settled', at, amount: sats(100), fee: sats(1), credential },
    released: { kind: 'released', at, code: 'PaymentFailedError' },
    delivered: { kind: 'delivered', at, answer },
    refused: { kind: 'refused', at, status: 402 },
    lost: { kind: 'lost', at, code: 'HTTP_TIMEOUT' },
  } satisfies Record<string, Fact>;
}

/** Everything that the loop, a human or a caller can append to a story next: a list of facts each. */
export function continuations({ facts, now }: Story): readonly (readonly Fact[])[] {
  const step = nextStep(facts, now);
  const after = ofStep(step, { facts, now });
  const { cancelled } = makers(now, facts.length);
  const isHeld = facts.some(({ kind }) => kind === 'reserved');
  return step.kind === 'done' || isHeld ? after : [...after, [cancelled]];
}

function ofStep(step: Step, { facts, now }: Story): readonly (readonly Fact[])[] {
  const make = makers(now, facts.length);
  const { free, cached, cheap, dear, denied, failed, ruled, askToPay, askToSend } = make;
  const quotes = [
    ...[cheap, dear].flatMap(quote => [denied, ruled, askToPay].map(word => [quote, word])),
    [cheap],
    [dear],
  ];
  const probed = [[free], [cached], [failed], ...quotes];
  switch (step.kind) {
    case 'probe':
      return isSafe(facts) ? [...probed, [denied]] : [[denied], [askToSend], [make.sentProbe]];
    case 'decide':
      return [[denied], [ruled], [askToPay]];
    case 'await_human':
      return answersTo(step.asked, now);
    case 'expire':
      return [[{ kind: 'expired', at: now, askId: step.asked.askId }]];
    case 'pay':
      return [[make.reserved, make.sending], [denied], [askToPay], [ruled]];
    case 'look_up':
      return [[make.sending], [make.missed], [make.doubted], [make.settled], [make.released]];
    case 'deliver':
      return isSafe(facts) ? ends(make) : [[make.sentDelivery]];
    case 'give_up':
      return step.paid ? ends(make) : probed;
    case 'done':
      return isRenewable(facts) ? [[make.renewed]] : [];
  }
}

function ends({ delivered, refused, lost }: ReturnType<typeof makers>): readonly Fact[][] {
  return [[delivered], [refused], [lost]];
}

function answersTo({ askId, digest, ceiling, expiresAt }: FactOf<'asked'>, at: number): Fact[][] {
  const by = { kind: 'human', askId, via: 'terminal' } as const;
  return [
    [{ kind: 'approved', at, by, digest, ceiling, expiresAt }],
    [{ kind: 'declined', at, askId, via: 'terminal' }],
  ];
}

function isSafe([first]: readonly Fact[]): boolean {
  return first?.kind === 'requested' && first.request.method === 'GET';
}

function isRenewable(facts: readonly Fact[]): boolean {
  const kinds: readonly FactKind[] = ['denied', 'declined', 'expired'];
  return kinds.includes(facts.at(-1)!.kind);
}

/**
 * Every story of at most `most` facts, told breadth first from its request: after each, time may stand
 * still, an invoice may die, or an approval may lapse.
 */
export function* stories(method: Method, most: number): Generator<Story> {
  let generation: readonly Story[] = [{ facts: [requested(method)], now: 0 }];
  while (generation.length > 0) {
    const waited = generation.flatMap(withTimes);
    yield* waited;
    generation = waited.flatMap(({ facts, now }) =>
      continuations({ facts, now })
        .map(more => ({ facts: [...facts, ...more], now }))
        .filter(told => told.facts.length <= most && !isRepeating(told.facts)),
    );
  }
}

/** A story now, and some time later where that makes another step due. */
function withTimes(story: Story): readonly Story[] {
  const { kind } = nextStep(story.facts, story.now);
  const later = [INVOICE - 20 * SECOND, PATIENCE].map(ms => ({ ...story, now: story.now + ms }));
  return [story, ...later.filter(({ facts, now }) => nextStep(facts, now).kind !== kind)];
}

/** Rounds that only repeat themselves prove nothing new. */
function isRepeating(facts: readonly Fact[]): boolean {
  const most: Partial<Record<FactKind, number>> = { renewed: 1, sending: 2, missed: 1, doubted: 1 };
  const count = (kind: FactKind) => facts.filter(fact => fact.kind === kind).length;
  return Object.entries(most).some(([kind, bound]) => count(kind as FactKind) > bound);
}
