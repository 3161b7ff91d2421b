import { type IncomingMessage, ServerResponse } from 'node:http';
import type { Duplex } from 'node:stream';
import { asTollkeeperError } from '../../base/index.ts';
import type { Desk } from './desk.ts';
import { judge } from './judge.ts';
import { lifeOf } from './limits.ts';
import type { Outcome } from './metrics.ts';
import { answerDenial } from './problem.ts';
import { type Passing, relay } from './relay.ts';
import { join, type Switched } from './tunnel.ts';
import { answerOn } from './turn.ts';

type OnSwitch = NonNullable<Passing['onSwitch']>;

/** Serves one request from its head to the end of its answer. Never rejects. */
export async function serve(
  desk: Desk,
  request: IncomingMessage,
  response: ServerResponse,
  onSwitch?: OnSwitch,
): Promise<void> {
  const startedAt = performance.now();
  const outcome = await answered(desk, request, response, onSwitch).catch((thrown: unknown) =>
    failed(desk, request, response, thrown),
  );
  desk.metrics.count(outcome, performance.now() - startedAt);
}

/** Serves a request for a WebSocket: judged before anything is switched, then both ways open. */
export async function serveUpgrade(
  desk: Desk,
  switched: Switched,
  request: IncomingMessage,
  socket: Duplex,
  head: Buffer,
): Promise<void> {
  // Nobody else listens, and an error that nobody hears would end the process.
  socket.on('error', () => socket.destroy());
  // It came before the answer to an earlier request, which it would run into.
  if (answerOn(socket) !== undefined) return void socket.destroy();
  const response = responseOn(request, socket);
  const isWebSocket = request.headers.upgrade?.toLowerCase() === 'websocket';
  // Another protocol is not switched to: the request is answered in this one (RFC 9110 §7.8).
  if (!isWebSocket || request.method !== 'GET') return serve(desk, request, response);
  await serve(desk, request, response, (headers, upstream, { place }) => {
    response.detachSocket(socket as never);
    socket.write(switching(headers));
    upstream.write(head);
    const limits = { idleMs: desk.limits.idleMs, lifeMs: lifeOf(desk.limits, place) };
    const tunnel = join(socket, upstream, limits, desk.clock);
    switched.tunnels.add(tunnel);
    void tunnel.closed.then(() => switched.tunnels.delete(tunnel));
    if (switched.draining) tunnel.close();
  });
}

async function answered(
  desk: Desk,
  request: IncomingMessage,
  response: ServerResponse,
  onSwitch: OnSwitch | undefined,
): Promise<Outcome> {
  const judgement = await judge(desk, request, response);
  if (judgement.kind === 'denied') {
    const { denial, isGrpc } = judgement;
    answerDenial(request, response, denial, isGrpc);
    return denial.status === 402 ? 'charged' : 'refused';
  }
  const { pass, admitted } = judgement;
  const passing = { request, response, pass, admitted };
  return relay(desk, onSwitch === undefined ? passing : { ...passing, onSwitch });
}

/** A client that left while its body was read is no failure; anything else is ours. */
function failed(
  { log }: Desk,
  request: IncomingMessage,
  response: ServerResponse,
  thrown: unknown,
): Outcome {
  if (request.destroyed || response.destroyed) return 'client_left';
  const { code } = asTollkeeperError(thrown);
  log.error({ cause: thrown }, 'A request could not be served.');
  if (response.headersSent) response.destroy();
  else answerDenial(request, response, { status: 500, code, headers: [] }, false);
  return 'refused';
}

/** Node hands the bare socket over; an answer that switches nothing is an ordinary one, and the last on it. */
function responseOn(request: IncomingMessage, socket: Duplex): ServerResponse {
  const response = new ServerResponse(request);
  response.shouldKeepAlive = false;
  response.assignSocket(socket as never);
  response.once('finish', () => {
    response.detachSocket(socket as never);
    socket.end(() => socket.destroy());
  });
  return response;
}

function switching(headers: readonly string[]): string {
  const lines = headers.map((text, at) => (at % 2 === 0 ? `${text}: ` : `${text}\r\n`)).join('');
  return `HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n${lines}\r\n`;
}
