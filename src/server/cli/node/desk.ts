import { ok, type Result, refuse } from '../../../base/index.ts';
import {
  type NodeNetwork,
  type NodePlace,
  openVault,
  placeOf,
  type Vault,
} from '../../../node/index.ts';
import { type NodeRules, networkOf } from '../../../policy/index.ts';
import type { Sealer } from '../../../secrets/index.ts';
import { openKeys } from '../../keys.ts';
import type { SettingsNow } from '../../settings/index.ts';
import { openRules, type Rules } from '../rules.ts';
import type { Session } from '../session.ts';

/** The node that a command is about, and what opens it. */
export interface NodeDesk extends Rules {
  readonly sealer: Sealer;
  readonly now: SettingsNow;
  readonly network: NodeNetwork;
  /** What a human confirmed of it, whatever the file says by now. */
  readonly lnd: NodeRules;
  readonly place: NodePlace;
  readonly vault: Vault;
}

/** Opens the node that the settings name; refused where they name none. */
export async function openNodeDesk(session: Session): Promise<Result<NodeDesk>> {
  const rules = await openRules(session);
  const now = rules.settings.read();
  if (now.broken) return refuse('settings_invalid', now.issues[0]?.problem);
  const { policy } = now;
  if (policy.lnd === undefined) {
    return refuse('node_not_initialized', 'The settings name the sandbox wallet.');
  }
  const sealer = await openKeys(session.home);
  const network = networkOf(policy);
  const place = placeOf(session.home.path, network);
  const vault = openVault(place.secrets, network, sealer);
  return ok({ ...rules, sealer, now, network, lnd: policy.lnd, place, vault });
}

/** The same for what can only be done to an lnd of our own. */
export async function openSupervisedDesk(session: Session): Promise<Result<NodeDesk>> {
  const desk = await openNodeDesk(session);
  if (!desk.ok || desk.value.lnd.mode === 'supervised') return desk;
  return refuse(
    'node_config_invalid',
    'The settings name a remote node, which is not ours to run.',
  );
}
