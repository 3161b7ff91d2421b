import type { Agent, buildConnector } from 'undici';
import type { Access } from './access.ts';
import { judgedLookup, type Resolve, refusedLiteral } from './resolver.ts';

/** How long connections may take to open, in ms, and how long a body may pause. */
export interface ConnectionLimits {
  readonly connectMs: number;
  readonly idleMs: number;
  /** Connections to one origin at a time, 16 if left out; further requests wait for one, within their deadline. */
  readonly connections?: number;
}

/** The longest header section that is read, in bytes; a macaroon and an invoice take about 2 kB. */
const MAX_HEADER_BYTES = 32_768;
/** How long an unused connection is kept, in ms, and at most however long the seller offers. */
const KEEP_ALIVE_MS = 4_000;
const KEEP_ALIVE_MAX_MS = 30_000;
const CONNECTIONS = 16;

/** The keep-alive connections of the process. */
export interface Connections {
  /** The agent for what was opened; the two never share a connection, so what was tightened is closed at once. */
  agentFor(access: Access): Agent;
  /** Breaks every connection off. */
  destroy(): Promise<void>;
}

/** Loads undici (only now: starting Tollkeeper must not pay for it) and prepares both agents; connects nothing. */
export async function openConnections(
  limits: ConnectionLimits,
  resolve: Resolve,
): Promise<Connections> {
  // CommonJS: only the default export survives bundling.
  const { default: undici } = await import('undici');
  const agent = (open: boolean): Agent =>
    new undici.Agent({
      connect: judgedConnector(undici.buildConnector, limits, resolve, open),
      connections: limits.connections ?? CONNECTIONS,
      // One protocol and one parser for money: HTTP/1.1, whatever the environment says.
      allowH2: false,
      useMilo: false,
      maxHeaderSize: MAX_HEADER_BYTES,
      bodyTimeout: limits.idleMs,
      // The deadline of the whole exchange ends a slow header section.
      headersTimeout: 0,
      keepAliveTimeout: KEEP_ALIVE_MS,
      keepAliveMaxTimeout: KEEP_ALIVE_MAX_MS,
    });
  const [closed, opened] = [agent(false), agent(true)];
  return {
    agentFor: access => (access.privateAddresses ? opened : closed),
    async destroy() {
      await Promise.all([closed.destroy(), opened.destroy()]);
    },
  };
}

/**
 * The one place that opens sockets. Literal addresses are judged here, because `net.connect` asks no lookup for
 * them; names are judged in the lookup.
 */
function judgedConnector(
  build: typeof buildConnector,
  limits: ConnectionLimits,
  resolve: Resolve,
  open: boolean,
): buildConnector.connector {
  const connect = build({
    allowH2: false,
    timeout: limits.connectMs,
    lookup: judgedLookup(resolve, open),
    autoSelectFamily: true,
    // Said outright, so that NODE_TLS_REJECT_UNAUTHORIZED cannot unsay it.
    rejectUnauthorized: true,
  });
  return (options, callback) => {
    const refusal = refusedLiteral(options.hostname, open);
    if (refusal === undefined) connect(options, callback);
    else queueMicrotask(() => callback(refusal, null));
  };
}
