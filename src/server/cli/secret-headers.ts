import { open } from 'node:fs/promises';
import { ok, type Result, refuse } from '../../base/index.ts';
import type { SecretHeaders } from '../../paywall/index.ts';

/** The largest file of headers that is read, in bytes. */
const MOST_BYTES = 100_000;

/**
 * The headers of a file, a line each: `Name: value`. Refused with `invalid_input` for a file that others than its
 * owner may read, so that a secret is not taken in that is none. No word of the file stands in a refusal.
 */
export async function secretHeadersIn(path: string): Promise<Result<SecretHeaders>> {
  const file = await open(path).catch(() => undefined);
  if (file === undefined) return refuse('invalid_input', 'The file of headers cannot be read.');
  try {
    const { mode, size } = await file.stat();
    if ((mode & 0o077) !== 0) {
      return refuse('invalid_input', 'Others may read the file of headers: chmod 600 it first.');
    }
    if (size > MOST_BYTES) return refuse('invalid_input', 'The file of headers is too large.');
    return headersOf(await file.readFile('utf8'));
  } finally {
    await file.close();
  }
}

function headersOf(text: string): Result<SecretHeaders> {
  const headers: Record<string, string> = {};
  for (const [at, line] of text.split(/\r?\n/).entries()) {
    if (line.trim() === '') continue;
    const [, name, value] = /^([^:\s]+):\s*(\S.*?)\s*$/.exec(line) ?? [];
    if (name === undefined || value === undefined) {
      return refuse('invalid_input', `Line ${at + 1} of the file is no header.`);
    }
    if (name in headers) return refuse('invalid_input', `Line ${at + 1} gives a header twice.`);
    headers[name] = value;
  }
  return ok(headers);
}
