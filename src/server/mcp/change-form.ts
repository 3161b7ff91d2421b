import type { ElicitRequestFormParams } from '@modelcontextprotocol/server';
import * as z from 'zod';
import type { Proposal } from '../../paywall/index.ts';
import { changeText } from '../change-text.ts';

const filledIn = z.object({ decision: z.enum(['yes', 'no']) });

/** The form about a change of what is sold. It is never empty, so that a client cannot accept it by itself. */
export function changeForm(proposal: Proposal): ElicitRequestFormParams {
  return {
    mode: 'form',
    message: changeText(proposal),
    requestedSchema: {
      type: 'object',
      properties: {
        decision: {
          type: 'string',
          title: 'Your decision',
          oneOf: [
            { const: 'yes', title: 'Yes, as shown' },
            { const: 'no', title: 'No' },
          ],
        },
      },
      required: ['decision'],
    },
  };
}

/** What the human decided; undefined when the form was not filled in so that it means something. */
export function decisionFrom(content: unknown): 'yes' | 'no' | undefined {
  return filledIn.safeParse(content).data?.decision;
}
