import * as z from 'zod';
import { line } from './field.ts';
import { timeoutMs, upstreamName } from './route.ts';

/** A server of the owner that routes lead to by its name; its secret headers stay sealed. */
export interface Upstream {
  readonly owner: string;
  readonly name: string;
  /** Absolute http(s), without credentials, query and fragment; its path comes before the request's. */
  readonly url: string;
  /** Lower-case names of the headers that each request gets; their values are secret. */
  readonly headerNames: readonly string[];
  /** How long it may take where a route says nothing shorter, ms. */
  readonly timeoutMs: number;
  readonly registeredAt: number;
}

/** An upstream as the operator writes it at the terminal; agents never do. What is left out stays as it was. */
export const upstreamInput = z.strictObject({
  name: upstreamName,
  url: line(1, 4000),
  headers: z.record(z.string().max(128), z.string().max(4096)).optional(),
  timeoutMs: timeoutMs.optional(),
});
/** An upstream as the operator writes it. */
export type UpstreamInput = z.output<typeof upstreamInput>;
