import type { AllowanceId, AskId, Code, Msat, TaskId } from '../base/index.ts';
import type { Preview } from '../http/index.ts';
import type { Allowance } from '../policy/index.ts';
import type { PurchaseRequest, Wishes } from './request.ts';

/** The price and terms of one challenge, as its signed invoice states them. */
export interface Quote {
  /** The origin that asked: the only one that may ever see the credential. */
  readonly origin: string;
  /** Where the paid request goes; differs from the request's URL after a redirect. */
  readonly url: string;
  readonly amount: Msat;
  readonly paymentHash: string;
  /** When the invoice ends, ms. */
  readonly expiresAt: number;
  /** The paid node's public key in hex. */
  readonly payee: string;
  /** Whether the token names services: then it may be good for more than this one URL. */
  readonly wide: boolean;
  /** When the token itself ends, ms; undefined if it does not say. */
  readonly tokenEndsAt: number | undefined;
}

/** What is remembered of a seller's answer. The body itself is kept apart. */
export interface Answer {
  readonly url: string;
  readonly status: number;
  readonly contentType: string | undefined;
  readonly bytes: number;
  readonly sha256: string;
  readonly preview: Preview;
  /** Whether the body can still be read from the bodies. */
  readonly kept: boolean;
}

/** Where a bought credential may be used, and until when. The token and the preimage stay sealed. */
export interface Bought {
  /** The key of the request that it was bought for. */
  readonly key: string;
  readonly origin: string;
  readonly scope: string;
  readonly method: string;
  readonly url: string;
  /** Whether the token names services: then it may be good for more than this one URL. */
  readonly wide: boolean;
  /** When the cache lets go of it, ms. */
  readonly cachedUntil: number;
  /** When the token itself ends, ms; undefined if it does not say. */
  readonly endsAt: number | undefined;
}

/** Who approved: a human at some place, a rule of the settings, or a human's earlier allowance. */
export type Approver =
  | { readonly kind: 'human'; readonly askId: AskId; readonly via: Via }
  | { readonly kind: 'rule'; readonly grant: string }
  | { readonly kind: 'allowance'; readonly grant: AllowanceId };

/** Where a human spoke. */
export type Via = 'elicitation' | 'terminal';

/**
 * One thing that happened to a task. Facts are only ever appended; everything else about a task is
 * derived from them. `at` is ms since 1970.
 */
export type Fact = { readonly at: number } & (
  | {
      readonly kind: 'requested';
      readonly request: PurchaseRequest;
      readonly wishes: Wishes;
      /** The name that the caller gave itself: a claim, shown as one. */
      readonly caller: string;
    }
  /** A request that must not be repeated is about to leave. Without an answer after it, its fate is unknown. */
  | { readonly kind: 'sent'; readonly phase: 'probe' | 'deliver' }
  | { readonly kind: 'free'; readonly answer: Answer }
  /** `from` is the task that bought the credential. */
  | { readonly kind: 'cached'; readonly answer: Answer; readonly from: TaskId }
  /** Secret: the token and the invoice. */
  | { readonly kind: 'challenged'; readonly quote: Quote }
  | { readonly kind: 'denied'; readonly code: Code; readonly detail?: string }
  | {
      readonly kind: 'asked';
      readonly askId: AskId;
      /** `send`: a method other than GET and HEAD, before its price is known. */
      readonly purpose: 'send' | 'pay';
      /** The host that would be paid, in the form of `URL.host`. */
      readonly host: string;
      readonly digest: string;
      /** The most that can leave the wallet, fees in. */
      readonly ceiling: Msat;
      readonly expiresAt: number;
    }
  | {
      readonly kind: 'approved';
      readonly by: Approver;
      readonly digest: string;
      readonly ceiling: Msat;
      readonly expiresAt: number;
      readonly allowance?: Allowance;
    }
  | { readonly kind: 'declined'; readonly askId: AskId; readonly via: Via }
  | { readonly kind: 'expired'; readonly askId: AskId }
  | { readonly kind: 'cancelled' }
  /** A declined or expired task is asked for anew, from its first request on. */
  | { readonly kind: 'renewed' }
  /** T1: the sum is held, the approval is consumed. */
  | {
      readonly kind: 'reserved';
      readonly attemptId: string;
      /** The host that is paid, in the form of `URL.host`. */
      readonly host: string;
      readonly paymentHash: string;
      readonly amount: Msat;
      readonly feeLimit: Msat;
      /** The purse that the wallet spends from: the only one that can tell what became of the payment. */
      readonly wallet: string;
      /** The rule or allowance that the sum counts against. */
      readonly grant: string | undefined;
    }
  /** The wallet may have heard of the payment from here on. `fence` is the lease's number. */
  | { readonly kind: 'sending'; readonly fence: number }
  /** A look-up found nothing. One miss proves nothing. */
  | { readonly kind: 'missed' }
  /** The wallet's answer cannot be believed; the sum stays held. */
  | { readonly kind: 'doubted'; readonly code: Code }
  /** T2. Secret: the preimage. From here on the credential may be used again. */
  | {
      readonly kind: 'settled';
      readonly amount: Msat;
      readonly fee: Msat;
      readonly credential: Bought;
    }
  /** T3: the wallet said, finally, that nothing was paid. */
  | { readonly kind: 'released'; readonly code: Code }
  | { readonly kind: 'delivered'; readonly answer: Answer }
  /** The paid seller asked for payment again. */
  | { readonly kind: 'refused'; readonly status: number }
  /** The paid seller's answer was lost, or was an error of its own (5xx). */
  | { readonly kind: 'lost'; readonly code: Code; readonly answer?: Answer }
  /** It ended before any money was held. */
  | { readonly kind: 'failed'; readonly code: Code; readonly detail?: string }
);

/** The name of a fact's kind. */
export type FactKind = Fact['kind'];
/** The fact of one kind. */
export type FactOf<K extends FactKind> = Extract<Fact, { kind: K }>;

/** What a fact keeps sealed: hidden from `load`, opened only for the loop. */
export interface Secrets {
  readonly requested: { readonly body: string };
  readonly challenged: {
    readonly token: string;
    readonly invoice: string;
    readonly scheme: 'L402' | 'LSAT';
  };
  readonly settled: { readonly preimage: string };
}
/** The kinds of fact that keep something sealed. */
export type SecretKind = keyof Secrets;

/** A fact on its way into the record, with its sealed part if its kind has one. */
export type NewFact = Fact & { readonly secret?: Secrets[SecretKind] };
