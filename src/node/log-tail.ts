import { open, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { type Clock, SECOND } from '../base/index.ts';
import type { NodePlace } from './place.ts';
import { redacted } from './redact.ts';

/** How much of a file's end is read for its last lines, bytes. */
const MOST_BYTES = 1 << 20;
/** How often a log that is followed is looked at, ms. */
const LOOK_MS: number = SECOND / 2;

/** Where lnd writes its log. */
function logOf(place: NodePlace): string {
  return join(place.logs, 'bitcoin', place.network, 'lnd.log');
}

/** The last lines that lnd wrote, `most` at most, oldest first; what looks like a secret is left out. */
export async function lastLines(place: NodePlace, most: number): Promise<string[]> {
  // Its output has what it said last when it did not come far enough to write a log.
  const [logged, said] = await Promise.all([endOf(logOf(place)), endOf(place.output)]);
  const lines = [logged, said].flatMap(end => [...end.lines, end.rest]);
  return lines
    .filter(line => line.trim() !== '')
    .slice(-most)
    .map(redacted);
}

/** The last lines of lnd's log, `most` at most, and then what it goes on to write, until the signal aborts. */
export async function* followLog(
  place: NodePlace,
  most: number,
  clock: Clock,
  signal: AbortSignal,
): AsyncGenerator<string[]> {
  const path = logOf(place);
  let { lines, rest, size: from } = await endOf(path);
  lines = lines.slice(-most);
  while (!signal.aborted) {
    if (lines.length > 0) yield lines.map(redacted);
    await clock.after(LOOK_MS, signal);
    const size = await sizeOf(path);
    // lnd begins a new file when one has grown too large.
    if (size < from) [from, rest] = [0, ''];
    const text = await read(path, Math.max(from, size - MOST_BYTES), size);
    from = size;
    lines = `${rest}${text}`.split('\n');
    // Of a line that never ends its beginning is enough.
    rest = (lines.pop() ?? '').slice(0, MOST_BYTES);
  }
}

/** What a file ends with: its last whole lines, what stands after them, and its size in bytes. */
async function endOf(path: string): Promise<{ lines: string[]; rest: string; size: number }> {
  const size = await sizeOf(path);
  const lines = (await read(path, Math.max(0, size - MOST_BYTES), size)).split('\n');
  const rest = lines.pop() ?? '';
  if (size > MOST_BYTES) lines.shift();
  return { lines, rest, size };
}

async function sizeOf(path: string): Promise<number> {
  return (await stat(path).catch(() => undefined))?.size ?? 0;
}

async function read(path: string, from: number, to: number): Promise<string> {
  const file = to > from ? await open(path).catch(() => undefined) : undefined;
  if (file === undefined) return '';
  try {
    const { buffer, bytesRead } = await file.read(Buffer.alloc(to - from), 0, to - from, from);
    return buffer.subarray(0, bytesRead).toString();
  } finally {
    await file.close();
  }
}
