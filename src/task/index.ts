export type { Answered, HumanAnswer, Verdict as HumanVerdict } from './answer.ts';
export type { Buyer } from './buyer.ts';
export type { Executor } from './executor.ts';
export type {
  Fact,
  FactKind,
  FactOf,
  NewFact,
} from './fact.ts';
export { holderOf } from './hold.ts';
export type { Entry, Strand } from './journal.ts';
export type { House, Means } from './means.ts';
export type { Offer } from './offer.ts';
export type { Order } from './order.ts';
export { type Purchase, purchaseOf } from './purchase.ts';
export { type Question, questionOf } from './question.ts';
export {
  bodyDigest,
  hostOf,
  isSafe,
  METHODS,
  type Method,
  type Wishes,
} from './request.ts';
export { STATUSES, type Status, statusOf } from './status.ts';
export type {
  Bodies,
  BodySlice,
  Pause,
  Task,
  TaskStore,
} from './store.ts';
export type { SentPayment, Wallet } from './wallet.ts';
