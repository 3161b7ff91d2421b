import { isRealMoney } from '../policy/index.ts';
import type { NodeStatus } from '../tools/index.ts';
import type { Tollkeeper } from './compose.ts';
import { LOCAL_OWNER } from './owner.ts';
import { VERSION } from './version.ts';

/** Shows the wallet, the books and the settings as they are now. A wallet that is down is shown as such. */
export async function nodeStatusOf({
  means,
  store,
  settings,
  clock,
}: Tollkeeper): Promise<NodeStatus> {
  const now = clock.now();
  const { policy } = await means.house();
  const { broken, unconfirmed, problem, settings: stated } = settings.read();
  const { spend, asks, inFlight } = await store.ledger.books({ owner: LOCAL_OWNER, host: '', now });
  const wallet = await means
    .wallet()
    .then(open => open.status())
    .catch(() => undefined);
  const holder = await store.lease.holder();
  const { caps } = policy;
  return {
    version: VERSION,
    network: stated.network,
    realMoney: isRealMoney(policy),
    wallet: {
      kind: policy.wallet,
      ready: wallet?.ready ?? false,
      balanceMsats: wallet && Number(wallet.balance),
    },
    executor: holder === undefined ? 'idle' : 'active',
    paused: policy.paused,
    settings: settingsState(broken, unconfirmed),
    settingsProblem: problem?.message,
    requestCapMsats: Number(caps.request),
    hostDayCapMsats: Number(caps.host),
    hourCapMsats: Number(caps.hour),
    hourSpentMsats: Number(spend.hour),
    dayCapMsats: Number(caps.day),
    daySpentMsats: Number(spend.day),
    pendingApprovals: asks.pending,
    paymentsInFlight: inFlight.all,
  };
}

function settingsState(broken: boolean, unconfirmed: readonly string[]): NodeStatus['settings'] {
  if (broken) return 'broken';
  return unconfirmed.length > 0 ? 'waiting_for_confirmation' : 'valid';
}
