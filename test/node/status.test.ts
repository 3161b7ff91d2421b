import { expect, test } from 'vitest';
import { MINUTE } from '../../src/base/index.ts';
import type { NodeState } from '../../src/node/index.ts';
import { type Current, type Mind, newMind } from '../../src/node/mind.ts';
import { type Observation, SILENCE } from '../../src/node/observation.ts';
import { statusOf } from '../../src/node/status.ts';

const NOW = 10_000_000;
const KEEPER = { pid: 7, startedAt: 'a' };
const INFO = { version: '0.20.1-beta', height: 451, synced: true };

const running = (change: Partial<Current> = {}, at = NOW) => {
  const lnd = { pid: 8, startedAt: 'b' };
  const run = { lnd, socket: 's', peerPort: 1, sha256: 'c', version: 'd', at };
  return { current: { ...newMind(run).current!, ...change } };
};
const ANSWERED = running({ hasAnswered: true });
const READY = { stage: 'serving', info: INFO } as const;
const LOCKED = { stage: 'locked', password: 'a' } as const;
const stop = (at: number) => ({ stop: { at, why: 'wish' } as const });

test.each<[string, Partial<Mind>, Partial<Observation>, Partial<NodeState>]>([
  ['nothing is wanted', {}, { want: 'stopped' }, { lifecycle: 'stopped', health: 'unknown' }],
  ['it is about to start', {}, {}, { lifecycle: 'starting', health: 'unknown' }],
  [
    'it just started',
    running(),
    {},
    { lifecycle: 'starting', health: 'starting', code: undefined },
  ],
  [
    'it says nothing for a minute',
    running({}, NOW - MINUTE - 1),
    {},
    { lifecycle: 'starting', health: 'unhealthy', code: 'node_unreachable' },
  ],
  [
    'it says nothing any more',
    ANSWERED,
    {},
    { lifecycle: 'running', health: 'unhealthy', code: 'node_unreachable' },
  ],
  [
    'it is being unlocked',
    ANSWERED,
    LOCKED,
    { lifecycle: 'running', health: 'starting', wallet: 'locked', code: undefined },
  ],
  [
    'it could not be unlocked for now',
    running({ hasAnswered: true, unlockAt: NOW + 1 }),
    LOCKED,
    { health: 'unhealthy', wallet: 'locked', code: 'node_locked' },
  ],
  [
    'its password is wrong',
    { ...ANSWERED, wrongPassword: 'a' },
    LOCKED,
    { health: 'unhealthy', wallet: 'locked', code: 'node_password_wrong' },
  ],
  [
    'it is ready',
    ANSWERED,
    READY,
    { lifecycle: 'running', health: 'healthy', wallet: 'unlocked', height: 451, synced: true },
  ],
  [
    'it is ready and its backup is not',
    ANSWERED,
    { ...READY, backup: 'channel_backup_failed' },
    { health: 'healthy', code: 'channel_backup_failed' },
  ],
  [
    'it has no certificate and its backup failed',
    ANSWERED,
    { isUncertified: true, backup: 'channel_backup_failed' },
    { health: 'unhealthy', code: 'node_certificate_invalid' },
  ],
  [
    'it stops',
    running(stop(NOW - MINUTE)),
    READY,
    { lifecycle: 'stopping', health: 'unknown', code: undefined },
  ],
  [
    'it takes long to stop',
    running(stop(NOW - MINUTE - 1)),
    READY,
    { lifecycle: 'stopping', health: 'unhealthy', code: 'node_stop_pending' },
  ],
  [
    'it crashed',
    { crashes: 2, retryAt: NOW + 1000 },
    {},
    { lifecycle: 'backoff', crashes: 2, retryAt: NOW + 1000, code: undefined },
  ],
  [
    'it could not be started',
    { refused: 'port_taken', retryAt: NOW + 10_000 },
    {},
    { lifecycle: 'failed', code: 'port_taken', retryAt: NOW + 10_000 },
  ],
  [
    'it was given up',
    { crashes: 4, retryAt: NOW + 4000, lines: ['the end'] },
    {},
    { lifecycle: 'failed', code: 'crash_loop_exhausted', retryAt: undefined, lines: ['the end'] },
  ],
  [
    'it was given up and is wanted no more',
    { crashes: 4, lines: ['the end'] },
    { want: 'stopped' },
    { lifecycle: 'stopped', code: undefined },
  ],
])('the state of a node when %s', (_name, remembered, looked, state) => {
  const mind = { ...newMind(undefined), ...remembered };
  const seen: Observation = {
    ...SILENCE,
    want: 'running',
    wishedAt: 1,
    isAlive: mind.current !== undefined,
    hasWallet: true,
    backup: undefined,
    ...looked,
  };
  const told = statusOf(mind, seen, NOW, KEEPER);
  expect(told).toMatchObject({ keeper: KEEPER, at: NOW, lnd: mind.current?.run.lnd, ...state });
});
