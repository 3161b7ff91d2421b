import { l402Approve } from './l402-approve.ts';
import { l402Cancel } from './l402-cancel.ts';
import { l402Fetch } from './l402-fetch.ts';
import { l402Quote } from './l402-quote.ts';
import { l402Read } from './l402-read.ts';
import { l402Task } from './l402-task.ts';
import { l402Tasks } from './l402-tasks.ts';
import { nodeStatus } from './node-status.ts';
import { paywallCreate } from './paywall-create.ts';
import { paywallGet } from './paywall-get.ts';
import { paywallList } from './paywall-list.ts';
import { paywallPause } from './paywall-pause.ts';
import { paywallResume } from './paywall-resume.ts';
import { paywallSettlementList } from './paywall-settlement-list.ts';
import { paywallUpdate } from './paywall-update.ts';
import type { Tool } from './tool.ts';

/** The buyer's tools, in the order in which they are listed. */
export const BUYER_TOOLS: readonly Tool[] = [
  l402Fetch,
  l402Quote,
  l402Approve,
  l402Cancel,
  l402Task,
  l402Tasks,
  l402Read,
  nodeStatus,
];

/** The seller's tools, in the order in which they are listed. */
export const SELLER_TOOLS: readonly Tool[] = [
  paywallCreate,
  paywallUpdate,
  paywallPause,
  paywallResume,
  paywallGet,
  paywallList,
  paywallSettlementList,
];

/** What a set of tools is for. */
export type Toolset = 'buyer' | 'seller';

/** The tools of some sets, the buyer's first whatever order they were named in. */
export function toolsOf(sets: readonly Toolset[]): readonly Tool[] {
  return [
    ...(sets.includes('buyer') ? BUYER_TOOLS : []),
    ...(sets.includes('seller') ? SELLER_TOOLS : []),
  ];
}
