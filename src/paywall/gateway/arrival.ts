import type { IncomingMessage } from 'node:http';
import { ok, type Refused, type Result, refuse } from '../../base/index.ts';
import { isCredentialLine } from '../../l402/index.ts';

/** A request whose framing and headers can mean only one thing. */
export interface Arrival {
  readonly method: string;
  readonly host: string;
  readonly target: string;
  /** Its header lines, names and values by turns, as they came. */
  readonly lines: readonly string[];
  readonly authorization: readonly string[];
  readonly grpcMacaroon: string | undefined;
  readonly macaroon: string | undefined;
  readonly clientKey: string | undefined;
  /** All `X-Forwarded-For` lines as one. */
  readonly forwardedFor: string;
  /** Bytes of its body; undefined where it is sent in chunks. */
  readonly length: number | undefined;
  /** gRPC, which wants every answer as an HTTP 200 (`grpc-status` says what it is). */
  readonly isGrpc: boolean;
}

const MOST_LINES = 100;
/** Names that may come once at most, and are ours to read. */
const SINGLE = ['grpc-metadata-macaroon', 'macaroon', 'l402-client-key'] as const;

/**
 * Judges what Node's strict parser leaves to us (it refuses folded lines, conflicting lengths, broken chunks, bare CR
 * and LF): each rule closes a way to make us and the upstream see two different requests. Else `invalid_input`.
 */
export function arrivalOf(request: IncomingMessage): Result<Arrival> {
  const { method = '', url: target = '', rawHeaders: lines } = request;
  if (lines.length > MOST_LINES * 2) return bad('It has too many header lines.');
  if (!target.startsWith('/')) return bad('Its request-target is not in origin form.');
  const headers = gathered(lines);
  const fault = doubleFault(headers) ?? framingFault(request, headers);
  if (fault !== undefined) return fault;
  const first = (name: string): string | undefined => headers.get(name)?.[0];
  return ok({
    method,
    host: first('host') ?? '',
    target,
    lines,
    authorization: headers.get('authorization') ?? [],
    grpcMacaroon: first('grpc-metadata-macaroon'),
    macaroon: first('macaroon'),
    clientKey: first('l402-client-key'),
    forwardedFor: (headers.get('x-forwarded-for') ?? []).join(','),
    length: headers.has('transfer-encoding') ? undefined : Number(first('content-length') ?? 0),
    isGrpc: /^application\/grpc(?:$|[+; ])/i.test(first('content-type') ?? ''),
  });
}

type Headers = ReadonlyMap<string, readonly string[]>;

/** Of two lines one server reads the first and another the last. The toll itself compares credentials of ours. */
function doubleFault(headers: Headers): Refused | undefined {
  if (headers.get('host')?.length !== 1) return bad('It needs exactly one Host line.');
  const isDouble = SINGLE.some(name => (headers.get(name)?.length ?? 0) > 1);
  if (isDouble) return bad('A credential is given twice.');
  const others = (headers.get('authorization') ?? []).filter(line => !isCredentialLine(line));
  return new Set(others).size > 1 ? bad('Its Authorization lines differ.') : undefined;
}

/** RFC 9112 §6.1 and §6.3. GET and HEAD with a body have no meaning that two servers would agree on. */
function framingFault(request: IncomingMessage, headers: Headers): Refused | undefined {
  const coding = headers.get('transfer-encoding');
  const isChunked = coding !== undefined;
  if (isChunked && (coding.length > 1 || coding[0]?.toLowerCase() !== 'chunked')) {
    return bad('Its Transfer-Encoding is not chunked.');
  }
  if (isChunked && request.httpVersion !== '1.1') return bad('HTTP/1.0 has no chunks.');
  const hasBody = isChunked || Number(headers.get('content-length')?.[0] ?? 0) > 0;
  const takesNone = request.method === 'GET' || request.method === 'HEAD';
  return hasBody && takesNone ? bad('GET and HEAD carry no body.') : undefined;
}

/** The values of the names that matter here, in order; names in lower case. */
function gathered(lines: readonly string[]): Headers {
  const headers = new Map<string, string[]>();
  for (let at = 0; at < lines.length; at += 2) {
    const name = (lines[at] ?? '').toLowerCase();
    const values = headers.get(name);
    if (values === undefined) headers.set(name, [lines[at + 1] ?? '']);
    else values.push(lines[at + 1] ?? '');
  }
  return headers;
}

function bad(detail: string): Refused {
  return refuse('invalid_input', `The request is refused. ${detail}`);
}
