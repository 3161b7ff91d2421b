import { type Code, MINUTE } from '../base/index.ts';
import type { Current, Mind } from './mind.ts';
import { isReady, type Observation } from './observation.ts';
import type { Health, Lifecycle, NodeState, ProcessId, WalletState } from './state.ts';

/** How long lnd may take to end, and to say its first word, before that is told as a trouble, ms. */
const PATIENCE_MS: number = 1 * MINUTE;

/** The state of a node, derived from what its keeper remembers and sees. Kept nowhere but for others to read. */
export function statusOf(mind: Mind, seen: Observation, now: number, keeper: ProcessId): NodeState {
  const { crashes, lines } = mind;
  const run = mind.current?.run;
  const { info } = seen;
  return {
    lifecycle: lifecycleOf(mind, seen),
    health: healthOf(mind, seen, now),
    wallet: walletOf(seen),
    code: codeOf(mind, seen, now) ?? seen.backup,
    lines: lines ?? [],
    crashes,
    retryAt: run === undefined && lines === undefined ? mind.retryAt : undefined,
    at: now,
    keeper,
    lnd: run?.lnd,
    socket: run?.socket,
    version: run && (info?.version ?? run.version),
    height: info?.height,
    synced: info?.synced ?? false,
  };
}

function lifecycleOf({ current, ...mind }: Mind, seen: Observation): Lifecycle {
  if (current !== undefined) {
    if (current.stop !== undefined) return 'stopping';
    return current.hasAnswered ? 'running' : 'starting';
  }
  if (seen.want === 'stopped') return 'stopped';
  if (mind.lines !== undefined || mind.refused !== undefined) return 'failed';
  return mind.retryAt === undefined ? 'starting' : 'backoff';
}

function healthOf(mind: Mind, seen: Observation, now: number): Health {
  const { current } = mind;
  if (current === undefined) return 'unknown';
  if (current.stop !== undefined) return isLate(current.stop.at, now) ? 'unhealthy' : 'unknown';
  if (isReady(seen)) return 'healthy';
  const code = codeOf(mind, seen, now);
  const isOnItsWay = code === undefined || code === 'node_unsynced';
  return isOnItsWay && !current.wasReady ? 'starting' : 'unhealthy';
}

function codeOf(mind: Mind, seen: Observation, now: number): Code | undefined {
  const { current } = mind;
  if (current === undefined) return codeWhenEnded(mind, seen);
  const { stop } = current;
  if (stop !== undefined) return isLate(stop.at, now) ? 'node_stop_pending' : undefined;
  if (seen.isUncertified) return 'node_certificate_invalid';
  if (seen.stage === 'locked') return codeWhenLocked(mind, current, seen);
  return codeWhenRunning(current, seen, now);
}

/** Why an lnd that runs is not ready. */
function codeWhenRunning(current: Current, seen: Observation, now: number): Code | undefined {
  switch (seen.stage) {
    case 'absent':
      return 'node_not_initialized';
    case 'active':
    case 'serving':
      return seen.code ?? (isReady(seen) ? undefined : 'node_unsynced');
    case 'silent':
      if (!current.hasAnswered && !isLate(current.run.at, now)) return undefined;
      return seen.code ?? 'node_unreachable';
    default:
      return undefined;
  }
}

function codeWhenEnded({ lines, refused }: Mind, { want }: Observation): Code | undefined {
  if (want === 'stopped') return undefined;
  return lines === undefined ? refused : 'crash_loop_exhausted';
}

function codeWhenLocked(
  { wrongPassword }: Mind,
  { unlockAt }: Current,
  { password, code }: Observation,
): Code | undefined {
  if (password === undefined) return code ?? 'node_locked';
  if (password === wrongPassword) return 'node_password_wrong';
  return unlockAt === undefined ? undefined : 'node_locked';
}

function walletOf({ stage, hasWallet }: Observation): WalletState {
  switch (stage) {
    case 'absent':
      return 'uninitialized';
    case 'locked':
      return 'locked';
    case 'unlocked':
    case 'active':
    case 'serving':
      return 'unlocked';
    default:
      return hasWallet ? 'initialized' : 'uninitialized';
  }
}

/** Whether more time has passed since than anybody should have to wait; a clock that went back does not tell. */
function isLate(since: number, now: number): boolean {
  return now - since > PATIENCE_MS;
}
