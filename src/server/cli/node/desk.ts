import { type Log, ok, type Result, refuse } from '../../../base/index.ts';
import { checkMarker } from '../../../node/index.ts';
import type { Policy } from '../../../policy/index.ts';
import type { Sealer } from '../../../secrets/index.ts';
import { openKeys } from '../../keys.ts';
import { openLog } from '../../log.ts';
import { type NodeSeat, seatOf } from '../../node.ts';
import { openRules, type Rules } from '../rules.ts';
import type { Session } from '../session.ts';

/** The node that a command is about, as a human confirmed it, whatever the file says by now. */
export interface NodeDesk extends Rules, NodeSeat {
  readonly sealer: Sealer;
  readonly policy: Policy;
  readonly log: Log;
}

/** Opens the node that the settings name; refused where they name none. */
export async function openNodeDesk(session: Session): Promise<Result<NodeDesk>> {
  const rules = await openRules(session);
  const { broken, issues, policy } = rules.settings.read();
  if (broken) return refuse('settings_invalid', issues[0]?.problem);
  return deskFor(session, rules, policy);
}

/** The same for what can only be done to an lnd of our own. */
export async function openSupervisedDesk(session: Session): Promise<Result<NodeDesk>> {
  const desk = await openNodeDesk(session);
  return desk.ok ? supervised(desk.value) : desk;
}

/** The same for the node that the settings are about to name. */
export async function openDeskFor(
  session: Session,
  rules: Rules,
  policy: Policy,
): Promise<Result<NodeDesk>> {
  const desk = await deskFor(session, rules, policy);
  return desk.ok ? supervised(desk.value) : desk;
}

async function deskFor(session: Session, rules: Rules, policy: Policy): Promise<Result<NodeDesk>> {
  const { home, clock } = session;
  const sealer = await openKeys(home);
  const seat = await seatOf({ ...session, sealer }, policy);
  if (seat === undefined) {
    return refuse('node_not_initialized', 'The settings name the sandbox wallet.');
  }
  const { level } = rules.settings.read().settings.log;
  return ok({ ...rules, ...seat, sealer, policy, log: await openLog(home.path, level, clock) });
}

async function supervised(desk: NodeDesk): Promise<Result<NodeDesk>> {
  if (desk.lnd.mode === 'supervised') {
    // Before anything of it is opened: another network's secrets would only seem to be under other keys.
    const marked = await checkMarker(desk.place);
    return marked.ok ? ok(desk) : marked;
  }
  return refuse(
    'node_config_invalid',
    'The settings name a remote node, which is not ours to run.',
  );
}
