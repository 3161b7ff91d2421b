import * as z from 'zod';
import { updateInput } from '../paywall/index.ts';
import { change, changeOutput, listedChange } from './paywall-change.ts';
import { ALTERS, defineTool } from './tool.ts';

/** The fields that repeat paywall_create's: models read the list on every connection. */
const listedUpdate = z.looseObject({
  paywallId: z.string(),
  name: z.string().optional(),
  description: z.string().optional(),
  policy: z.looseObject({}).optional().describe('As in paywall_create; replaces the whole'),
  routes: z.array(z.looseObject({})).optional().describe('As in paywall_create; replaces all'),
  metadata: z.looseObject({}).optional(),
} satisfies Record<keyof z.infer<typeof updateInput>, z.ZodType>);

/** Changes a paywall. What goes beyond what a human approved, they have to approve first. */
export const paywallUpdate = defineTool({
  name: 'paywall_update',
  title: 'Change a paywall',
  description:
    'Changes a paywall; what is left out stays. What tightens (fewer routes, higher prices, smaller quotas) counts at once, anything else needs a human.',
  input: updateInput,
  output: changeOutput,
  listed: { input: listedUpdate, output: listedChange },
  annotations: ALTERS,
  handle: (context, input) => change(context, { kind: 'update', input }),
});
