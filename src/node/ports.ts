import { connect, createServer } from 'node:net';
import { type Clock, ok, type Result, refuse, SECOND } from '../base/index.ts';

/** Where lnd listens, on loopback alone. */
export interface Ports {
  readonly rpc: number;
  readonly peer: number;
}

/** What the settings say: 0 takes the usual one, or the next that is free. */
export interface WantedPorts {
  readonly rpcPort: number;
  readonly peerPort: number;
}

const LOOPBACK = '127.0.0.1';
const USUAL: Ports = { rpc: 10_009, peer: 19_735 };
/** How many ports are tried from the usual one on. */
const MOST_TRIED = 100;

/** Chooses the ports of a run. Refused with `port_taken` where a named one is in use, and with `node_config_invalid`. */
export async function choosePorts({ rpcPort, peerPort }: WantedPorts): Promise<Result<Ports>> {
  if (rpcPort !== 0 && rpcPort === peerPort) {
    return refuse('node_config_invalid', 'lnd.rpcPort and lnd.peerPort have to differ.');
  }
  const rpc = await choose('lnd.rpcPort', rpcPort, USUAL.rpc, peerPort);
  if (!rpc.ok) return rpc;
  const peer = await choose('lnd.peerPort', peerPort, USUAL.peer, rpc.value);
  return peer.ok ? ok({ rpc: rpc.value, peer: peer.value }) : peer;
}

async function choose(
  setting: string,
  named: number,
  usual: number,
  other: number,
): Promise<Result<number>> {
  if (named !== 0) {
    return (await isFree(named)) ? ok(named) : refuse('port_taken', `${setting} is ${named}.`);
  }
  for (let port = usual; port < usual + MOST_TRIED; port += 1) {
    if (port !== other && (await isFree(port))) return ok(port);
  }
  return refuse('port_taken', `None is free from ${usual} on; name one with ${setting}.`);
}

/** Whether a port can be bound, which nothing but binding it shows. */
function isFree(port: number): Promise<boolean> {
  return new Promise(resolve => {
    const server = createServer();
    server.once('error', () => resolve(false));
    server.listen({ port, host: LOOPBACK, exclusive: true }, () =>
      server.close(() => resolve(true)),
    );
  });
}

/** How long somebody on this machine may take to accept a connection, ms. */
const ACCEPT_MS: number = 1 * SECOND;

/** Whether anybody listens at a `host:port` of this machine. */
export async function isListening(socket: string, clock: Clock): Promise<boolean> {
  const { hostname, port } = new URL(`tcp://${socket}`);
  const done = new AbortController();
  const wire = connect({ host: hostname, port: Number(port) });
  const accepted = new Promise<boolean>(resolve => {
    wire.once('connect', () => resolve(true));
    wire.once('error', () => resolve(false));
  });
  try {
    return await Promise.race([accepted, clock.after(ACCEPT_MS, done.signal).then(() => false)]);
  } finally {
    done.abort();
    wire.destroy();
  }
}
