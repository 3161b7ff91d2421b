import { ok, type Result, refuse } from '../base/index.ts';
import type { Macaroon } from './macaroon.ts';
import { decodeUtf8, encodeUtf8 } from './utf8.ts';

const VERSION = 2;
/** Field types of the V2 format (libmacaroons, doc/format.txt). */
const END = 0;
const LOCATION = 1;
const IDENTIFIER = 2;
const SIGNATURE = 6;
const SIGNATURE_BYTES = 32;

/** More than any header could carry. */
const MOST_BYTES = 12_288;

/** Where the reading of a macaroon's bytes has got to. */
interface Reader {
  readonly bytes: Uint8Array;
  at: number;
}

/**
 * Reads one macaroon in the V2 binary format with first-party caveats of UTF-8 text.
 * Accepts only what `encodeMacaroon` would write, so that a token has one spelling.
 * Refuses with ChallengeParseError.
 */
export function decodeMacaroon(bytes: Uint8Array): Result<Macaroon> {
  const macaroon = bytes.length <= MOST_BYTES ? read(bytes) : undefined;
  return macaroon !== undefined && Buffer.compare(encodeMacaroon(macaroon), bytes) === 0
    ? ok(macaroon)
    : refuse('ChallengeParseError', 'The token is not a V2 macaroon.');
}

/** Writes a macaroon as V2 binary: `02 | location | identifier | 00 | caveats | 00 | signature`. */
export function encodeMacaroon(macaroon: Macaroon): Uint8Array {
  const { location, identifier, caveats, signature } = macaroon;
  const end = Uint8Array.of(END);
  return new Uint8Array(
    Buffer.concat([
      Uint8Array.of(VERSION),
      ...(location === '' ? [] : field(LOCATION, encodeUtf8(location))),
      ...field(IDENTIFIER, identifier),
      end,
      ...caveats.flatMap(caveat => [...field(IDENTIFIER, encodeUtf8(caveat)), end]),
      end,
      ...field(SIGNATURE, signature),
    ]),
  );
}

function read(bytes: Uint8Array): Macaroon | undefined {
  const reader = { bytes, at: 0 };
  if (take(reader) !== VERSION) return undefined;
  const location = next(reader) === LOCATION ? readText(reader, LOCATION) : '';
  const identifier = readField(reader, IDENTIFIER);
  if (location === undefined || identifier === undefined || take(reader) !== END) return undefined;
  const caveats = readCaveats(reader);
  const signature = readField(reader, SIGNATURE);
  if (caveats === undefined || signature?.length !== SIGNATURE_BYTES) return undefined;
  return { location, identifier, caveats, signature };
}

/** Caveats up to the second END; a third-party one has a location or a key and is not ours to check. */
function readCaveats(reader: Reader): string[] | undefined {
  const caveats: string[] = [];
  while (next(reader) === IDENTIFIER) {
    const text = readText(reader, IDENTIFIER);
    if (text === undefined || take(reader) !== END) return undefined;
    caveats.push(text);
  }
  return take(reader) === END ? caveats : undefined;
}

function readText(reader: Reader, type: number): string | undefined {
  const bytes = readField(reader, type);
  return bytes && decodeUtf8(bytes);
}

/** The next field's bytes; undefined if it is of another type or not complete. */
function readField(reader: Reader, type: number): Uint8Array | undefined {
  if (take(reader) !== type) return undefined;
  const length = readVarint(reader);
  if (length === undefined || reader.at + length > reader.bytes.length) return undefined;
  reader.at += length;
  return reader.bytes.slice(reader.at - length, reader.at);
}

/** An unsigned LEB128 number of at most two bytes: lengths below 16,384, which MOST_BYTES implies. */
function readVarint(reader: Reader): number | undefined {
  const low = take(reader);
  if (low === undefined || low < 0x80) return low;
  const high = take(reader);
  return high === undefined || high >= 0x80 ? undefined : (low & 0x7f) | (high << 7);
}

function take(reader: Reader): number | undefined {
  const byte = next(reader);
  reader.at += 1;
  return byte;
}

function next(reader: Reader): number | undefined {
  return reader.bytes[reader.at];
}

function field(type: number, data: Uint8Array): readonly Uint8Array[] {
  const header = [type];
  let length = data.length;
  for (; length >= 0x80; length >>= 7) header.push((length & 0x7f) | 0x80);
  return [Uint8Array.of(...header, length), data];
}
