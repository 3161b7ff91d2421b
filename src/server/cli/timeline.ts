import { showSats, sum, unreachable } from '../../base/index.ts';
import type { Fact, FactOf } from '../../task/index.ts';
import { oneLine, showTime, table } from './layout.ts';

/** A task's facts, oldest first, one a line: when, what, and what it was about. */
export function showTimeline(facts: readonly Fact[]): string {
  return table(facts.map(fact => [showTime(fact.at), fact.kind, aboutOf(fact)]));
}

/** The part of a fact that a human wants to know. Holds nothing that a seller worded. */
export function aboutOf(fact: Fact): string {
  switch (fact.kind) {
    case 'requested':
      return `by ${oneLine(fact.caller, 60)} (its own words)`;
    case 'sent':
      return fact.phase === 'probe' ? 'without payment' : 'with what was bought';
    case 'challenged':
      return `price ${showSats(fact.quote.amount)}, invoice until ${showTime(fact.quote.expiresAt)}`;
    case 'asked':
      return `at most ${showSats(fact.ceiling)} to ${oneLine(fact.host, 60)}, until ${showTime(fact.expiresAt)}`;
    case 'approved':
      return `at most ${showSats(fact.ceiling)}, ${approverOf(fact)}`;
    case 'declined':
      return `by a human, ${placeOf(fact.via)}`;
    case 'reserved':
      return `${showSats(fact.amount)} and at most ${showSats(fact.feeLimit)} in fees`;
    case 'settled':
      return `${showSats(sum(fact.amount, fact.fee))}, fees in`;
    case 'free':
    case 'delivered':
      return answerOf(fact);
    case 'cached':
      return `${answerOf(fact)}, bought by ${fact.from}`;
    case 'refused':
      return `HTTP ${fact.status} after payment`;
    case 'denied':
    case 'failed':
      return fact.detail === undefined ? fact.code : `${fact.code}: ${fact.detail}`;
    case 'doubted':
    case 'released':
    case 'lost':
      return fact.code;
    case 'expired':
    case 'cancelled':
    case 'renewed':
    case 'sending':
    case 'missed':
      return '';
    default:
      return unreachable(fact);
  }
}

function approverOf({ by, allowance }: FactOf<'approved'>): string {
  if (by.kind !== 'human') return `by ${by.kind} ${oneLine(by.grant, 60)}`;
  const more = allowance && ` with an allowance of ${showSats(allowance.limit)} today`;
  return `by a human, ${placeOf(by.via)}${more ?? ''}`;
}

function placeOf(via: FactOf<'declined'>['via']): string {
  return via === 'terminal' ? 'at a terminal' : 'in a form';
}

function answerOf({ answer }: FactOf<'free' | 'cached' | 'delivered'>): string {
  return `HTTP ${answer.status}, ${answer.bytes} bytes`;
}
