import { type AskId, msat, newId, type TaskId } from '../../../src/base/index.ts';
import type { Allowance } from '../../../src/policy/index.ts';
import type { Bought, FactOf, NewFact } from '../../../src/task/fact.ts';
import type { Reads, Verdict } from '../../../src/task/store.ts';

/** The facts of a plain purchase, each with only what a test cares about. */
export const HOST = 'seller.example';
export const OWNER = 'alice';

export function reads(more: Partial<Reads> = {}): Reads {
  return { owner: OWNER, host: HOST, now: 0, ...more };
}

export function appending(...append: readonly NewFact[]): () => Verdict {
  return () => ({ append, open: true });
}

export function ending(...append: readonly NewFact[]): () => Verdict {
  return () => ({ append, open: false });
}

export function requested(more: { at?: number; url?: string; body?: string } = {}): NewFact {
  const { at = 0, url = `https://${HOST}/data`, body } = more;
  const request = { owner: OWNER, method: 'GET', url, headers: {}, scope: 'default' } as const;
  const wishes = { requireApproval: false, forceRefresh: false } as const;
  const none = { maxSpend: undefined, cacheTtlMs: undefined, idempotencyKey: undefined };
  return {
    kind: 'requested',
    at,
    request: { ...request, bodyDigest: undefined },
    wishes: { ...wishes, ...none },
    caller: 'a test',
    ...(body === undefined ? {} : { secret: { body } }),
  };
}

export function reserved(
  amount: number,
  { at = 0, ...more }: Partial<Omit<FactOf<'reserved'>, 'amount'>> = {},
): NewFact {
  return {
    kind: 'reserved',
    at,
    attemptId: 'attempt',
    host: HOST,
    paymentHash: newId('task'),
    amount: msat(amount),
    feeLimit: msat(0),
    wallet: 'sandbox',
    grant: undefined,
    ...more,
  };
}

export function settled(
  amount: number,
  more: { at?: number; fee?: number; preimage?: string; credential?: Partial<Bought> } = {},
): NewFact {
  const { at = 0, fee = 0, preimage = 'preimage' } = more;
  return {
    kind: 'settled',
    at,
    amount: msat(amount),
    fee: msat(fee),
    credential: bought(more.credential),
    secret: { preimage },
  };
}

export function bought(more: Partial<Bought> = {}): Bought {
  return {
    key: 'key',
    origin: `https://${HOST}`,
    scope: 'default',
    method: 'GET',
    url: `https://${HOST}/data`,
    wide: false,
    cachedUntil: 1000,
    endsAt: undefined,
    ...more,
  };
}

export function asked(askId: AskId, at: number, more: Partial<FactOf<'asked'>> = {}): NewFact {
  const ask = { purpose: 'pay', host: HOST, digest: 'sha256:0', ceiling: msat(1) } as const;
  return { kind: 'asked', askId, at, expiresAt: at + 600_000, ...ask, ...more };
}

export function approved(askId: AskId, at: number, allowance?: Allowance): NewFact {
  const by = { kind: 'human', askId, via: 'terminal' } as const;
  const terms = { digest: 'sha256:0', ceiling: msat(1), expiresAt: at + 600_000 };
  return { kind: 'approved', at, by, ...terms, ...(allowance && { allowance }) };
}

export function cached(from: TaskId, status: number, at = 0): NewFact {
  const preview = {} as FactOf<'cached'>['answer']['preview'];
  const answer = { url: '', status, contentType: undefined, bytes: 0, sha256: '', preview };
  return { kind: 'cached', at, from, answer: { ...answer, kept: false } };
}
