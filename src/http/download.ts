import type { Agent, Dispatcher } from 'undici';
import { ok, type Refused, type Result, refuse, TollkeeperError } from '../base/index.ts';
import { placementOf, rangeHeaders, validatorOf } from './continuation.ts';
import { startDeadline } from './deadline.ts';
import { refusalOf } from './failure.ts';
import { openPartialFile, type PartialFile } from './partial-file.ts';
import { nextHop } from './redirect.ts';
import { onTheWire, type Sendable } from './request.ts';
import { parseTarget } from './target.ts';

/** A file to fetch, and its bounds. */
export interface Download {
  /** https, or http on this machine itself. */
  readonly url: string;
  /** Where it grows. What an earlier call left there, and in `<path>.tag`, is gone on from. */
  readonly path: string;
  readonly maxBytes: number;
  /** How long a connection may take to open, a server may pause, and everything together may take, ms. */
  readonly connectMs: number;
  readonly idleMs: number;
  readonly totalMs: number;
  /** Told of the bytes that are there and, where the server says it, of how many there will be. */
  readonly onProgress?: ((done: number, total: number | undefined) => void) | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** GitHub takes one to its storage; mirrors add some. */
const MOST_REDIRECTS = 5;
/** How much of an answer that is not the file is read, so that its connection can be used again, bytes. */
const LITTLE = { limit: 16_384 };

interface Trip extends Download {
  readonly agent: Agent;
  readonly signal: AbortSignal;
  readonly file: PartialFile;
}

/**
 * Fetches a large file whose hash its caller knows, resuming what was begun. `invalid_input` for a URL that it does
 * not fetch from, `download_failed` (run again, it goes on), `disk_full`. Rejects with `store_unavailable`.
 *
 * Unlike a purchase it is not kept from private addresses: an operator named the URL, an agent never does, nothing
 * of the answer is shown to anybody, and a file of another hash than the pinned one is thrown away.
 */
export async function download(order: Download): Promise<Result<void>> {
  const first = parseTarget(order.url);
  if (!first.ok || !isFetchable(first.value)) {
    return refuse(
      'invalid_input',
      'A file is fetched from an https URL, or an http one of this machine.',
    );
  }
  const agent = await openAgent(order);
  const { signal, clear } = startDeadline(order.totalMs, order.signal);
  let file: PartialFile | undefined;
  try {
    file = await openPartialFile(order.path);
    return await pursue(first.value, { ...order, agent, signal, file });
  } catch (thrown) {
    return failureOf(thrown);
  } finally {
    clear();
    await agent.destroy();
    await file?.close();
  }
}

async function openAgent({ connectMs, idleMs }: Download): Promise<Agent> {
  const { default: undici } = await import('undici');
  return new undici.Agent({
    // Said outright, so that NODE_TLS_REJECT_UNAUTHORIZED cannot unsay it.
    connect: { timeout: connectMs, autoSelectFamily: true, rejectUnauthorized: true },
    allowH2: false,
    useMilo: false,
    headersTimeout: idleMs,
    bodyTimeout: idleMs,
  });
}

/** Follows a URL to the file and takes it. */
async function pursue(first: URL, trip: Trip): Promise<Result<void>> {
  let url = first;
  for (let hops = 0; ; hops++) {
    const request = requestFor(url, trip.file);
    const answer = await trip.agent.request({ ...onTheWire(request, url), signal: trip.signal });
    const head = { status: answer.statusCode, headers: answer.headers, bytes: new Uint8Array() };
    const next = nextHop(head, request, url, MOST_REDIRECTS - hops);
    if (!next.ok) return failed(next.detail);
    if (next.value === undefined) return take(answer, first, trip);
    if (!isFetchable(next.value)) return failed('It redirected to plain http.');
    await answer.body.dump(LITTLE);
    url = next.value;
  }
}

/** Takes the body if it is the file or the rest of it; another part means that the file is begun anew. */
async function take(
  answer: Dispatcher.ResponseData,
  first: URL,
  trip: Trip,
): Promise<Result<void>> {
  const { statusCode: status, headers, body } = answer;
  const { file } = trip;
  const place = placementOf({ status, headers }, file);
  if (place !== undefined) {
    if (place.from === 0) await file.restart(validatorOf({ headers }));
    return receive(body, place.total, trip);
  }
  if (file.size === 0 || (status !== 206 && status !== 416)) {
    return failed(`The server answered with status ${status}.`);
  }
  await file.restart(undefined);
  await body.dump(LITTLE);
  return pursue(first, trip);
}

async function receive(
  body: AsyncIterable<Uint8Array>,
  total: number | undefined,
  { file, maxBytes, onProgress }: Trip,
): Promise<Result<void>> {
  if (total !== undefined && total > maxBytes) return failed('It is larger than it may be.');
  onProgress?.(file.size, total);
  for await (const piece of body) {
    if (file.size + piece.length > maxBytes) {
      // So much of it can be no part of what was wanted.
      await file.restart(undefined);
      return failed('It is larger than it may be.');
    }
    await file.append(piece);
    onProgress?.(file.size, total);
  }
  if (total === undefined || file.size === total) return ok(undefined);
  return failed('It broke off before its end.');
}

function requestFor(url: URL, file: PartialFile): Sendable {
  const headers = { accept: '*/*', 'accept-encoding': 'identity', 'user-agent': 'tollkeeper' };
  return {
    url,
    follow: true,
    method: 'GET',
    headers: { ...headers, ...rangeHeaders(file) },
    body: null,
  };
}

/** Plain http never leaves the machine: a mirror of one's own, or a test's. */
function isFetchable({ protocol, hostname }: URL): boolean {
  return protocol === 'https:' || /^(localhost|127\.\d+\.\d+\.\d+|\[::1\])$/.test(hostname);
}

function failureOf(thrown: unknown): Refused {
  const code = thrown instanceof TollkeeperError ? thrown.code : undefined;
  if (code === 'disk_full') return refuse(code);
  if (code === 'store_unavailable') throw thrown;
  if (code === 'cancelled') return failed('It was stopped before its end.');
  const refusal = refusalOf(thrown);
  if (refusal.code === 'HTTP_TIMEOUT') return failed('It took too long.');
  return failed(refusal.detail ?? 'The server could not be reached.');
}

function failed(detail: string | undefined): Refused {
  return refuse('download_failed', detail);
}
