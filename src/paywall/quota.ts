import { DAY, type Log, MINUTE, SECOND } from '../base/index.ts';
import type { PaywallId } from './id.ts';
import type { PaywallPolicy } from './policy.ts';
import type { Traffic } from './store.ts';

type Limits = Pick<PaywallPolicy, 'quotaPerMinute' | 'quotaPerDay'>;

/** Counts what is let through, by minutes and days of UTC. */
export interface Quota {
  /** In how many seconds there is room again; undefined while there is. */
  look(id: PaywallId, limits: Limits, now: number): Promise<number | undefined>;
  /** Counts one request at a time (ms); else how many seconds until there is room again. */
  take(id: PaywallId, limits: Limits, now: number): Promise<number | undefined>;
  /** Takes one back that was counted and then not let through. */
  giveBack(id: PaywallId): void;
  /** Writes down what was counted since the last time. */
  flush(): Promise<void>;
}

/** What was counted in one span of time; spans only ever go forward, so a clock that goes back frees nothing. */
interface Span {
  readonly number: number;
  readonly counts: Map<PaywallId, number>;
}

/** Opens the counts; those of the day go on where an earlier process left them. */
export function openQuota(traffic: Traffic, log: Log): Quota {
  let minute: Span = { number: 0, counts: new Map() };
  let day: Span = { number: 0, counts: new Map() };
  let unwritten = new Map<PaywallId, number>();
  let begun: Promise<void> | undefined;

  const write = async (number: number): Promise<void> => {
    if (unwritten.size === 0) return;
    const counts = unwritten;
    unwritten = new Map();
    try {
      await traffic.add(dayOf(number), counts);
    } catch (cause) {
      // Counted again with the next: a record that is busy for a moment loses nothing.
      for (const [id, count] of counts) add(unwritten, id, count);
      log.warn({ cause }, 'What was let through could not be written down.');
    }
  };
  const turnDay = async (number: number): Promise<void> => {
    await write(day.number);
    day = { number, counts: new Map(await traffic.of(dayOf(number))) };
  };
  const turnTo = async (now: number): Promise<void> => {
    const today = Math.floor(now / DAY);
    if (today > day.number) {
      begun ??= turnDay(today).finally(() => {
        begun = undefined;
      });
      await begun;
    }
    const number = Math.floor(now / MINUTE);
    if (number > minute.number) minute = { number, counts: new Map() };
  };
  const wait = (id: PaywallId, { quotaPerMinute, quotaPerDay }: Limits, now: number) => {
    const isFull = ({ counts }: Span, most = Number.POSITIVE_INFINITY) =>
      (counts.get(id) ?? 0) >= most;
    if (isFull(day, quotaPerDay)) return secondsTo(day.number + 1, DAY, now);
    return isFull(minute, quotaPerMinute) ? secondsTo(minute.number + 1, MINUTE, now) : undefined;
  };
  return {
    async look(id, limits, now) {
      await turnTo(now);
      return wait(id, limits, now);
    },
    async take(id, limits, now) {
      await turnTo(now);
      // Looked and taken in one go, so that of many at once only as many as there is room for get through.
      const until = wait(id, limits, now);
      if (until !== undefined) return until;
      for (const counts of [day.counts, minute.counts, unwritten]) add(counts, id, 1);
      return undefined;
    },
    giveBack(id) {
      for (const counts of [day.counts, minute.counts, unwritten]) add(counts, id, -1);
    },
    flush: () => write(day.number),
  };
}

function add(counts: Map<PaywallId, number>, id: PaywallId, count: number): void {
  counts.set(id, (counts.get(id) ?? 0) + count);
}

function secondsTo(span: number, length: number, now: number): number {
  return Math.max(1, Math.ceil((span * length - now) / SECOND));
}

function dayOf(number: number): string {
  return new Date(number * DAY).toISOString().slice(0, 10);
}
