import { type Msat, unreachable, ZERO } from '../../base/index.ts';

/**
 * How a sandbox payment goes. `instant` is what people get; the others bring about, on purpose, what real
 * wallets do on bad days. Each may cost a routing `fee`.
 */
export type Behaviour = { readonly fee?: Msat } & (
  | { readonly kind: 'instant' }
  /** In flight for `ms`, then settled. */
  | { readonly kind: 'late'; readonly ms: number }
  /** The network finds no way. */
  | { readonly kind: 'fail' }
  /** In flight until somebody resolves it. */
  | { readonly kind: 'stuck' }
  /** Settled, but the first caller never hears of it. */
  | { readonly kind: 'error_after_acceptance' }
  /** The first caller waits in vain; settled `ms` after the start. */
  | { readonly kind: 'settles_after_timeout'; readonly ms: number }
  /** Settled, and what is handed out as preimage does not belong to the hash. */
  | { readonly kind: 'wrong_preimage' }
);

/** What people get. */
export const INSTANT: Behaviour = { kind: 'instant' };

/** What a behaviour means for one accepted payment. */
export interface Course {
  readonly state: 'settled' | 'failed' | 'in_flight';
  /** When a payment in flight settles by itself, ms; null if never. */
  readonly dueAt: number | null;
  /** What the first caller hears: the truth, or one of the two ways in which an answer gets lost. */
  readonly heard: 'truth' | 'unreachable' | 'timeout';
  readonly truePreimage: boolean;
}

const SETTLED: Course = { state: 'settled', dueAt: null, heard: 'truth', truePreimage: true };

/** The course of a payment that is accepted at `now`, ms. */
export function courseOf(behaviour: Behaviour, now: number): Course {
  switch (behaviour.kind) {
    case 'instant':
      return SETTLED;
    case 'late':
      return { ...SETTLED, state: 'in_flight', dueAt: now + behaviour.ms };
    case 'fail':
      return { ...SETTLED, state: 'failed' };
    case 'stuck':
      return { ...SETTLED, state: 'in_flight' };
    case 'error_after_acceptance':
      return { ...SETTLED, heard: 'unreachable' };
    case 'settles_after_timeout':
      return { ...SETTLED, state: 'in_flight', dueAt: now + behaviour.ms, heard: 'timeout' };
    case 'wrong_preimage':
      return { ...SETTLED, truePreimage: false };
    default:
      return unreachable(behaviour);
  }
}

/** The routing fee of a behaviour, in msat. */
export function feeOf(behaviour: Behaviour): Msat {
  return behaviour.fee ?? ZERO;
}
