import { TollkeeperError } from '../base/index.ts';
import type { Fact, FactKind, FactOf } from './fact.ts';
import { isRepeatable } from './request.ts';

/** The facts after which nothing is left to do, unless a human has the task renewed. */
const ENDS = [
  'free',
  'cached',
  'denied',
  'declined',
  'expired',
  'cancelled',
  'failed',
  'released',
  'delivered',
  'refused',
  'lost',
] as const satisfies readonly FactKind[];
/** The fact with which a task ended. */
export type End = FactOf<(typeof ENDS)[number]>;

/** A task's facts, read: the newest of each kind since the task was requested or last renewed. */
export interface Purchase {
  readonly requested: FactOf<'requested'>;
  readonly end: End | undefined;
  readonly sent: FactOf<'sent'> | undefined;
  readonly challenged: FactOf<'challenged'> | undefined;
  readonly asked: FactOf<'asked'> | undefined;
  readonly approved: FactOf<'approved'> | undefined;
  readonly reserved: FactOf<'reserved'> | undefined;
  readonly sending: FactOf<'sending'> | undefined;
  readonly missed: FactOf<'missed'> | undefined;
  readonly doubted: FactOf<'doubted'> | undefined;
  readonly settled: FactOf<'settled'> | undefined;
  /** Whether a fact came after another; false if either is missing. */
  readonly isAfter: (later: Fact | undefined, earlier: Fact | undefined) => boolean;
  /** Whether the request may be sent again when its answer was lost. */
  readonly repeatable: boolean;
}

/** Reads a task's facts. Facts of a round that ended in `declined` or `expired` and was renewed do not count. */
export function purchaseOf(facts: readonly Fact[]): Purchase {
  const requested = facts[0];
  if (requested?.kind !== 'requested') throw new TollkeeperError('store_corrupt');
  const round = facts.slice(facts.findLastIndex(fact => fact.kind === 'renewed') + 1);
  const newest = <K extends FactKind>(...kinds: readonly K[]): FactOf<K> | undefined =>
    round.findLast((fact): fact is FactOf<K> => (kinds as readonly string[]).includes(fact.kind));
  return {
    requested,
    end: newest(...ENDS),
    sent: newest('sent'),
    challenged: newest('challenged'),
    asked: newest('asked'),
    approved: newest('approved'),
    reserved: newest('reserved'),
    sending: newest('sending'),
    missed: newest('missed'),
    doubted: newest('doubted'),
    settled: newest('settled'),
    isAfter: (later, earlier) =>
      later !== undefined && earlier !== undefined && round.indexOf(later) > round.indexOf(earlier),
    repeatable: isRepeatable(requested.request),
  };
}
