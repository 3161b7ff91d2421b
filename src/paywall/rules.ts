import type { Policy } from '../policy/index.ts';

/** What the operator's settings say of selling at this moment. */
export interface SellerRules {
  readonly seller: Policy['seller'];
  /** How humans are asked: selling asks them as buying does. */
  readonly approvals: Policy['approvals'];
  /** The digest of the policy, which every approval is bound to. */
  readonly hash: string;
  /** The settings could not be read: nothing is sold. */
  readonly broken: boolean;
}
