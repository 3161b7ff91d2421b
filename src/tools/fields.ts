import * as z from 'zod';
import { METHODS } from '../task/index.ts';

/** The longest values that a caller may send, in characters. */
export const LENGTHS = { url: 4096, body: 64_000, scope: 512, key: 200, headers: 32 } as const;

/** A task's id. */
export const taskId = z
  .templateLiteral(['task_', z.string().regex(/^[0-9a-f-]{36}$/)])
  .describe('The id that l402_fetch returned');

/** An amount in msat, 1,000 to the sat. JSON numbers hold it exactly: all bitcoin that exists is 2.1e18 msat. */
export const amountMsats = z.number().int().min(0).max(Number.MAX_SAFE_INTEGER);

/** An amount in msat as a tool shows it: always a whole, safe number. */
export const shownMsats = z.number();

/** The request that is bought. */
export const requestFields = {
  url: z.string().min(1).max(LENGTHS.url).describe('Absolute https URL'),
  headers: z
    .record(z.string().max(128), z.string().max(4096))
    .optional()
    .describe('Plain request headers such as accept; never credentials'),
  scope: z.string().min(1).max(LENGTHS.scope).optional().describe('Keeps bought credentials apart'),
};

/** The method of a purchase. */
export const method = z.enum(METHODS).optional().describe('Default GET');

/** How long a call waits at most, ms: no call may block past 45 s. */
export const waitMs = z.number().int().min(0).max(40_000).optional();
