import { existsSync } from 'node:fs';
import * as z from 'zod';
import { type Clock, CODES, type Code, SECOND } from '../base/index.ts';
import { walletOf } from './launch.ts';
import { holderOf } from './lock.ts';
import { readNote } from './note.ts';
import type { NodePlace } from './place.ts';
import { isAlive, processIn } from './process-id.ts';
import { readRun } from './run-record.ts';
import type { NodeState, ProcessId } from './state.ts';

/** An older state tells nothing of now, ms: its keeper writes one every few seconds. */
const STALE_MS: number = 15 * SECOND;

/** A node of which nothing is known. */
const BLANK: NodeState = {
  lifecycle: 'stopped',
  health: 'unknown',
  wallet: 'uninitialized',
  code: undefined,
  lines: [],
  crashes: 0,
  retryAt: undefined,
  at: 0,
  keeper: undefined,
  lnd: undefined,
  socket: undefined,
  version: undefined,
  height: undefined,
  synced: false,
};

const number = z.number().optional().catch(undefined);
const text = z.string().optional().catch(undefined);
const processId = z.unknown().optional().transform(processIn);

/** A state in its file. A keeper of another version may have written it: what is not known here is as in a blank one. */
const Written = z.object({
  lifecycle: z
    .enum(['stopped', 'starting', 'running', 'stopping', 'backoff', 'failed'])
    .catch(BLANK.lifecycle),
  health: z.enum(['unknown', 'starting', 'healthy', 'unhealthy']).catch(BLANK.health),
  wallet: z.enum(['uninitialized', 'initialized', 'locked', 'unlocked']).catch(BLANK.wallet),
  code: z
    .enum(Object.keys(CODES) as Code[])
    .optional()
    .catch(undefined),
  lines: z.array(z.string()).catch([]),
  crashes: z.number().catch(BLANK.crashes),
  retryAt: number,
  at: z.number().catch(BLANK.at),
  keeper: processId,
  lnd: processId,
  socket: text,
  version: text,
  height: number,
  synced: z.boolean().catch(BLANK.synced),
});

/**
 * The state of a node, as its keeper tells it. Without one, or where it hangs, only whether lnd runs: that is looked
 * at here, and how it is nobody knows.
 */
export async function readNodeState(place: NodePlace, clock: Clock): Promise<NodeState> {
  const keeper = await holderOf(place.lock);
  const told = Written.parse({ ...readNote(place.state) });
  const isFresh = Math.abs(clock.now() - told.at) <= STALE_MS;
  return isFresh && keeper && isSame(keeper, told.keeper)
    ? { ...BLANK, ...told }
    : { ...seenBy(place), at: clock.now(), keeper };
}

function isSame({ pid, startedAt }: ProcessId, other: ProcessId | undefined): boolean {
  return other?.pid === pid && other.startedAt === startedAt;
}

/** What anybody can see of a node. */
function seenBy(place: NodePlace): NodeState {
  const wallet = existsSync(walletOf(place)) ? 'initialized' : 'uninitialized';
  const run = readRun(place);
  if (run === undefined || !isAlive(run.lnd)) return { ...BLANK, wallet };
  const { lnd, socket, version } = run;
  return { ...BLANK, wallet, lifecycle: 'running', lnd, socket, version };
}
