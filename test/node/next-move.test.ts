import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  afterFailedUnlock,
  afterGivingUp,
  afterLook,
  afterRefusal,
  afterStart,
  afterStop,
  afterUnlock,
  backoff,
  type Current,
  LONGEST_REST_MS,
  type Mind,
  newMind,
} from '../../src/node/mind.ts';
import { nextMove } from '../../src/node/next-move.ts';
import { isReady, type Observation, SILENCE } from '../../src/node/observation.ts';
import type { Run } from '../../src/node/run-record.ts';

const NOW = 1_000_000;
const INFO = { version: '0.20.1-beta', height: 451, synced: true };

const run = (at = NOW): Run => ({
  lnd: { pid: 7, startedAt: 'then' },
  socket: '127.0.0.1:1',
  peerPort: 2,
  sha256: 'ab',
  version: '0.20.1-beta',
  at,
});

const seen = (changes: Partial<Observation> = {}): Observation => ({
  ...SILENCE,
  want: 'running',
  wishedAt: 1,
  isAlive: false,
  hasWallet: true,
  backup: undefined,
  ...changes,
});

const mind = (changes: Partial<Mind> = {}): Mind => ({
  ...newMind(undefined),
  wishedAt: 1,
  ...changes,
});

const runs = (change: Partial<Current> = {}) => ({
  current: { ...newMind(run()).current!, ...change },
});
const RUNS = runs();
const ALIVE = { isAlive: true } as const;
const LOCKED = { isAlive: true, stage: 'locked', password: 'a' } as const;
const TOLD = { at: NOW, why: 'wish' } as const;

describe('the table of moves', () => {
  test.each<[string, Partial<Mind>, Partial<Observation>, string]>([
    ['runs, was told to end', runs({ stop: TOLD }), { ...ALIVE, want: 'stopped' }, 'rest'],
    ['runs, was told to end, is wanted again', runs({ stop: TOLD }), ALIVE, 'rest'],
    ['runs, was told to end, is locked', runs({ stop: TOLD }), LOCKED, 'rest'],
    ['runs, is not wanted', RUNS, { ...ALIVE, want: 'stopped' }, 'stop'],
    ['runs, is not wanted, is locked', RUNS, { ...LOCKED, want: 'stopped' }, 'stop'],
    ['runs, has no certificate', RUNS, { ...ALIVE, isUncertified: true }, 'renew'],
    [
      'runs, has no certificate, is not wanted',
      RUNS,
      { ...ALIVE, isUncertified: true, want: 'stopped' },
      'stop',
    ],
    ['is locked', RUNS, LOCKED, 'unlock'],
    ['is locked, no password', RUNS, { ...LOCKED, password: undefined }, 'rest'],
    ['is locked, a wrong password', { ...RUNS, wrongPassword: 'a' }, LOCKED, 'rest'],
    ['is locked, a new password', { ...RUNS, wrongPassword: 'b' }, LOCKED, 'unlock'],
    ['is locked, too soon', runs({ unlockAt: NOW + 1 }), LOCKED, 'rest'],
    ['is locked, in time', runs({ unlockAt: NOW }), LOCKED, 'unlock'],
    ['is locked, after the clock went back', runs({ unlockAt: NOW + 20_000 }), LOCKED, 'unlock'],
    ['has no wallet', RUNS, { ...ALIVE, stage: 'absent' }, 'rest'],
    ['is opening', RUNS, { ...ALIVE, stage: 'unlocked' }, 'rest'],
    ['serves', RUNS, { ...ALIVE, stage: 'serving', info: INFO }, 'rest'],
    ['is silent', RUNS, ALIVE, 'rest'],
    ['ended, is not wanted', {}, { want: 'stopped' }, 'rest'],
    ['ended, is not wanted, crashed', { crashes: 4 }, { want: 'stopped' }, 'rest'],
    ['ended, was given up', { lines: [], crashes: 4 }, {}, 'rest'],
    ['ended, crashed four times', { crashes: 4, retryAt: NOW + 1 }, {}, 'give_up'],
    ['ended, too soon', { crashes: 3, retryAt: NOW + 1 }, {}, 'wait'],
    ['ended, in time', { crashes: 3, retryAt: NOW }, {}, 'start'],
    ['ended, after the clock went back', { retryAt: NOW + 20_000 }, {}, 'start'],
    ['never ran', {}, {}, 'start'],
  ])('lnd %s', (_name, remembered, looked, kind) => {
    expect(nextMove(mind(remembered), seen(looked), NOW)).toEqual({ kind });
  });
});

