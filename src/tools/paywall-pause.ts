import { statusInput } from '../paywall/index.ts';
import { change, changeOutput, listedChange } from './paywall-change.ts';
import { ALTERS, defineTool } from './tool.ts';

/** Stops a paywall. That only tightens, so nobody is asked. */
export const paywallPause = defineTool({
  name: 'paywall_pause',
  title: 'Pause a paywall',
  description: 'Stops a paywall from the next request on. Needs no approval.',
  input: statusInput,
  output: changeOutput,
  listed: { output: listedChange },
  annotations: ALTERS,
  handle: (context, input) => change(context, { kind: 'pause', input }),
});
