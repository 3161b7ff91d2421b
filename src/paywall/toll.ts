import type { Code, Msat } from '../base/index.ts';
import type { SecretHeaders } from './event.ts';
import type { Paywall } from './paywall.ts';
import type { Route, RouteMethod } from './route.ts';

/** Where a request wants to go, word for word as it came in. */
export interface Wanted {
  readonly method: string;
  /** The value of its one `Host` line; that there is one, and only one, is for the gateway to see to. */
  readonly host: string;
  /** The request-target of its first line (RFC 9112 §3.2). */
  readonly target: string;
}

/** A route that was found for a request, as it was at that moment. */
export interface Place {
  readonly paywall: Paywall;
  readonly route: Route;
  readonly method: RouteMethod;
  /** Lower case, without port. */
  readonly host: string;
  /** Canonical: this, and nothing that the client wrote, is forwarded. */
  readonly path: string;
  /** Verbatim with its `?`, or empty. */
  readonly query: string;
  /** Whether the body's SHA-256 is needed before the toll can judge. */
  readonly bindsBody: boolean;
}

/** Who asks, and what they bring along. */
export interface Visitor {
  /** Every `Authorization` line. */
  readonly authorization: readonly string[];
  readonly grpcMacaroon?: string | undefined;
  readonly macaroon?: string | undefined;
  /** The client's IP address, after the trusted proxies were taken off. */
  readonly address: string;
  /** The value of `L402-Client-Key`: a secret of the client's own that it wants its token bound to. */
  readonly clientKey?: string | undefined;
  /** SHA-256 of the body, 64 lower-case hex digits, where the place binds bodies. */
  readonly bodyDigest?: string | undefined;
}

/** A no that money does not change. */
export interface Refusal {
  readonly kind: 'refused';
  /** The HTTP status that says it. */
  readonly status: 400 | 401 | 403 | 404 | 405 | 429 | 503;
  readonly code: Code;
  readonly detail?: string;
  /** For 429 and 503. */
  readonly retryAfterSeconds?: number;
  /** For 405. */
  readonly allow?: readonly RouteMethod[];
}

/** A demand for payment, HTTP 402. */
export interface Charge {
  readonly kind: 'charged';
  /** The values of the `WWW-Authenticate` lines, in their order. */
  readonly challenge: readonly [lsat: string, l402: string];
  readonly amount: Msat;
  /** Why, where a credential came along: it is spent, expired, or for something else. */
  readonly code: Code;
  readonly detail?: string;
}

/** Leave to pass, once. */
export interface Pass {
  readonly kind: 'admitted';
  readonly place: Place;
  /** Whether it was paid for, or is one of the client's free requests. */
  readonly by: 'token' | 'free';
  /** Whom it counts for: the token, or the network of a client that asks for nothing. */
  readonly holder: string;
  /** How many uses are left of the token after this one; undefined where they are not counted. */
  readonly usesLeft: number | undefined;
  /** How many free requests the client has left today; undefined for a paid one. */
  readonly freeLeft: number | undefined;
  /** Where to forward to: origin and base path, the route's path and the query. */
  readonly url: string;
  /** The upstream's secret headers; they replace what the client sent under these names. */
  readonly headers: SecretHeaders;
  readonly timeoutMs: number;
  /** What the operator's settings open for the upstream's address. */
  readonly access: { readonly privateAddresses: boolean; readonly plainHttp: boolean };
  /** Gives the use back, once, because nothing was delivered for it; false if none was counted. */
  giveBack(): Promise<boolean>;
}

/** What is told of a request before its body was read. */
export interface Foreseen {
  readonly kind: 'foreseen';
  /** Whether it may pass, and its body is to be forwarded; else the body's digest is all that is needed. */
  readonly needsBody: boolean;
}

/** What the gateway asks before it lets a request through. Never throws: what cannot be told is a refusal with 503. */
export interface Toll {
  /** The route of a request, or why there is none. Nothing of the visitor is looked at yet. */
  find(wanted: Wanted): Promise<Place | Refusal>;
  /** Where a place binds bodies: what can be told before the body is there. Takes nothing. */
  foresee(place: Place, visitor: Visitor): Promise<Foreseen | Refusal>;
  /** Whether the visitor may pass, has to pay, or is sent away. A pass has taken its use already. */
  admit(place: Place, visitor: Visitor): Promise<Pass | Charge | Refusal>;
  /** Writes down what it counted; nothing is minted any more. */
  close(): Promise<void>;
}
