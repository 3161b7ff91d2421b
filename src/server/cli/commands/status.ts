import * as z from 'zod';
import { minus, msat, showSats } from '../../../base/index.ts';
import type { NodeStatus } from '../../../tools/index.ts';
import { nodeStatusOf } from '../../node-status.ts';
import { defineCommand } from '../command.ts';
import { EXIT } from '../exit.ts';
import { fields, showMoney } from '../layout.ts';
import { withTollkeeper } from '../opened.ts';
import { showPause } from '../pause-text.ts';

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
  const { wallet, realMoney, settings, record } = status;
  const balance = wallet.balanceMsats;
  const state = wallet.ready ? 'ready' : 'NOT READY';
  const held = balance === undefined ? '' : `, ${showMoney(msat(balance), realMoney)}`;
  return fields([
    ['Version', status.version],
    ['Data directory', home],
    ['Network', status.network],
    ['Wallet', `${wallet.kind}, ${state}${held}`],
    ['Spending', spendingOf(status)],
    ['Settings', settings.replaceAll('_', ' ')],
    ['Record', RECORDS[record]],
    ['Left this hour', leftOf(status.hourCapMsats, status.hourSpentMsats)],
    ['Left in 24 hours', leftOf(status.dayCapMsats, status.daySpentMsats)],
    ['Left in all', leftOf(status.totalCapMsats, status.totalSpentMsats)],
    ['Most a purchase', showSats(msat(status.requestCapMsats))],
    ['Most a host and day', showSats(msat(status.hostDayCapMsats))],
    ['Waiting for approval', String(status.pendingApprovals)],
    ['Payments on their way', String(status.paymentsInFlight)],
    ['Executor', executorOf(status)],
  ]);
}

function leftOf(cap: number, spent: number): string {
  return `${showSats(minus(msat(cap), msat(spent)))} of ${showSats(msat(cap))}`;
}

function spendingOf({ paused, pausedBy, pausedAt, pauseReason }: NodeStatus): string {
  if (!paused) return 'allowed';
  if (pausedBy === 'settings' || pausedAt === undefined) return 'PAUSED by settings.json';
  const pause = { at: Date.parse(pausedAt), reason: pauseReason };
  return showPause(pause).replace('is paused', 'PAUSED, and selling with it,');
}

const RECORDS: Readonly<Record<NodeStatus['record'], string>> = {
  ok: 'ok',
  newer_read_only: 'of a NEWER VERSION, so it is only read',
  restored_unaudited: 'RESTORED; nothing new is paid before the wallet told what it paid since',
};

const EXECUTORS: Readonly<Record<NodeStatus['executor'], string>> = {
  standing: '`tollkeeper up` runs',
  active: 'a process is at work',
  idle: 'none, and nothing waits for one',
  offline: 'NONE, and purchases wait for one.',
};

function executorOf({ executor, executorHint }: NodeStatus): string {
  return [EXECUTORS[executor], executorHint].filter(Boolean).join(' ');
}
