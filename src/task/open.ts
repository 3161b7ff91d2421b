/**
 * The room's second face: what opens it for work. It loads the protocol and its curve, which nobody
 * needs to read a task; so whoever only reads, as the tools do, imports `index.ts` and starts sooner.
 */
export { openBuyer } from './buyer.ts';
export { openExecutor } from './executor.ts';
export type { Post } from './hold.ts';
export { askOffer } from './offer.ts';
