import type { IncomingMessage, ServerResponse } from 'node:http';
import { type Code, problem } from '../../base/index.ts';
import type { Charge, Refusal } from '../toll.ts';
import { endAnswer } from './last-piece.ts';

/** An answer of the gateway's own: why nothing is forwarded. */
export interface Denial {
  readonly status: number;
  readonly code: Code;
  readonly detail?: string | undefined;
  /** Header lines, names and values by turns. */
  readonly headers: readonly string[];
  /** What it would cost, msat. */
  readonly amountMsats?: number;
}

/** What gRPC calls a status (grpc/doc/http-grpc-status-mapping.md); 13 for 402, as Aperture says it. */
const GRPC: Readonly<Record<number, number>> = {
  400: 3,
  401: 16,
  402: 13,
  403: 7,
  404: 12,
  405: 12,
  413: 8,
  429: 8,
  502: 14,
  503: 14,
  504: 4,
};
const GRPC_INTERNAL = 13;
const GRPC_PAYMENT = 'payment required';

/** A charge of the toll as an answer: both challenges, LSAT first, since some clients read only the first line. */
export function denialOfCharge({ challenge, amount, code, detail }: Charge): Denial {
  const [lsat, l402] = challenge;
  const headers = ['WWW-Authenticate', lsat, 'WWW-Authenticate', l402];
  return { status: 402, code, detail, headers, amountMsats: Number(amount) };
}

/** A refusal of the toll as an answer. */
export function denialOfRefusal({
  status,
  code,
  detail,
  allow,
  retryAfterSeconds,
}: Refusal): Denial {
  const headers = allow === undefined ? [] : ['Allow', allow.join(', ')];
  if (retryAfterSeconds !== undefined) headers.push('Retry-After', String(retryAfterSeconds));
  return { status, code, detail, headers };
}

/** What a forwarding came to that failed, as an answer. */
export function denialOfFailure(code: Code): Denial {
  if (code === 'body_too_large') return { status: 413, code, headers: [] };
  if (code === 'rate_limited') return { status: 429, code, headers: SOON };
  if (code === 'upstream_busy') return { status: 503, code, headers: SOON };
  const isLate = code === 'HTTP_TIMEOUT';
  return isLate
    ? { status: 504, code: 'upstream_late', headers: [] }
    : { status: 502, code: 'upstream_failed', headers: [] };
}

const SOON = ['Retry-After', '1'];

/** The largest rest of a body that is read for nothing, so that its connection can be used again; bytes. */
const MOST_REST_BYTES = 65_536;

/** Answers with a problem (RFC 9457), or as gRPC wants it. No cache keeps it: each answer is one client's. */
export function answerDenial(
  request: IncomingMessage,
  response: ServerResponse,
  denial: Denial,
  isGrpc: boolean,
): void {
  if (!isReusable(request)) response.shouldKeepAlive = false;
  const common = [
    ...denial.headers,
    'Cache-Control',
    'no-store',
    'X-Content-Type-Options',
    'nosniff',
  ];
  const body = isGrpc ? beginGrpc(response, denial, common) : begin(response, denial, common);
  endAnswer(request, response, body);
}

function begin(response: ServerResponse, denial: Denial, common: readonly string[]): string {
  const { status, code, amountMsats } = denial;
  const { message: title, hint, retry } = problem(code, denial.detail);
  const body = JSON.stringify({ title, status, code, hint, retry, amountMsats });
  const length = String(Buffer.byteLength(body));
  const lines = ['Content-Type', 'application/problem+json', 'Content-Length', length];
  response.writeHead(status, [...common, ...lines]);
  return body;
}

/** gRPC's answer without a message: its status stands in the head. Text outside ASCII is percent-encoded there. */
function beginGrpc(response: ServerResponse, denial: Denial, common: readonly string[]): undefined {
  const { status, code, detail } = denial;
  const said = status === 402 ? GRPC_PAYMENT : encodeURI(problem(code, detail).message);
  const grpcStatus = String(GRPC[status] ?? GRPC_INTERNAL);
  const lines = ['Content-Type', 'application/grpc', 'Grpc-Status', grpcStatus];
  response.writeHead(200, [...common, ...lines, 'Grpc-Message', said, 'Content-Length', '0']);
}

/** Whether the connection can go on: what is left of the body is short. Node closes it where `Expect` was not met. */
function isReusable({ complete, headers }: IncomingMessage): boolean {
  if (complete) return true;
  const isShort = Number(headers['content-length'] ?? 0) <= MOST_REST_BYTES;
  return headers['transfer-encoding'] === undefined && isShort;
}
