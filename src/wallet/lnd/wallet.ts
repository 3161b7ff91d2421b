import { type Clock, type Log, type Msat, SECOND, sum, ZERO } from '../../base/index.ts';
import type { Network } from '../../l402/index.ts';
import type { Answer, NodeLine } from '../../node/index.ts';
import type { PayFailure, PayOutcome, Wallet, WalletStatus } from '../../task/wallet.ts';
import { ask, demand } from './ask.ts';
import { type Balance, balanceOf } from './balance.ts';
import { handOver } from './hand-over.ts';
import { outcomeOf, type PaymentRecord } from './record.ts';
import { feeOfAnyRoute } from './route.ts';
import { isReady, type Self, selfOf } from './self.ts';
import { sentSince } from './sent.ts';
import { track } from './track.ts';
import { openTurns } from './turns.ts';

/** How long a look may take, and how much longer than `waitMs` a payment may, ms. */
const LOOK_MS: number = 5 * SECOND;
/** How long it may take to learn why there was no way, ms. */
const ROUTE_MS: number = SECOND;
/** How long the list of payments may take, ms: the loop waits for 30 s. */
const LIST_MS: number = 25 * SECOND;

/** What a wallet of lnd works with. */
export interface LndWalletParts {
  /** Hung up with the wallet. */
  readonly line: NodeLine;
  /** The network that the settings name: on no other is anything paid. */
  readonly network: Network;
  readonly clock: Clock;
  readonly log: Log;
}

const NOT_FOUND: PayOutcome = { kind: 'unknown', cause: 'not_found' };

/**
 * Opens the wallet whose money is in the channels of an lnd, ours or a remote one. Its macaroon has to grant
 * `info:read`, `offchain:read` and `offchain:write`, or the methods that are called here. Nothing is dialled yet.
 */
export function openLndWallet(parts: LndWalletParts): Wallet {
  const { line, network, clock } = parts;
  const turns = openTurns();
  return {
    async status() {
      const answer = await ask(line, LOOK_MS, (lnd, over) =>
        Promise.all([selfOf(lnd, over), balanceOf(lnd, over)]),
      );
      return statusOf(network, answer.ok ? answer.value : undefined);
    },
    async pay(payment) {
      const { paymentHash: hash, waitMs, feeLimit } = payment;
      const answer = await ask(line, waitMs + LOOK_MS, async (lnd, over) => {
        const patience = clock.after(waitMs, over);
        const order = { payment, network, clock };
        const handed = await turns(hash, () => handOver(lnd, order, over));
        return 'first' in handed ? handed.last(patience) : handed;
      });
      return judged(parts, hash, answer, feeLimit);
    },
    async lookUp(hash) {
      const answer = await ask(
        line,
        LOOK_MS,
        async (lnd, over) => (await track(lnd, hash, over))?.first ?? NOT_FOUND,
      );
      return judged(parts, hash, answer);
    },
    async sent(since) {
      return demand(line, LIST_MS, (lnd, over) => sentSince(lnd, since, over));
    },
    close: async () => line.close(),
  };
}

function statusOf(network: Network, told: readonly [Self, Balance] | undefined): WalletStatus {
  const about = (of: Network) => ({ kind: 'lnd', network: of, real: of === 'bc' });
  if (told === undefined) return { ...about(network), ready: false, balance: ZERO };
  const [self, { awake: balance }] = told;
  return { ...about(self.network ?? network), ready: isReady(self, network), balance };
}

/** The outcome that an answer comes to; why lnd found no way is looked into. */
async function judged(
  parts: LndWalletParts,
  hash: string,
  answer: Answer<PaymentRecord | PayOutcome>,
  feeLimit?: Msat,
): Promise<PayOutcome> {
  if (!answer.ok) {
    parts.log.warn({ cause: answer.failure, hash }, 'lnd did not say what became of a payment');
    const cause = answer.failure.kind === 'timeout' ? 'timeout' : 'unreachable';
    return { kind: 'unknown', cause };
  }
  if ('kind' in answer.value) return answer.value;
  const outcome = outcomeOf(answer.value, hash);
  if (outcome.kind !== 'failed') return outcome;
  return { kind: 'failed', code: await causeOf(parts, answer.value, outcome.code, feeLimit) };
}

/**
 * lnd calls a way that was too dear no way at all, so it is asked once more which it was, where the fee limit is known
 * that it was sent with: lnd does not keep it. And it calls money no money whose peer is away, or was a moment ago: that it
 * is there and has no way is nearer the truth, and calls for patience, not for funds.
 */
async function causeOf(
  { line }: LndWalletParts,
  { payment_request: invoice, value_msat }: PaymentRecord,
  code: PayFailure,
  feeLimit: Msat | undefined,
): Promise<PayFailure> {
  if (code === 'no_route' && feeLimit !== undefined) {
    const fee = await ask(line, ROUTE_MS, (lnd, over) => feeOfAnyRoute(lnd, invoice, over));
    return fee.ok && fee.value > feeLimit ? 'FEE_LIMIT' : code;
  }
  if (code === 'insufficient_balance') {
    const held = await ask(line, ROUTE_MS, balanceOf);
    return held.ok && BigInt(value_msat) <= sum(held.value.awake, held.value.asleep)
      ? 'no_route'
      : code;
  }
  return code;
}
