import { digestOf, type Msat, sha256 } from '../base/index.ts';

/** The methods that a seller must treat as reading only (RFC 9110 §9.2.1) and that may be repeated. */
export const SAFE_METHODS = ['GET', 'HEAD'] as const;
/** The methods that a purchase may use. */
export const METHODS = [...SAFE_METHODS, 'POST', 'PUT', 'PATCH', 'DELETE'] as const;
/** One of these methods. */
export type Method = (typeof METHODS)[number];

/** Exactly what is bought: one HTTP request, apart from its body's bytes, which are sealed. */
export interface PurchaseRequest {
  readonly owner: string;
  readonly method: Method;
  /** Absolute and normalised by the WHATWG parser, without a fragment. */
  readonly url: string;
  /** Lower-cased names; already checked against the allow-list. */
  readonly headers: Readonly<Record<string, string>>;
  /** SHA-256 of the body in hex, or undefined without one. */
  readonly bodyDigest: string | undefined;
  /** Keeps credentials of the same origin apart. */
  readonly scope: string;
}

/** How the caller wants it bought. Never loosens what the policy says. */
export interface Wishes {
  /** The most that may leave the wallet, fees in; undefined means the operator's cap alone. */
  readonly maxSpend: Msat | undefined;
  readonly requireApproval: boolean;
  readonly forceRefresh: boolean;
  /** How long the credential may be reused, in ms; never longer than the settings say. */
  readonly cacheTtlMs: number | undefined;
  /** The caller's own name for the purchase. */
  readonly idempotencyKey: string | undefined;
}

/** Whether a method only reads, so that sending it needs nobody's word. */
export function isSafe(method: Method): boolean {
  return method === 'GET' || method === 'HEAD';
}

/**
 * Whether a request may be sent again when its answer was lost: it only reads, or it carries the key by which
 * the seller knows the second one for the first (draft-ietf-httpapi-idempotency-key-header).
 */
export function isRepeatable({ method, headers }: PurchaseRequest): boolean {
  return isSafe(method) || (headers['idempotency-key'] ?? '').trim() !== '';
}

/** `URL.host` of the request: lower-case, with a non-default port. Policy speaks of hosts in this form. */
export function hostOf(request: Pick<PurchaseRequest, 'url'>): string {
  return new URL(request.url).host;
}

/** The digest that makes two requests of an owner the same purchase. */
export function requestKey(request: PurchaseRequest): string {
  return digestOf(request);
}

/** The digest of a body as a request names it: SHA-256 in hex of its UTF-8 bytes. */
export function bodyDigest(body: string | undefined): string | undefined {
  return body === undefined ? undefined : sha256(body);
}
