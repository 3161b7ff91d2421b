import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Charge, Pass, Place, Refusal, Visitor } from '../toll.ts';
import { type Arrival, arrivalOf } from './arrival.ts';
import { readBody } from './body.ts';
import { boundBody, invited, type Message, TOO_LARGE } from './bound-body.ts';
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
  const message = { request, response };
  const arrived = arrivalOf(request);
  if (!arrived.ok) return denied({ ...arrived, status: 400, headers: [] }, false);
  const arrival = arrived.value;
  const place = await placeOf(desk, request, arrival);
  if (isDenial(place)) return denied(place, arrival.isGrpc);
  const address = desk.clientAddress(request.socket.remoteAddress ?? '', arrival.forwardedFor);
  const { authorization, grpcMacaroon, macaroon, clientKey } = arrival;
  const visitor = { authorization, grpcMacaroon, macaroon, clientKey, address };
  if (place.bindsBody) return judgeBound(desk, message, { arrival, place, visitor });
  const verdict = await desk.toll.admit(place, visitor);
  if (verdict.kind !== 'admitted') return denied(denialOf(verdict), arrival.isGrpc);
  const body = await smallBody(arrival, verdict, message);
  return { kind: 'pass', pass: verdict, admitted: { arrival, address, body } };
}

/** A request and its way, before it is judged. */
interface Arrived {
  readonly arrival: Arrival;
  readonly place: Place;
  readonly visitor: Visitor;
}

async function judgeBound(
  desk: Desk,
  message: Message,
  { arrival, place, visitor }: Arrived,
): Promise<Judgement> {
  const body = await boundBody(desk, place, visitor, message);
  if ('status' in body) return denied(body, arrival.isGrpc);
  const { digest: bodyDigest, bytes } = body;
  const verdict = await desk.toll.admit(place, { ...visitor, bodyDigest });
  if (verdict.kind !== 'admitted') return denied(denialOf(verdict), arrival.isGrpc);
  if (bytes === undefined) {
    await verdict.giveBack();
    return denied(BODY_GONE, arrival.isGrpc);
  }
  return {
    kind: 'pass',
    pass: verdict,
    admitted: { arrival, address: visitor.address, body: bytes },
  };
}

function denialOf(verdict: Charge | Refusal): Denial {
  return verdict.kind === 'refused' ? denialOfRefusal(verdict) : denialOfCharge(verdict);
}

/** It may pass since a change that came while its body was read for its digest alone. */
const BODY_GONE: Denial = { status: 503, code: 'upstream_failed', headers: ['Retry-After', '1'] };

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
  message: Message,
): Promise<Buffer | undefined> {
  if (length === 0 || length > SMALL_BODY_BYTES) return undefined;
  try {
    return await readBody(invited(message), SMALL_BODY_BYTES);
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
