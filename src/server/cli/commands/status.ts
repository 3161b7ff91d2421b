import * as z from 'zod';
import { minus, msat, showSats } from '../../../base/index.ts';
import type { NodeStatus } from '../../../tools/index.ts';
import { nodeStatusOf } from '../../node-status.ts';
import { defineCommand } from '../command.ts';
import { EXIT } from '../exit.ts';
import { fields, showMoney } from '../layout.ts';
import { withTollkeeper } from '../opened.ts';

/** Shows wallet, budgets and what waits, as the tool node_status does. */
export const status = defineCommand({
  usage: 'status',
  summary: 'Show the wallet, the budgets and what waits',
  examples: ['tollkeeper status'],
  input: z.strictObject({}),
  run: ({ home, output }) =>
    withTollkeeper(home, async tollkeeper => {
      const status = await nodeStatusOf(tollkeeper);
      output.answer(status, textOf(status, home.path));
      return EXIT.done;
    }),
});

function textOf(status: NodeStatus, home: string): string {
  const { wallet, realMoney, settings, executor, paused } = status;
  const balance = wallet.balanceMsats;
  const state = wallet.ready ? 'ready' : 'NOT READY';
  const held = balance === undefined ? '' : `, ${showMoney(msat(balance), realMoney)}`;
  return fields([
    ['Version', status.version],
    ['Data directory', home],
    ['Network', status.network],
    ['Wallet', `${wallet.kind}, ${state}${held}`],
    ['Spending', paused ? 'PAUSED' : 'allowed'],
    ['Settings', settings.replaceAll('_', ' ')],
    ['Left this hour', leftOf(status.hourCapMsats, status.hourSpentMsats)],
    ['Left in 24 hours', leftOf(status.dayCapMsats, status.daySpentMsats)],
    ['Most a purchase', showSats(msat(status.requestCapMsats))],
    ['Most a host and day', showSats(msat(status.hostDayCapMsats))],
    ['Waiting for approval', String(status.pendingApprovals)],
    ['Payments on their way', String(status.paymentsInFlight)],
    ['Executor', executor],
  ]);
}

function leftOf(cap: number, spent: number): string {
  return `${showSats(minus(msat(cap), msat(spent)))} of ${showSats(msat(cap))}`;
}
