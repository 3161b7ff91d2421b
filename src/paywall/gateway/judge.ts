import type { IncomingMessage, ServerResponse } from 'node:http';
import { sha256 } from '../../base/index.ts';
import type { Pass, Place } from '../toll.ts';
import { type Arrival, arrivalOf } from './arrival.ts';
import { readBody } from './body.ts';
import type { Desk } from './desk.ts';
import { type Denial, denialOfCharge, denialOfRefusal } from './problem.ts';

/** Leave to forward a request, or the answer that it gets instead. */
export type Judgement =
  | { readonly kind: 'pass'; readonly pass: Pass; readonly admitted: Admitted }
  | { readonly kind: 'denied'; readonly denial: Denial; readonly isGrpc: boolean };

/** What forwarding needs to know of a request. */
export interface Admitted {
  readonly arrival: Arrival;
  readonly address: string;
  /** The body, where it had to be read before. */
  readonly body: Buffer | undefined;
}

/** A body up to this size is read whole before it is forwarded, and then sent in one write; bytes. */
const SMALL_BODY_BYTES = 65_536;

/** Judges a request: its form first, then where it goes, then whether it may. Takes a use where it may. */
export async function judge(
  desk: Desk,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<Judgement> {
  const arrived = arrivalOf(request);
  if (!arrived.ok) return denied({ ...arrived, status: 400, headers: [] }, false);
  const arrival = arrived.value;
  const place = await placeOf(desk, request, arrival);
  if (isDenial(place)) return denied(place, arrival.isGrpc);
  const read: Read = most => readWhole(request, response, most);
  const bound = place.bindsBody ? await read(desk.limits.boundBodyBytes) : NOT_BOUND;
  if (bound === undefined) return denied(TOO_LARGE, arrival.isGrpc);
  const address = desk.clientAddress(request.socket.remoteAddress ?? '', arrival.forwardedFor);
  const { authorization, grpcMacaroon, macaroon, clientKey } = arrival;
  const bodyDigest = bound === NOT_BOUND ? undefined : sha256(bound);
  const visitor = { authorization, grpcMacaroon, macaroon, clientKey, address, bodyDigest };
  const verdict = await desk.toll.admit(place, visitor);
  if (verdict.kind === 'refused') return denied(denialOfRefusal(verdict), arrival.isGrpc);
  if (verdict.kind === 'charged') return denied(denialOfCharge(verdict), arrival.isGrpc);
  const body = bound === NOT_BOUND ? await smallBody(arrival, verdict, read) : bound;
  return { kind: 'pass', pass: verdict, admitted: { arrival, address, body } };
}

type Read = (most: number) => Promise<Buffer | undefined>;

/** The body where none is bound to a token. */
const NOT_BOUND: Buffer = Buffer.alloc(0);
const TOO_LARGE: Denial = { status: 413, code: 'body_too_large', headers: [] };

/** Where a request goes, unless it is too large for it or comes from this very gateway. */
async function placeOf(
  { toll, pseudonym, limits }: Desk,
  request: IncomingMessage,
  arrival: Arrival,
): Promise<Place | Denial> {
  if (request.headers.via?.includes(pseudonym)) {
    return { status: 508, code: 'upstream_invalid', detail: 'It is the gateway.', headers: [] };
  }
  const found = await toll.find(arrival);
  if ('kind' in found) return denialOfRefusal(found);
  const most = found.bindsBody ? limits.boundBodyBytes : limits.bodyBytes;
  return (arrival.length ?? 0) > most ? TOO_LARGE : found;
}

/** The body, if it is small. Who leaves meanwhile had nothing forwarded, so the use is given back. */
async function smallBody(
  { length = 0 }: Arrival,
  pass: Pass,
  read: Read,
): Promise<Buffer | undefined> {
  if (length === 0 || length > SMALL_BODY_BYTES) return undefined;
  try {
    return await read(SMALL_BODY_BYTES);
  } catch (left) {
    await pass.giveBack();
    throw left;
  }
}

function denied(denial: Denial, isGrpc: boolean): Judgement {
  return { kind: 'denied', denial, isGrpc };
}

function isDenial(found: Place | Denial): found is Denial {
  return 'status' in found;
}

/** Who sends `Expect: 100-continue` waits for a word before the body (RFC 9110 §10.1.1). */
function readWhole(
  request: IncomingMessage,
  response: ServerResponse,
  limit: number,
): Promise<Buffer | undefined> {
  if (request.headers.expect !== undefined) response.writeContinue();
  return readBody(request, limit);
}
