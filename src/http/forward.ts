import type { Duplex } from 'node:stream';
import type { Refused } from '../base/index.ts';
import type { Access } from './access.ts';
import { type ConnectionLimits, openConnections } from './connection.ts';
import { dispatch } from './forward-dispatch.ts';
import { type Resolve, systemResolve } from './resolver.ts';
import { openWait } from './waiting.ts';

/** One request as it is passed on. */
export interface Forwarding {
  /** Absolute; what comes after its origin is sent verbatim. */
  readonly url: string;
  readonly method: string;
  /** Names and values by turns; without what frames a message, which is said here. */
  readonly headers: readonly string[];
  /** What comes in pieces is read as fast as it can be sent on. Its failure is the request's. */
  readonly body: AsyncIterable<Uint8Array> | Uint8Array | null;
  /** How long the answer's header section may take once the request is sent, and a connection before, ms. */
  readonly timeoutMs: number;
  readonly access: Access;
  /** The protocol that is to be switched to, if any (RFC 9110 §7.8). */
  readonly upgrade?: string;
}

/** Who takes an answer, as it comes. `end`, `switched` or `failed` is called once, and nothing after it. */
export interface Taker {
  /** The status and the header lines, names and values by turns, as untrusted as the body. */
  head(status: number, headers: readonly string[]): void;
  data(piece: Buffer): void;
  /** The answer is whole. */
  end(): void;
  /** The upstream switched protocols: the socket is the taker's. */
  switched(headers: readonly string[], socket: Duplex): void;
  /** There is no answer, or no more of it: `HTTP_TIMEOUT`, `upstream_busy`, `SSRF_BLOCKED`, `url_invalid` or `L402TransportError`. */
  failed(refused: Refused): void;
}

/** A request on its way. */
export interface Sending {
  /** Reads no more of the answer until it is resumed; what is on its way may still come. */
  pause(): void;
  resume(): void;
  /** Gives the request up; the taker hears no more. */
  abort(): void;
}

/** The way to configured upstreams: each connection judged as in `Egress`, but bodies stream, and nothing is followed. */
export interface Forward {
  send(forwarding: Forwarding, taker: Taker): Sending;
  /** Breaks off whatever runs. */
  close(): Promise<void>;
}

/** What a way to upstreams is bounded by. */
export interface ForwardLimits extends ConnectionLimits {
  /** Requests that wait for a connection to one origin; further ones fail with `upstream_busy`. */
  readonly waiting: number;
}

/** Prepares the way; connects nothing. `resolve` is for tests. */
export async function openForward(
  limits: ForwardLimits,
  { resolve = systemResolve }: { readonly resolve?: Resolve } = {},
): Promise<Forward> {
  const connections = await openConnections(limits, resolve);
  const wait = openWait(limits.waiting);
  return {
    send: (forwarding, taker) =>
      dispatch(connections.agentFor(forwarding.access), wait, forwarding, taker),
    close: () => connections.destroy(),
  };
}
