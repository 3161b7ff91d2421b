import { harmless } from '../http/index.ts';
import type { BodySlice, Task } from '../task/index.ts';
import { bodyOf } from './body.ts';

/** A piece of a bought body as a reader may have it: harmless text, or the exact bytes. */
export interface Piece {
  /** The bytes of the body that the piece stands for; a text never ends within a character. */
  readonly bytes: Uint8Array;
  readonly text: string | undefined;
  /** Whether more of the body follows. */
  readonly more: boolean;
}

/**
 * A slice of what a task bought, from a byte offset on. It is text where the whole body was taken for text
 * and the slice is UTF-8 (at least 4 bytes of it, the longest character); what a reader cannot see is left out.
 */
export function pieceOf(task: Task, offset: number, { bytes, total }: BodySlice): Piece {
  const whole = offset + bytes.length < total ? wholeCharacters(bytes) : bytes;
  // What the answer was taken for when it came: a slice of a binary body may look like text by chance.
  const text = bodyOf(task)?.isText ? decoded(whole) : undefined;
  const taken = text === undefined ? bytes : whole;
  return { bytes: taken, text, more: offset + taken.length < total };
}

/** The bytes without a last UTF-8 character that the slice cut through (RFC 3629 §3). */
function wholeCharacters(bytes: Uint8Array): Uint8Array {
  const last = bytes.findLastIndex(byte => (byte & 0xc0) !== 0x80);
  const lead = bytes[last] ?? 0;
  const size = lead >= 0xf0 ? 4 : lead >= 0xe0 ? 3 : lead >= 0xc0 ? 2 : 1;
  return last + size > bytes.length ? bytes.subarray(0, last) : bytes;
}

function decoded(bytes: Uint8Array): string | undefined {
  try {
    const text = new TextDecoder('utf-8', { fatal: true }).decode(bytes);
    return text.includes('\0') ? undefined : harmless(text);
  } catch {
    return undefined;
  }
}
