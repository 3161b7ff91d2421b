import { type Fact, type FactKind, type FactOf, hostOf } from '../../task/index.ts';
import { oneLine } from './layout.ts';

/** The longest URL that is shown, in characters. */
const MOST_URL = 2000;

/** What each kind of fact is about. A kind without a row here would not pass the type check. */
const DOCUMENTS: { readonly [K in FactKind]: (fact: FactOf<K>) => object } = {
  requested: ({ request, caller }) => ({
    host: hostOf(request),
    method: request.method,
    url: oneLine(request.url, MOST_URL),
    scope: request.scope,
    bodySha256: request.bodyDigest,
    caller: oneLine(caller),
  }),
  sent: ({ phase }) => ({ phase }),
  free: ({ answer }) => answerDocument(answer),
  cached: ({ answer, from }) => ({ ...answerDocument(answer), from }),
  challenged: ({ quote }) => ({
    host: hostOf(quote),
    amountMsats: quote.amount,
    paymentHash: quote.paymentHash,
    invoiceExpiresAt: iso(quote.expiresAt),
  }),
  denied: ({ code, detail }) => ({ code, detail }),
  asked: ({ askId, purpose, host, ceiling, expiresAt }) => ({
    askId,
    purpose,
    host,
    ceilingMsats: ceiling,
    expiresAt: iso(expiresAt),
  }),
  approved: ({ by, ceiling, expiresAt, allowance }) => ({
    by,
    ceilingMsats: ceiling,
    expiresAt: iso(expiresAt),
    allowance: allowance && allowanceDocument(allowance),
  }),
  declined: ({ askId, via }) => ({ askId, via }),
  expired: ({ askId }) => ({ askId }),
  cancelled: () => ({}),
  renewed: () => ({}),
  reserved: ({ attemptId, host, paymentHash, amount, feeLimit, wallet, grant }) => ({
    attemptId,
    host,
    paymentHash,
    amountMsats: amount,
    feeLimitMsats: feeLimit,
    wallet,
    grant,
  }),
  sending: ({ fence }) => ({ fence }),
  missed: () => ({}),
  doubted: ({ code }) => ({ code }),
  settled: ({ credential, amount, fee }) => ({
    host: hostOf(credential),
    amountMsats: amount,
    feeMsats: fee,
  }),
  released: ({ code }) => ({ code }),
  delivered: ({ answer }) => answerDocument(answer),
  refused: ({ status }) => ({ status }),
  lost: ({ code, answer }) => ({ code, ...(answer && answerDocument(answer)) }),
  failed: ({ code, detail }) => ({ code, detail }),
};

/**
 * A fact for a program: what it is about beside its kind and its time. It has no secret, no part of a body and no
 * header, and of a seller's words the URL and the content type alone, each bounded.
 */
export function factDocument(fact: Fact): object {
  return documentOf(fact);
}

function documentOf<K extends FactKind>(fact: FactOf<K>): object {
  return DOCUMENTS[fact.kind as K](fact);
}

type Allowance = NonNullable<FactOf<'approved'>['allowance']>;

function allowanceDocument({ id, host, limit, expiresAt }: Allowance): object {
  return { id, host, limitMsats: limit, expiresAt: iso(expiresAt) };
}

function answerDocument({ status, contentType, bytes, sha256 }: FactOf<'free'>['answer']): object {
  const type = contentType === undefined ? undefined : oneLine(contentType, 60);
  return { status, contentType: type, bytes, sha256 };
}

function iso(ms: number): string {
  return new Date(ms).toISOString();
}
