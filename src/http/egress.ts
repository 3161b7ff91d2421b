import { refuse } from '../base/index.ts';
import type { Judge } from './access.ts';
import { type ConnectionLimits, type Connections, openConnections } from './connection.ts';
import { startDeadline } from './deadline.ts';
import { type Exchanged, exchange } from './exchange.ts';
import { type Outgoing, sendable } from './request.ts';
import { type Resolve, systemResolve } from './resolver.ts';

/** The bounds of one exchange. */
export interface Limits extends ConnectionLimits {
  /** Bytes of a body, as they come and again as they are after decompression. */
  readonly maxBodyBytes: number;
  /** Milliseconds for everything together: names, connections, redirects, bodies. */
  readonly totalMs: number;
  /** Redirects followed; more than 3 count as 3. */
  readonly maxRedirects: number;
}

/** The most redirects that are ever followed, whatever the settings say. */
const MOST_REDIRECTS = 3;

/** The one way out to the network. */
export interface Egress {
  /**
   * Sends a request and waits for its whole answer. Never throws for what the network does: `url_invalid`,
   * `HEADER_INVALID`, `invalid_input`, `SSRF_BLOCKED`, `REDIRECT_BLOCKED`, `BODY_LIMIT`, `HTTP_TIMEOUT`,
   * `L402TransportError`, `cancelled` (the signal), or the judge's own refusal.
   */
  exchange(outgoing: Outgoing, judge: Judge, signal?: AbortSignal): Promise<Exchanged>;
  /** Breaks off whatever runs and refuses whatever comes. */
  close(): Promise<void>;
}

/** Prepares the way out; nothing is loaded or connected before the first exchange. `resolve` is for tests. */
export function openEgress(
  limits: Limits,
  { resolve = systemResolve }: { readonly resolve?: Resolve } = {},
): Egress {
  let connections: Promise<Connections> | undefined;
  let closed = false;
  return {
    async exchange(outgoing, judge, caller) {
      const request = sendable(outgoing);
      if (!request.ok) return { ...request, reached: false };
      if (closed)
        return { ...refuse('L402TransportError', 'Tollkeeper is closing.'), reached: false };
      connections ??= openConnections(limits, resolve);
      const { signal, clear } = startDeadline(limits.totalMs, caller);
      const { maxBodyBytes } = limits;
      const maxRedirects = Math.min(limits.maxRedirects, MOST_REDIRECTS);
      try {
        const terms = { judge, maxBodyBytes, maxRedirects, signal };
        return await exchange(await connections, request.value, terms);
      } finally {
        clear();
      }
    },
    async close() {
      closed = true;
      await (await connections)?.destroy();
    },
  };
}