describe('what is remembered', () => {
  const crash = (before: Mind, now = NOW) => afterLook(afterStart(before, run(now)), seen(), now);

  test('an end before it was ready is a crash, and each waits longer', () => {
    let now = mind();
    for (const [crashes, wait] of [
      [1, 500],
      [2, 1000],
      [3, 2000],
      [4, 4000],
    ] as const) {
      now = crash(now);
      expect(now).toMatchObject({ crashes, retryAt: NOW + wait, current: undefined });
    }
    expect(backoff(5)).toBe(8000);
    expect(backoff(6)).toBe(10_000);
    expect(backoff(60)).toBe(10_000);
  });

  test('having been ready once wipes the crashes out, and its end is none', () => {
    const ready = seen({ ...ALIVE, stage: 'serving', info: INFO });
    const after = afterLook(afterStart(crash(crash(mind())), run()), ready, NOW);
    expect(after).toMatchObject({ crashes: 0, current: { wasReady: true } });
    expect(afterLook(after, seen(), NOW)).toMatchObject({ crashes: 0, retryAt: NOW + 500 });
  });

  test.each<[string, Partial<Observation>]>([
    ['not in step with the chain', { stage: 'serving', info: { ...INFO, synced: false } }],
    ['not serving', { stage: 'active', info: INFO }],
    ['on another network', { stage: 'serving', info: INFO, code: 'network_mismatch' }],
    ['without a word of itself', { stage: 'serving' }],
  ])('one that is %s is not ready', (_name, looked) => {
    expect(isReady(seen({ ...ALIVE, ...looked }))).toBe(false);
    const after = afterLook(crash(mind()), seen(), NOW);
    const running = afterLook(afterStart(after, run()), seen({ ...ALIVE, ...looked }), NOW);
    expect(running).toMatchObject({ crashes: 1, current: { wasReady: false } });
  });

  test('an end that was wished for is no crash, even if it is wished back meanwhile', () => {
    const told = afterStop(mind(RUNS), 'wish', NOW);
    expect(afterLook(told, seen({ want: 'stopped' }), NOW).crashes).toBe(0);
    const back = afterLook(told, seen({ wishedAt: 2 }), NOW);
    expect(back).toMatchObject({ crashes: 0, retryAt: undefined });
    expect(nextMove(back, seen({ wishedAt: 2 }), NOW)).toEqual({ kind: 'start' });
  });

  test('a renewal that never gets ready counts, so that it cannot go on for ever', () => {
    const told = afterStop(mind(RUNS), 'certificate', NOW);
    expect(afterLook(told, seen(), NOW).crashes).toBe(1);
  });

  test('a new wish forgives everything', () => {
    const bad = afterGivingUp({ ...mind(), crashes: 4, wrongPassword: 'a' }, ['a line']);
    const refused = afterRefusal(bad, 'port_taken', NOW);
    expect(afterLook(refused, seen(), NOW)).toMatchObject({ crashes: 4, refused: 'port_taken' });
    expect(afterLook(refused, seen({ wishedAt: 2 }), NOW)).toEqual(mind({ wishedAt: 2 }));
  });

  test('a wrong password is remembered, another trouble only for a while', () => {
    expect(afterFailedUnlock(mind(RUNS), 'a', NOW)).toMatchObject({
      wrongPassword: 'a',
      current: { unlockAt: undefined },
    });
    expect(afterFailedUnlock(mind(RUNS), undefined, NOW)).toMatchObject({
      wrongPassword: undefined,
      current: { unlockAt: NOW + 10_000 },
    });
  });

  test('a refused start is tried again, and is no crash', () => {
    const refused = afterRefusal(mind(), 'port_taken', NOW);
    expect(refused).toMatchObject({ crashes: 0, retryAt: NOW + 10_000 });
    expect(afterStart(refused, run())).toMatchObject({ refused: undefined, retryAt: undefined });
  });
});

/** What the world may do to a node between two looks. */
type Event =
  | { readonly kind: 'dies' | 'gets_ready' | 'locks' | 'loses_certificate' }
  | { readonly kind: 'is_asked' | 'answers' }
  | { readonly kind: 'wish'; readonly want: 'running' | 'stopped' }
  | { readonly kind: 'password'; readonly password: string | undefined }
  | { readonly kind: 'time'; readonly ms: number }
  | { readonly kind: 'refuses_start' };

const events: fc.Arbitrary<Event[]> = fc.array(
  fc.oneof(
    fc.constantFrom<Event[]>(
      { kind: 'dies' },
      { kind: 'gets_ready' },
      { kind: 'locks' },
      { kind: 'loses_certificate' },
      { kind: 'is_asked' },
      { kind: 'answers' },
      { kind: 'refuses_start' },
    ),
    fc.record({ kind: fc.constant('wish'), want: fc.constantFrom('running', 'stopped') }),
    fc.record({ kind: fc.constant('password'), password: fc.constantFrom('a', 'b', undefined) }),
    fc.record({ kind: fc.constant('time'), ms: fc.integer({ min: -20_000, max: 20_000 }) }),
  ) as fc.Arbitrary<Event>,
  { maxLength: 60, size: 'max' },
);

