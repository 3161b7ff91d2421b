import * as z from 'zod';
import { isPaywallId } from '../paywall/index.ts';

/** A paywall's id. */
export const paywallId = z
  .string()
  .max(40)
  .refine(isPaywallId, { error: 'is not the id of a paywall' });

/** How many entries a list has at most. */
export const pageLimit = z.number().int().min(1).max(200).optional().describe('Default 50');
