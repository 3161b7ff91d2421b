import type { ElicitRequestFormParams } from '@modelcontextprotocol/server';
import * as z from 'zod';
import { newId, sats } from '../../base/index.ts';
import type { HumanVerdict, Question } from '../../task/index.ts';
import { approvalText, type Surroundings } from '../approval-text.ts';

const CHOICES = ['once', 'today', 'no'] as const;

/** What the human filled in. Validated here, whatever the client checked before. */
const filledIn = z.object({
  decision: z.enum(CHOICES),
  todaySats: z.number().int().min(1).max(100_000_000).optional(),
});

/**
 * The approval form. It is never empty, so that a client cannot accept it by itself, and holds
 * nothing that a seller wrote: host, path and caller are shown as the record has them, in our words.
 */
export function formFor(question: Question, around: Surroundings): ElicitRequestFormParams {
  return {
    mode: 'form',
    message: approvalText(question, around),
    requestedSchema: {
      type: 'object',
      properties: {
        decision: {
          type: 'string',
          title: 'Your decision',
          oneOf: [
            { const: 'once', title: 'Yes, this once' },
            {
              const: 'today',
              title: 'Yes, and this host up to the sum below for the rest of today (UTC)',
            },
            { const: 'no', title: 'No' },
          ],
        },
        todaySats: {
          type: 'integer',
          title: 'Up to how many sats today (only with the second choice)',
          minimum: 1,
        },
      },
      required: ['decision'],
    },
  };
}

/** The human's verdict; undefined when the form was not filled in so that it means something. */
export function verdictFrom(content: unknown): HumanVerdict | undefined {
  const filled = filledIn.safeParse(content);
  if (!filled.success) return undefined;
  const { decision, todaySats } = filled.data;
  if (decision !== 'today') return { kind: decision };
  if (todaySats === undefined) return undefined;
  return { kind: 'today', limit: sats(todaySats), allowanceId: newId('allow') };
}
