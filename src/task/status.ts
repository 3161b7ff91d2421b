import type { Code, Money } from '../base/index.ts';
import type { Fact } from './fact.ts';
import { nextStep } from './next-step.ts';
import { type End, type Purchase, purchaseOf } from './purchase.ts';

/** The public statuses of a task. */
export const STATUSES = [
  'queued',
  'approved',
  'running',
  'paid',
  'cached',
  'completed',
  'blocked',
  'failed',
] as const;

/** Where a task is, derived from its facts; nothing stores it. */
export interface Status {
  readonly status: (typeof STATUSES)[number];
  /** Why, where it is not simply on its way or completed. */
  readonly code: Code | undefined;
  readonly detail: string | undefined;
  readonly money: Money;
  /** Whether nothing more happens by itself. */
  readonly final: boolean;
}

/** Derives a task's status at a time (ms since 1970). */
export function statusOf(facts: readonly Fact[], now: number): Status {
  const purchase = purchaseOf(facts);
  if (purchase.end !== undefined) return ended(purchase.end);
  if (purchase.settled !== undefined) return going('paid', 'moved');
  if (purchase.reserved !== undefined) {
    return going('running', 'maybe_moved', purchase.doubted?.code ?? 'PAYMENT_PENDING');
  }
  return unpaid(purchase, nextStep(facts, now).kind);
}

function unpaid({ approved }: Purchase, step: ReturnType<typeof nextStep>['kind']): Status {
  if (step === 'await_human') return going('queued', 'not_moved', 'APPROVAL_REQUIRED');
  if (step === 'expire') return over('blocked', 'not_moved', 'approval_expired');
  return going(approved === undefined ? 'queued' : 'approved', 'not_moved');
}

function ended(end: End): Status {
  switch (end.kind) {
    case 'free':
      return over('completed', 'not_moved');
    case 'cached':
      return over('cached', 'not_moved');
    case 'delivered':
      return over('completed', 'moved');
    case 'lost':
      return over('paid', 'moved', 'delivery_unknown');
    case 'refused':
      return over('failed', 'moved', 'CredentialMissingError');
    case 'denied':
      return over('blocked', 'not_moved', end.code, end.detail);
    case 'declined':
      return over('blocked', 'not_moved', 'approval_declined');
    case 'expired':
      return over('blocked', 'not_moved', 'approval_expired');
    case 'cancelled':
      return over('blocked', 'not_moved', 'cancelled');
    case 'released':
      return over('failed', 'not_moved', end.code);
    case 'failed':
      return over('failed', 'not_moved', end.code, end.detail);
  }
}

function going(status: Status['status'], money: Money, code?: Code): Status {
  return { status, code, detail: undefined, money, final: false };
}

function over(status: Status['status'], money: Money, code?: Code, detail?: string): Status {
  return { status, code, detail, money, final: true };
}
