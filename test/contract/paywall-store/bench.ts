import { afterEach, beforeEach } from 'vitest';
import { type Clock, systemClock } from '../../../src/base/index.ts';
import type { NewPaywallEvent } from '../../../src/paywall/event.ts';
import type { PaywallStore, RegistryReads } from '../../../src/paywall/store.ts';
import type { KillSwitch } from '../../../src/task/store.ts';
import { OWNER } from './fixture.ts';

/** The ports of one record, opened. */
export interface Ports {
  readonly paywalls: PaywallStore;
  readonly killSwitch: KillSwitch;
  close(): void | Promise<void>;
}

/** An empty record that any number of connections and processes may share. */
export interface Place {
  open(clock: Clock): Promise<Ports>;
  /** The command line of a process that books receipts and takes uses until it is killed. */
  readonly worker: readonly [string, ...string[]];
  remove(): Promise<void>;
}

/** A fresh record for each test, with a clock to move by hand. */
export interface Bench {
  now: number;
  readonly clock: Clock;
  readonly place: Place;
  readonly ports: Ports;
  readonly store: PaywallStore;
  /** Appends events to the registry, whatever they are. */
  append(...events: readonly NewPaywallEvent[]): Promise<void>;
  reads(more?: Partial<RegistryReads>): RegistryReads;
}

const START = 1_000_000_000_000;

/** Sets a bench up for every test of the file that calls it. */
export function openBench(makePlace: () => Promise<Place>): Bench {
  let place: Place;
  let ports: Ports;
  const clock: Clock = { now: () => bench.now, after: systemClock.after };
  beforeEach(async () => {
    bench.now = START;
    place = await makePlace();
    ports = await place.open(clock);
  });
  afterEach(async () => {
    await ports.close();
    await place.remove();
  });
  const bench: Bench = {
    now: START,
    clock,
    get place() {
      return place;
    },
    get ports() {
      return ports;
    },
    get store() {
      return ports.paywalls;
    },
    append: async (...events) => {
      await ports.paywalls.registry.append(bench.reads(), () => ({ append: events, answer: 0 }));
    },
    reads: more => ({ owner: OWNER, now: bench.now, ...more }),
  };
  return bench;
}
