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

/** A line to some services of one node, dialled when it is first needed and anew after it broke. */
export interface Line<Services> {
  /**
   * Makes a call that ends within `ms`, whatever lnd does: gRPC itself waits for ever. What lnd does after that still
   * counts; `over` aborts once nobody waits for it any more. A call that does not heed it keeps its connection, and
   * this process, until lnd answers. Rejects only with what dialling rejects with.
   */
  ask<T>(ms: number, call: Call<T, Services>): Promise<Answer<T>>;
  close(): void;
}

/** A line to whatever a macaroon allows. */
export type NodeLine = Line<AuthenticatedLnd>;

/** What is done on a line. */
export type Call<T, Services = AuthenticatedLnd> = (
  services: Services,
  over: AbortSignal,
) => Promise<T>;

/** One connection. It is broken when a call on it found nobody: an lnd that was started anew may be elsewhere. */
interface Dialled<Services> {
  readonly services: Services;
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
  return openLineBy(async () => {
    const { macaroon, ...port } = await whereabouts();
    return dial(port, macaroon);
  }, clock);
}

/** The same to whatever is dialled. */
export function openLineBy<Services extends object>(
  connectTo: () => Promise<Services>,
  clock: Clock,
): Line<Services> {
  let line: Dialled<Services> | undefined;
  let dialling: Promise<Dialled<Services>> | undefined;

  const hangUp = (): void => {
    if (line !== undefined) for (const service of Object.values(line.services)) service.close();
    line = undefined;
  };
  const connect = async (): Promise<Dialled<Services>> => {
    line = { services: await connectTo(), since: clock.now(), broken: false };
    return line;
  };
  const connected = async (): Promise<Dialled<Services>> => {
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
      const called = (async () => call(on.services, over.signal))();
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