/** A world with one node, in which `b` opens the wallet; keeps the rules and notes each breach of them. */
class World {
  mind = newMind(undefined);
  now = NOW;
  looked = seen({ password: 'a' });
  isStartRefused = false;
  /** Whether something is said to lnd just now: one thing at a time. */
  isBusy = false;
  starts = 0;
  unlocks = 0;
  /** Starts since the last wish or the last readiness: one more than crashes are allowed. */
  startsInVain = 0;
  wrongTries = 0;

  happens(event: Event): void {
    const alive = this.looked.isAlive;
    switch (event.kind) {
      case 'dies':
        this.#see({ ...SILENCE, password: this.looked.password, isAlive: false });
        break;
      case 'gets_ready':
        if (alive) this.#see({ stage: 'serving', info: INFO, isUncertified: false });
        break;
      case 'locks':
        if (alive) this.#see({ stage: 'locked', info: undefined });
        break;
      case 'loses_certificate':
        if (alive) this.#see({ isUncertified: true });
        break;
      case 'is_asked':
      case 'answers':
        this.isBusy = event.kind === 'is_asked';
        break;
      case 'wish':
        this.#see({ want: event.want, wishedAt: this.looked.wishedAt + 1 });
        [this.startsInVain, this.wrongTries] = [0, 0];
        break;
      case 'password':
        this.#see({ password: event.password });
        this.wrongTries = 0;
        break;
      case 'time':
        this.now += event.ms;
        break;
      case 'refuses_start':
        this.isStartRefused = true;
        break;
    }
    this.#round();
  }

  /** Lets some time pass in which lnd answers: then no wallet is locked that could be opened. */
  settles(): void {
    this.happens({ kind: 'answers' });
    this.happens({ kind: 'time', ms: LONGEST_REST_MS });
    const { isAlive, stage, password } = this.looked;
    const isLeft = this.mind.current?.stop !== undefined;
    expect(isAlive && stage === 'locked' && password === 'b' && !isLeft).toBe(false);
  }

  #see(changes: Partial<Observation>): void {
    this.looked = { ...this.looked, ...changes };
  }

  /** Looks and makes moves until there is nothing more to do. */
  #round(): void {
    for (let moves = 0; ; moves += 1) {
      expect(moves).toBeLessThan(8);
      this.mind = afterLook(this.mind, this.looked, this.now);
      if (this.mind.current?.wasReady) this.startsInVain = 0;
      if (!this.#makes(nextMove(this.mind, this.looked, this.now).kind)) return;
    }
  }

  #makes(kind: ReturnType<typeof nextMove>['kind']): boolean {
    switch (kind) {
      case 'start':
        return this.#start();
      case 'unlock':
        expect(this.looked).toMatchObject({ isAlive: true, stage: 'locked' });
        if (this.isBusy) return false;
        this.#unlock();
        return true;
      case 'stop':
      case 'renew':
        expect(this.looked.isAlive).toBe(true);
        expect(this.mind.current?.stop).toBeUndefined();
        this.mind = afterStop(this.mind, kind === 'stop' ? 'wish' : 'certificate', this.now);
        return true;
      case 'give_up':
        this.mind = afterGivingUp(this.mind, []);
        return true;
      case 'wait':
      case 'rest':
        return false;
    }
  }

  #start(): boolean {
    expect(this.looked).toMatchObject({ isAlive: false, want: 'running' });
    expect(this.mind.lines).toBeUndefined();
    if (this.isStartRefused) {
      this.isStartRefused = false;
      this.mind = afterRefusal(this.mind, 'port_taken', this.now);
      return true;
    }
    this.starts += 1;
    this.startsInVain += 1;
    expect(this.startsInVain).toBeLessThanOrEqual(4);
    this.mind = afterStart(this.mind, run(this.now));
    this.#see({ isAlive: true });
    return true;
  }

  #unlock(): void {
    this.unlocks += 1;
    if (this.looked.password === 'b') {
      this.mind = afterUnlock(this.mind);
      this.#see({ stage: 'unlocked' });
      return;
    }
    this.wrongTries += 1;
    expect(this.wrongTries).toBe(1);
    this.mind = afterFailedUnlock(this.mind, this.looked.password, this.now);
  }
}

test('whatever happens, nothing starts twice, against a wish, or for ever; no wrong password is tried twice, and a right one in the end', () => {
  let [starts, unlocks] = [0, 0];
  fc.assert(
    fc.property(events, happened => {
      const world = new World();
      for (const event of happened) world.happens(event);
      world.settles();
      starts += world.starts;
      unlocks += world.unlocks;
    }),
    { numRuns: 1000 },
  );
  // A world in which nothing ever starts would keep every rule.
  expect(starts).toBeGreaterThan(500);
  expect(unlocks).toBeGreaterThan(100);
});
