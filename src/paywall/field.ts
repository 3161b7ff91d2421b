import * as z from 'zod';
import { harmless } from '../http/index.ts';
import type { PaywallId } from './id.ts';

/** What one line of text cannot hold beyond what `harmless` takes out of it. */
const BREAKS = /[\n\t]/;

/**
 * One line of text for humans, of so many characters. What a reader cannot see but a terminal, a model or a
 * configuration obeys (controls, line breaks, bidirectional overrides) is refused, never repaired.
 */
export const line = (least: number, most: number): z.ZodString =>
  z
    .string()
    .min(least)
    .max(most)
    .refine(text => harmless(text) === text && !BREAKS.test(text), {
      error: 'holds a character that cannot be seen, or a line break',
    });

/** A sum in msat above zero, as JSON numbers hold it exactly. */
export const priceMsats: z.ZodInt = z.int().min(1).max(Number.MAX_SAFE_INTEGER);

/** The id of a paywall. */
export const paywallId: z.ZodTemplateLiteral<PaywallId> = z.templateLiteral([
  'pw_',
  z.string().regex(/^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/),
]);

/** Free words of the owner about a paywall: few, short, and without effect. */
export const metadata: z.ZodRecord<z.ZodString, z.ZodString> = z
  .record(line(1, 64), line(0, 500))
  .refine(record => Object.keys(record).length <= 20, { error: 'has more than 20 entries' });
