import type { IncomingMessage, ServerResponse } from 'node:http';
import { sha256 } from '../../base/index.ts';
import type { Place, Visitor } from '../toll.ts';
import { hashBody, readBody } from './body.ts';
import type { Desk } from './desk.ts';
import { type Denial, denialOfRefusal } from './problem.ts';

/** A request and what it is answered with. */
export interface Message {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
}

/** A body that a token may be bound to. */
export interface BoundBody {
  /** Its SHA-256, in hex. */
  readonly digest: string;
  /** Only where it may be forwarded. */
  readonly bytes: Buffer | undefined;
}

/** The answer to a body that is too large. */
export const TOO_LARGE: Denial = { status: 413, code: 'body_too_large', headers: [] };

/** Reads the body of a request to a place that binds bodies. Of what will not be forwarded nothing is kept. */
export async function boundBody(
  { toll, limits: { boundBodyBytes } }: Desk,
  place: Place,
  visitor: Visitor,
  message: Message,
): Promise<BoundBody | Denial> {
  const foreseen = await toll.foresee(place, visitor);
  if (foreseen.kind === 'refused') return denialOfRefusal(foreseen);
  const request = invited(message);
  if (foreseen.needsBody) {
    const bytes = await readBody(request, boundBodyBytes);
    return bytes === undefined ? TOO_LARGE : { digest: sha256(bytes), bytes };
  }
  const digest = await hashBody(request, boundBodyBytes);
  return digest === undefined ? TOO_LARGE : { digest, bytes: undefined };
}

/** A request whose body is wanted: who sends `Expect: 100-continue` waits for the word (RFC 9110 §10.1.1). */
export function invited({ request, response }: Message): IncomingMessage {
  if (request.headers.expect !== undefined) response.writeContinue();
  return request;
}
