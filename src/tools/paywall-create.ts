import { createInput } from '../paywall/index.ts';
import { change, changeOutput, listedChange } from './paywall-change.ts';
import { defineTool } from './tool.ts';

/** Puts a price on endpoints. What it would make public, a human has to approve. */
export const paywallCreate = defineTool({
  name: 'paywall_create',
  title: 'Create a paywall',
  description:
    "Puts a price on the owner's endpoints: a request that fits a route gets HTTP 402 with an invoice, and goes to the route's upstream once paid. A human approves what becomes public. Amounts are msat.",
  input: createInput,
  output: changeOutput,
  listed: { output: listedChange },
  annotations: {
    readOnlyHint: false,
    destructiveHint: false,
    idempotentHint: false,
    openWorldHint: false,
  },
  handle: (context, input) => change(context, { kind: 'create', input }),
});
