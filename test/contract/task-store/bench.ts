import { afterEach, beforeEach } from 'vitest';
import { type Clock, newId, systemClock, type TaskId } from '../../../src/base/index.ts';
import type { FactKind, NewFact } from '../../../src/task/fact.ts';
import type { Journal } from '../../../src/task/journal.ts';
import type {
  Allowances,
  Audits,
  Books,
  Credentials,
  KillSwitch,
  Lease,
  Ledger,
  News,
  Reads,
  TaskStore,
} from '../../../src/task/store.ts';
import { appending, OWNER, reads, requested } from './fixture.ts';
import type { Job } from './jobs.ts';
import { type Worker, worker } from './worker.ts';

/** The ports of one record, opened. */
export interface Ports {
  readonly tasks: TaskStore;
  readonly ledger: Ledger;
  readonly news: News;
  readonly lease: Lease;
  readonly credentials: Credentials;
  readonly allowances: Allowances;
  readonly killSwitch: KillSwitch;
  readonly journal: Journal;
  readonly audits: Audits;
  close(): void | Promise<void>;
}

/** An empty record that any number of connections and processes may share. */
export interface Place {
  open(clock: Clock): Promise<Ports>;
  /** The command line of a process that opens the record and calls `work` with the job that follows. */
  readonly worker: readonly [string, ...string[]];
  remove(): Promise<void>;
}

/** A fresh record for each test, with a clock to move by hand and words for what tests do most. */
export interface Bench {
  now: number;
  readonly clock: Clock;
  readonly place: Place;
  readonly ports: Ports;
  /** Opens a task of its own. */
  opened(more?: { key?: string; owner?: string; first?: NewFact }): Promise<TaskId>;
  /** Appends facts to an open task of the plain owner and host. */
  append(id: TaskId, ...facts: readonly NewFact[]): ReturnType<TaskStore['append']>;
  /** The books as another task of the owner sees them, now. */
  books(more?: Partial<Reads>): Promise<Books>;
  kindsOf(id: TaskId): Promise<readonly FactKind[]>;
  /** Lets so many processes do a job at the same moment. */
  workers<T>(job: Job, count: number): Promise<readonly T[]>;
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
    opened: async (more = {}) => {
      const id = newId('task');
      const { key = id, owner = OWNER, first = requested() } = more;
      await ports.tasks.open({ owner, key }, id, first);
      return id;
    },
    append: (id, ...facts) => ports.tasks.append(id, reads(), appending(...facts)),
    books: async (more = {}) => {
      const { owner = OWNER } = more;
      const id = await bench.opened({ owner });
      let seen: Books | undefined;
      await ports.tasks.append(id, reads({ now: bench.now, ...more }), (_facts, books) => {
        seen = books;
        return { append: [], open: true };
      });
      return seen!;
    },
    kindsOf: async id => (await ports.tasks.load(id))?.facts.map(fact => fact.kind) ?? [],
    workers: async <T>(job: Job, count: number) => {
      const all: Worker<T>[] = Array.from({ length: count }, () => worker(place.worker, job));
      await Promise.all(all.map(one => one.ready));
      return Promise.all(all.map(one => one.go()));
    },
  };
  return bench;
}
