import { createInput } from '../paywall/index.ts';
import { change, changeOutput } from './paywall-change.ts';
import { defineTool } from './tool.ts';

/** Puts a price on endpoints. What it would make public, a human has to approve. */
export const paywallCreate = defineTool({
  name: 'paywall_create',
  title: 'Create a paywall',
  description:
    "Puts a price on endpoints of the owner: requests that fit a route get HTTP 402 with an invoice, and pass to the route's upstream once paid. A human has to approve what becomes public; a paused paywall needs none yet. Amounts are msat.",
  input: createInput,
  output: changeOutput,
  annotations: {
    readOnlyHint: false,
    destructiveHint: false,
    idempotentHint: false,
    openWorldHint: false,
  },
  handle: (context, input) => change(context, { kind: 'create', input }),
});
