import { statusInput } from '../paywall/index.ts';
import { change, changeOutput, listedChange } from './paywall-change.ts';
import { ALTERS, defineTool } from './tool.ts';

/** Lets a paywall sell again, within what a human approved; after a kill they are asked anew. */
export const paywallResume = defineTool({
  name: 'paywall_resume',
  title: 'Resume a paywall',
  description:
    'Lets a paused paywall sell again: at once as a human approved it, else once they do.',
  input: statusInput,
  output: changeOutput,
  listed: { output: listedChange },
  annotations: ALTERS,
  handle: (context, input) => change(context, { kind: 'resume', input }),
});
