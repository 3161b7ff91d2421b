import type { AuthenticatedLnd } from 'ln-service';
import { type Clock, SECOND } from '../base/index.ts';
import { dial, type NodePort } from './dial.ts';
import { failureOf, type NodeFailure } from './failure.ts';

/** Where a node answers, the certificate that it must show, and what may be done there. */
export interface NodeAddress extends NodePort {
  readonly macaroon: Uint8Array;
}

/** What came of a call to a node. */
export type Answer<T> =
  | { readonly ok: true; readonly value: T }
  | { readonly ok: false; readonly failure: NodeFailure };

/** A line to one node, dialled when it is first needed and anew after it broke. */
export interface NodeLine {
  /**
   * Makes a call that ends within `ms`, whatever lnd does: ln-service itself waits for ever. What lnd does after
   * that still counts; `over` aborts once nobody waits for it any more. Rejects only with what `whereabouts`
   * rejects with.
   */
  ask<T>(ms: number, call: Call<T>): Promise<Answer<T>>;
  close(): void;
}

/** What is done on a line. */
export type Call<T> = (lnd: AuthenticatedLnd, over: AbortSignal) => Promise<T>;

/** One connection. It is broken when a call on it found nobody: an lnd that was started anew may be elsewhere. */
interface Dialled {
  readonly lnd: AuthenticatedLnd;
  readonly since: number;
  broken: boolean;
}

/** A broken line is not dialled more often than this, ms: dialling parses lnd's whole interface. */
const REDIAL_MS: number = 1 * SECOND;

const LATE: NodeFailure = { kind: 'timeout', status: undefined, said: 'no answer in time' };

/**
 * Opens a line. `whereabouts` is asked at each dial, since a node that was started anew may have another port or
 * certificate; it rejects with a TollkeeperError where there is nothing to dial.
 */
export function openLine(whereabouts: () => Promise<NodeAddress>, clock: Clock): NodeLine {
  let line: Dialled | undefined;
  let dialling: Promise<Dialled> | undefined;

  const hangUp = (): void => {
    if (line !== undefined) for (const service of Object.values(line.lnd)) service.close();
    line = undefined;
  };
  const connect = async (): Promise<Dialled> => {
    const { macaroon, ...port } = await whereabouts();
    line = { lnd: await dial(port, macaroon), since: clock.now(), broken: false };
    return line;
  };
  const connected = async (): Promise<Dialled> => {
    if (line?.broken && Math.abs(clock.now() - line.since) >= REDIAL_MS) hangUp();
    if (line !== undefined) return line;
    dialling ??= connect().finally(() => {
      dialling = undefined;
    });
    return dialling;
  };

  return {
    async ask(ms, call) {
      const on = await connected();
      const over = new AbortController();
      const called = (async () => call(on.lnd, over.signal))();
      const answer = await within(clock, ms, called);
      over.abort();
      if (!answer.ok && isAway(answer.failure)) on.broken = true;
      return answer;
    },
    close() {
      hangUp();
      dialling?.then(hangUp, () => undefined);
    },
  };
}

function isAway({ kind }: NodeFailure): boolean {
  return kind === 'unreachable' || kind === 'timeout';
}

/** The value of a call that ends in time, or why there is none. */
export async function within<T>(clock: Clock, ms: number, call: Promise<T>): Promise<Answer<T>> {
  const done = new AbortController();
  const late = clock.after(ms, done.signal).then((): Answer<T> => ({ ok: false, failure: LATE }));
  const told = call.then(
    (value): Answer<T> => ({ ok: true, value }),
    (thrown: unknown): Answer<T> => ({ ok: false, failure: failureOf(thrown) }),
  );
  try {
    return await Promise.race([told, late]);
  } finally {
    done.abort();
  }
}
