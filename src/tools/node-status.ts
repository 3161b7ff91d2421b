import * as z from 'zod';
import { msat, showSats } from '../base/index.ts';
import { shownMsats } from './fields.ts';
import { defineTool, LOOKS } from './tool.ts';

const output = z.object({
  version: z.string(),
  network: z.string(),
  realMoney: z.boolean(),
  wallet: z.object({
    kind: z.string(),
    ready: z.boolean(),
    balanceMsats: shownMsats.optional(),
  }),
  executor: z.enum(['active', 'idle']),
  paused: z.boolean(),
  settings: z.enum(['valid', 'broken', 'waiting_for_confirmation']),
  settingsProblem: z.string().optional(),
  requestCapMsats: shownMsats,
  hostDayCapMsats: shownMsats,
  hourCapMsats: shownMsats,
  hourSpentMsats: shownMsats,
  dayCapMsats: shownMsats,
  daySpentMsats: shownMsats,
  pendingApprovals: z.number(),
  paymentsInFlight: z.number(),
});
/** The state of wallet, executor, settings and budgets. */
export type NodeStatus = z.infer<typeof output>;

/** Shows wallet, executor, budgets and network. */
export const nodeStatus = defineTool({
  name: 'node_status',
  title: 'Wallet, budgets and network',
  description:
    'Shows the wallet and its balance, whether its money is real, what is left of the budgets, who executes payments, and what waits for approval.',
  input: z.strictObject({}),
  output,
  annotations: LOOKS,
  async handle(context) {
    const status = await context.nodeStatus();
    const { balanceMsats } = status.wallet;
    const balance = balanceMsats === undefined ? 'unknown' : showSats(msat(balanceMsats));
    const money = status.realMoney ? 'real' : 'sandbox';
    return { kind: 'output', output: status, text: `${balance} of ${money} money.` };
  },
});
