import type { Code, Refused } from '../base/index.ts';
import { carriesCredential } from '../l402/index.ts';
import { clientOf } from './client.ts';
import type { Free } from './free.ts';
import type { Mint } from './mint.ts';
import type { Wait } from './mint-limits.ts';
import type { Quota } from './quota.ts';
import { refused } from './refusal.ts';
import type { Lead, Serving } from './serving.ts';
import type { Tokens } from './store.ts';
import type { Charge, Pass, Place, Refusal, Visitor } from './toll.ts';
import { shortcoming, type Verified, type Verify } from './verify.ts';

/** What admitting needs. */
export interface Admitting {
  readonly tokens: Pick<Tokens, 'claim' | 'giveBack'>;
  readonly verify: Verify;
  readonly mint: Mint;
  readonly free: Free;
  readonly quota: Quota;
  /** Told after each request that counted against a quota. */
  readonly counted: () => void;
}

/** Who wants to pass where, at which time (ms). */
export interface Request {
  readonly place: Place;
  readonly visitor: Visitor;
  readonly now: number;
}

type Answer = Pass | Charge | Refusal;

/** One request on its way through. */
interface Passage extends Request {
  readonly admitting: Admitting;
  readonly serving: Serving;
  readonly lead: Lead;
}

/**
 * Judges a request: by its credential if it carries one, else as a free one, else it is charged for. Nothing is taken
 * or asked for before it is sure that there is something to lead to.
 */
export async function admit(
  admitting: Admitting,
  serving: Serving,
  request: Request,
): Promise<Answer> {
  const { place, visitor } = request;
  if (place.bindsBody && visitor.bodyDigest === undefined) {
    return refused(400, { code: 'invalid_input', detail: 'The digest of the body is missing.' });
  }
  const lead = await serving.leadOf(place.paywall, place.route);
  if (!lead.ok) return { ...refused(503, { code: lead.code }), retryAfterSeconds: 60 };
  const passage = { ...request, admitting, serving, lead: lead.value };
  return carriesCredential(visitor) ? withCredential(passage) : withoutCredential(passage);
}

async function withCredential(passage: Passage): Promise<Answer> {
  const { admitting, visitor, serving, place, now } = passage;
  const verified = await admitting.verify(visitor, serving.rules.seller.requireSettled);
  if (!verified.ok) return refused(401, verified);
  const lacking = shortcoming(verified.value, place, visitor, now);
  return lacking === undefined ? withToken(passage, verified.value) : charge(passage, lacking);
}

async function withToken(passage: Passage, { token, grant }: Verified): Promise<Answer> {
  const { place } = passage;
  const { tokens, quota } = passage.admitting;
  const full = await counted(passage);
  if (full !== undefined) return full;
  const counts = { by: 'token', holder: token.id } as const;
  if (grant.uses === undefined) return pass(passage, counts, async () => false);
  const used = await tokens.claim(token.id, grant.uses);
  if (used === undefined) {
    quota.giveBack(place.paywall.id);
    return charge(passage, 'token_spent');
  }
  const usesLeft = grant.uses - used;
  return pass(passage, { ...counts, usesLeft }, async () => {
    await tokens.giveBack(token.id);
    return true;
  });
}

async function withoutCredential(passage: Passage): Promise<Answer> {
  const { place, visitor, now } = passage;
  const { free } = passage.admitting;
  const { id, policy } = place.paywall;
  const client = clientOf(visitor.address);
  const freeLeft = free.take(id, client, policy.freeRequestsPerDay, now);
  if (freeLeft === undefined) return charge(passage, 'payment_required');
  const full = await counted(passage);
  const giveBack = (): void => free.giveBack(id, client);
  if (full !== undefined) {
    giveBack();
    return full;
  }
  return pass(passage, { by: 'free', holder: client.network, freeLeft }, async () => {
    giveBack();
    return true;
  });
}

/** Counts the request against the quota of its paywall, or refuses it. */
async function counted({ admitting, place, now }: Passage): Promise<Refusal | undefined> {
  const { id, policy } = place.paywall;
  const wait = await admitting.quota.take(id, policy, now);
  if (wait !== undefined) return limited({ code: 'rate_limited', retryAfterSeconds: wait });
  admitting.counted();
  return undefined;
}

/** Nothing is sold that could not be served now. */
async function charge(passage: Passage, code: Code): Promise<Charge | Refusal> {
  const { place, visitor, serving, now } = passage;
  const { mint, quota } = passage.admitting;
  const wait = await quota.look(place.paywall.id, place.paywall.policy, now);
  if (wait !== undefined) return limited({ code: 'rate_limited', retryAfterSeconds: wait });
  const client = clientOf(visitor.address);
  const made = await mint({ place, visitor, client, rules: serving.rules, now });
  if (made.ok) {
    const { challenge, amount } = made.value;
    return { kind: 'charged', challenge, amount, code };
  }
  return made.code === 'rate_limited' ? limited(made) : refused(400, made);
}

function limited({ code, retryAfterSeconds }: Pick<Refused, 'code'> & Wait): Refusal {
  const refusal = refused(429, { code });
  return retryAfterSeconds === undefined ? refusal : { ...refusal, retryAfterSeconds };
}

type Counted = Pick<Pass, 'by' | 'holder'> & Partial<Pick<Pass, 'usesLeft' | 'freeLeft'>>;

function pass(
  { place, lead }: Passage,
  { by, holder, usesLeft, freeLeft }: Counted,
  undo: () => Promise<boolean>,
): Pass {
  const { base, headers, timeoutMs, access } = lead;
  let undone: Promise<boolean> | undefined;
  return {
    kind: 'admitted',
    place,
    by,
    holder,
    usesLeft,
    freeLeft,
    url: `${base}${place.path}${place.query}`,
    headers,
    timeoutMs,
    access,
    giveBack() {
      undone ??= undo();
      return undone;
    },
  };
}
