import { l402Approve } from './l402-approve.ts';
import { l402Cancel } from './l402-cancel.ts';
import { l402Fetch } from './l402-fetch.ts';
import { l402Quote } from './l402-quote.ts';
import { l402Read } from './l402-read.ts';
import { l402Task } from './l402-task.ts';
import { l402Tasks } from './l402-tasks.ts';
import { nodeStatus } from './node-status.ts';
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
