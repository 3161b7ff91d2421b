import * as z from 'zod';
import { ROUTE_METHODS } from '../../../paywall/index.ts';
import { check } from '../checking/check.ts';
import type { Checking } from '../checking/checking.ts';
import { lineOf, type Seen } from '../checking/report.ts';
import { trialOf } from '../checking/where.ts';
import { defineCommand } from '../command.ts';
import { EXIT, type Exit } from '../exit.ts';
import { paywallMeant } from '../found-paywall.ts';
import { withTollkeeper } from '../opened.ts';

const error = `must be one of ${ROUTE_METHODS.join(', ')}`;

/** Tries a paywall as a stranger would: asks, pays, asks again, and looks for the money. */
export const paywallCheck = defineCommand({
  usage: 'paywall check <paywall>',
  summary: 'Buy from your own paywall once, to see that all of it works',
  details:
    'Four lines: the challenge was seen, the payment made, the answer of the upstream received, the settlement booked. It asks the gateway at seller.listen for the first route’s host, so the gateway has to run. Where clients have free requests, those are used up first, up to 100. Sandbox money is paid by itself; real money you pay with another wallet, and type the preimage that it shows. Each request that is let through does reach the upstream.',
  options: [
    ['--path <path>', 'the path to ask for, where the pattern has stars'],
    ['--method <method>', 'the method (default: GET, else HEAD)'],
  ],
  examples: ['tollkeeper paywall check Weather', 'tollkeeper paywall check Reports --path /v1/7'],
  input: z.strictObject({
    paywall: z.string(),
    path: z.string().max(2000).regex(/^\//, { error: 'must begin with a slash' }).optional(),
    method: z.enum(ROUTE_METHODS, { error }).optional(),
  }),
  run: (session, { paywall: name, ...wanted }) =>
    withTollkeeper(session.home, async tollkeeper => {
      const found = await paywallMeant(tollkeeper, name);
      if (!found.ok) return found;
      const paywall = found.value;
      const trial = trialOf(paywall, wanted, await tollkeeper.rules());
      if (!trial.ok) return trial;
      return told({ session, tollkeeper, paywall, trial: trial.value });
    }),
});

/** Tells each step as it is over; with --json, all of them at the end. */
async function told(checking: Checking): Promise<Exit> {
  const { output } = checking.session;
  const steps: Seen[] = [];
  for await (const step of check(checking)) {
    steps.push(step);
    if (!output.json) output.print(lineOf(step));
  }
  const works = steps.at(-1)?.step === 'settlement' && steps.every(({ ok }) => ok);
  if (output.json) output.answer({ paywallId: checking.paywall.id, works, steps }, '');
  return works ? EXIT.done : EXIT.failed;
}
