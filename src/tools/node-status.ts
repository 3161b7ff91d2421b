import * as z from 'zod';
import { msat, showSats } from '../base/index.ts';
import { shownMsats } from './fields.ts';
import { defineTool, LOOKS } from './tool.ts';

const text = z.string().optional();
/** What is known of the node behind an lnd wallet; what a node that is down cannot tell is left out. */
const node = z
  .object({
    lifecycle: z.enum([
      'stopped',
      'starting',
      'running',
      'stopping',
      'backoff',
      'failed',
      'remote',
    ]),
    health: z.enum(['unknown', 'starting', 'healthy', 'unhealthy']),
    walletState: z.enum(['uninitialized', 'initialized', 'locked', 'unlocked', 'unknown']),
    recovery: z
      .enum([
        'none',
        'seed_backup_pending',
        'seed_backup_acknowledged',
        'restore_ready',
        'restored',
      ])
      .optional(),
    channelBackup: z.enum(['none', 'current', 'stale', 'missing']).optional(),
    nodeVersion: text,
    synced: z.boolean().optional(),
    height: z.number().optional(),
    onChainMsats: shownMsats.optional(),
    outboundMsats: shownMsats.optional(),
    inboundMsats: shownMsats.optional(),
    nodeCode: text,
    nodeHint: text,
  })
  .meta({ brief: true });
const output = z.object({
  version: z.string(),
  network: z.string(),
  realMoney: z.boolean(),
  wallet: z.object({
    kind: z.string(),
    ready: z.boolean(),
    balanceMsats: shownMsats.optional(),
  }),
  node: node.optional(),
  executor: z.enum(['standing', 'active', 'idle', 'offline']),
  executorCode: text,
  executorHint: text,
  record: z.enum(['ok', 'newer_read_only', 'restored_unaudited']),
  paused: z.boolean(),
  pausedBy: z.enum(['settings', 'kill_switch']).optional(),
  pausedAt: text,
  pauseReason: text,
  settings: z.enum(['valid', 'broken', 'waiting_for_confirmation']),
  settingsProblem: text,
  requestCapMsats: shownMsats,
  hostDayCapMsats: shownMsats,
  hourCapMsats: shownMsats,
  hourSpentMsats: shownMsats,
  dayCapMsats: shownMsats,
  daySpentMsats: shownMsats,
  totalCapMsats: shownMsats,
  totalSpentMsats: shownMsats,
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
    return { kind: 'output', output: status, text: summaryOf(status) };
  },
});

const RECORDS: Readonly<Record<NodeStatus['record'], string | false>> = {
  ok: false,
  newer_read_only: 'The record is of a newer version: nothing is paid until the update.',
  restored_unaudited:
    'The record was restored from a backup: nothing new is paid until the wallet has told what it paid since.',
};

function summaryOf({ wallet, realMoney, record, executorHint, ...status }: NodeStatus): string {
  const { balanceMsats } = wallet;
  const paused = status.pausedBy === 'kill_switch' ? 'spending and selling' : 'spending';
  const said = [
    balanceMsats === undefined
      ? 'The wallet is not ready, and its balance not known.'
      : `${showSats(msat(balanceMsats))} of ${realMoney ? 'real' : 'play'} money.`,
    status.paused && `All ${paused} is paused.`,
    RECORDS[record],
    executorHint && `Purchases wait for a process that pays. ${executorHint}`,
  ];
  return said.filter(Boolean).join(' ');
}
