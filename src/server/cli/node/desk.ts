import { ok, type Result, refuse } from '../../../base/index.ts';
import { checkMarker } from '../../../node/index.ts';
import type { Sealer } from '../../../secrets/index.ts';
import { openKeys } from '../../keys.ts';
import { type NodeSeat, seatOf } from '../../node.ts';
import type { SettingsNow } from '../../settings/index.ts';
import { openRules, type Rules } from '../rules.ts';
import type { Session } from '../session.ts';

/** The node that a command is about, as a human confirmed it, whatever the file says by now. */
export interface NodeDesk extends Rules, NodeSeat {
  readonly sealer: Sealer;
  readonly now: SettingsNow;
}

/** Opens the node that the settings name; refused where they name none. */
export async function openNodeDesk(session: Session): Promise<Result<NodeDesk>> {
  const rules = await openRules(session);
  const now = rules.settings.read();
  if (now.broken) return refuse('settings_invalid', now.issues[0]?.problem);
  const sealer = await openKeys(session.home);
  const seat = await seatOf({ ...session, sealer }, now.policy);
  if (seat === undefined) {
    return refuse('node_not_initialized', 'The settings name the sandbox wallet.');
  }
  return ok({ ...rules, ...seat, sealer, now });
}

/** The same for what can only be done to an lnd of our own. */
export async function openSupervisedDesk(session: Session): Promise<Result<NodeDesk>> {
  const desk = await openNodeDesk(session);
  if (!desk.ok) return desk;
  if (desk.value.lnd.mode === 'supervised') {
    // Before anything of it is opened: another network's secrets would only seem to be under other keys.
    const marked = await checkMarker(desk.value.place);
    return marked.ok ? desk : marked;
  }
  return refuse(
    'node_config_invalid',
    'The settings name a remote node, which is not ours to run.',
  );
}
