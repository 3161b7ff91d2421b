import { type Msat, problem } from '../base/index.ts';
import { harmless } from '../http/index.ts';
import { isRealMoney, networkOf, type Policy } from '../policy/index.ts';
import type { Store } from '../store/index.ts';
import { holderOf, statusOf } from '../task/index.ts';
import { addressed, type NodeStatus } from '../tools/index.ts';
import type { Tollkeeper } from './compose.ts';
import { nodeViewOf } from './node.ts';
import { LOCAL_OWNER } from './owner.ts';
import { VERSION } from './version.ts';

/** The longest reason of a pause that is shown, in characters. */
const MOST_REASON = 200;

/** Shows the wallet, the books and the settings as they are now. A wallet that is down is shown as such. */
export async function nodeStatusOf(tollkeeper: Tollkeeper): Promise<NodeStatus> {
  const { means, store, settings, clock } = tollkeeper;
  const { policy } = await means.house();
  const { broken, unconfirmed, problem: complaint } = settings.read();
  const [wallet, node] = await Promise.all([
    means
      .wallet()
      .then(open => open.status())
      .catch(() => undefined),
    nodeOf(tollkeeper, policy),
  ]);
  return {
    version: VERSION,
    network: networkOf(policy),
    realMoney: isRealMoney(policy),
    wallet: {
      kind: policy.wallet,
      ready: wallet?.ready ?? false,
      // What a wallet that is down holds is not known.
      balanceMsats: wallet?.ready ? shownMsats(wallet.balance) : undefined,
    },
    node,
    ...(await executorOf(tollkeeper)),
    record: await recordState(store),
    ...(await pauseOf(store, policy.paused)),
    settings: settingsState(broken, unconfirmed),
    settingsProblem: complaint?.message,
    ...(await budgetsOf(store, policy, clock.now())),
  };
}

/** The node behind an lnd wallet, as far as it tells. */
async function nodeOf(tollkeeper: Tollkeeper, policy: Policy): Promise<NodeStatus['node']> {
  const seen = await nodeViewOf(tollkeeper, policy);
  if (seen === undefined) return undefined;
  const { wallet, version, code, onChain, outbound, inbound, arriving: _, ...shown } = seen;
  return {
    ...shown,
    walletState: wallet,
    nodeVersion: version,
    onChainMsats: shownMsats(onChain),
    outboundMsats: shownMsats(outbound),
    inboundMsats: shownMsats(inbound),
    nodeCode: code,
    nodeHint: code && addressed(problem(code).hint, tollkeeper.home.command),
  };
}

/** An amount as JSON has it, in msat; nothing at all is an amount too. */
function shownMsats(amount: Msat | undefined): number | undefined {
  return amount === undefined ? undefined : Number(amount);
}

type Executor = Pick<NodeStatus, 'executor' | 'executorCode' | 'executorHint'>;

/** Who takes steps: nobody is no problem as long as nothing but humans is waited for. */
async function executorOf({ store, clock, home }: Tollkeeper): Promise<Executor> {
  const held = await store.lease.holder();
  if (held !== undefined) {
    return { executor: holderOf(held.holder)?.post === 'standing' ? 'standing' : 'active' };
  }
  if (!(await hasWork(store, clock.now()))) return { executor: 'idle' };
  const { code, hint } = problem('desktop_executor_offline');
  const executorHint = addressed(hint, home.command);
  return { executor: 'offline', executorCode: code, executorHint };
}

/** Whether a purchase waits for a process. A question that nobody answered in time is as good as over. */
async function hasWork({ tasks }: Store, now: number): Promise<boolean> {
  for (const { id } of await tasks.unfinished()) {
    const task = await tasks.load(id);
    const status = task && statusOf(task.facts, now);
    if (status && !status.final && status.code !== 'APPROVAL_REQUIRED') return true;
  }
  return false;
}

type Paused = Pick<NodeStatus, 'paused' | 'pausedBy' | 'pausedAt' | 'pauseReason'>;

/** The kill switch comes first: whoever lifts it then sees that the settings pause too. */
async function pauseOf({ killSwitch }: Store, bySettings: boolean): Promise<Paused> {
  const pause = await killSwitch.read();
  if (pause === undefined) {
    return bySettings ? { paused: true, pausedBy: 'settings' } : { paused: false };
  }
  // Whoever typed the reason, a model may read it: bounded, and nothing in it that a reader cannot see.
  const reason = pause.reason?.slice(0, MOST_REASON);
  return {
    paused: true,
    pausedBy: 'kill_switch',
    pausedAt: new Date(pause.at).toISOString(),
    pauseReason: reason && harmless(reason).replace(/\s+/g, ' '),
  };
}

type Budgets = Pick<
  NodeStatus,
  Extract<keyof NodeStatus, `${string}Msats`> | 'pendingApprovals' | 'paymentsInFlight'
>;

async function budgetsOf({ ledger }: Store, { caps }: Policy, now: number): Promise<Budgets> {
  const books = await ledger.books({ owner: LOCAL_OWNER, host: '', now });
  const { spend, asks, inFlight } = books;
  return {
    requestCapMsats: Number(caps.request),
    hostDayCapMsats: Number(caps.host),
    hourCapMsats: Number(caps.hour),
    hourSpentMsats: Number(spend.hour),
    dayCapMsats: Number(caps.day),
    daySpentMsats: Number(spend.day),
    totalCapMsats: Number(caps.total),
    totalSpentMsats: Number(spend.total),
    pendingApprovals: asks.pending,
    paymentsInFlight: inFlight.all,
  };
}

async function recordState({ access, audits }: Store): Promise<NodeStatus['record']> {
  if (access() === 'read_only') return 'newer_read_only';
  return (await audits.due()) === undefined ? 'ok' : 'restored_unaudited';
}

function settingsState(broken: boolean, unconfirmed: readonly string[]): NodeStatus['settings'] {
  if (broken) return 'broken';
  return unconfirmed.length > 0 ? 'waiting_for_confirmation' : 'valid';
}
