import { sha256 } from '../base/index.ts';
import { harmless } from './harmless.ts';
import { mediaTypeOf } from './media-type.ts';

/** What a reader may be shown of a body: its beginning as harmless text, or the facts about what is no text. */
export type Preview =
  | { readonly kind: 'text'; readonly text: string; readonly truncated: boolean }
  | {
      readonly kind: 'binary';
      /** `type/subtype`; `application/octet-stream` where the seller gave none that can be read. */
      readonly type: string;
      readonly bytes: number;
      readonly sha256: string;
    };

/** How much of a body is read, and the most that a text takes as UTF-8, in bytes. */
const PREVIEW_BYTES = 8192;

/** Of text that says it is UTF-8, the share of unreadable characters from which it is taken for something else. */
const UNREADABLE = 0.1;

const TEXTUAL =
  /^text\/|[/+](?:json|xml|yaml|toml)$|^application\/(?:x-ndjson|jsonl|javascript|ecmascript|graphql|sql|x-www-form-urlencoded|x-yaml|x-sh)$/;

/**
 * Charsets that are read, by their WHATWG labels; windows-1252 is what the web means by Latin-1. All others (UTF-16,
 * UTF-7, ISO-2022 …) can hide from a reader of bytes what a decoder would show, so they are shown as binary.
 */
const CHARSETS: ReadonlyMap<string, 'utf-8' | 'windows-1252'> = new Map([
  ['utf-8', 'utf-8'],
  ['utf8', 'utf-8'],
  ['us-ascii', 'utf-8'],
  ['ascii', 'utf-8'],
  ['iso-8859-1', 'windows-1252'],
  ['latin1', 'windows-1252'],
  ['windows-1252', 'windows-1252'],
]);

/** The first 8,192 bytes of a body as text that is safe to show, or type, size and hash of a binary one. */
export function previewOf(bytes: Uint8Array, contentType: string | undefined): Preview {
  const type = mediaTypeOf(contentType);
  const charset = CHARSETS.get(type?.params.get('charset')?.toLowerCase() ?? 'utf-8');
  const textual = type === undefined || TEXTUAL.test(type.essence);
  const text = textual && charset !== undefined ? readable(bytes, charset) : undefined;
  if (text === undefined) {
    const essence = type?.essence ?? 'application/octet-stream';
    return { kind: 'binary', type: essence, bytes: bytes.length, sha256: sha256(bytes) };
  }
  const shown = fitting(harmless(text));
  return { kind: 'text', text: shown.text, truncated: shown.cut || bytes.length > PREVIEW_BYTES };
}

/** The first bytes decoded, without a character that the cut went through; undefined if they are no text. */
function readable(bytes: Uint8Array, charset: 'utf-8' | 'windows-1252'): string | undefined {
  const first = bytes.subarray(0, PREVIEW_BYTES);
  if (first.includes(0)) return undefined;
  // In stream mode the decoder holds back an unfinished sequence instead of replacing it.
  const text = new TextDecoder(charset).decode(first, { stream: bytes.length > first.length });
  const unreadable = text.split('\uFFFD').length - 1;
  return unreadable > text.length * UNREADABLE ? undefined : text;
}

/** As many whole characters as fit into the preview as UTF-8: Latin-1 and replaced bytes grow on decoding. */
function fitting(text: string): { text: string; cut: boolean } {
  const { read } = new TextEncoder().encodeInto(text, new Uint8Array(PREVIEW_BYTES));
  return { text: text.slice(0, read), cut: read < text.length };
}
