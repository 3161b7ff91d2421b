import { encodeHex } from './hex.ts';
import { bytesToWords, type Words, wordsToBytes } from './words.ts';

/** One channel towards a node that the public graph does not show (BOLT11 `r` field). */
export interface Hop {
  /** Public key of the node at the channel's start, 33 bytes as hex. */
  readonly node: string;
  /** Short channel id as `block x transaction x output`, e.g. `66051x263430x1800`. */
  readonly channel: string;
  /** Fixed fee in msat. */
  readonly feeBaseMsat: number;
  /** Proportional fee in millionths of the amount. */
  readonly feeRatePpm: number;
  /** Blocks. */
  readonly cltvDelta: number;
}

const HOP_BYTES = 51;

/** The hops of one `r` field, in order; undefined unless it holds one or more whole hops. */
export function decodeRoute(words: Words): readonly Hop[] | undefined {
  const bytes = wordsToBytes(words);
  if (bytes === undefined || bytes.length === 0 || bytes.length % HOP_BYTES !== 0) return undefined;
  const hops = Array.from({ length: bytes.length / HOP_BYTES }, (_, index) =>
    decodeHop(bytes.subarray(index * HOP_BYTES, (index + 1) * HOP_BYTES)),
  );
  return hops.every(hop => /^0[23]/.test(hop.node)) ? hops : undefined;
}

/** Hops as the words of one `r` field. */
export function encodeRoute(hops: readonly Hop[]): Words {
  return bytesToWords(Buffer.concat(hops.map(encodeHop)));
}

function decodeHop(bytes: Uint8Array): Hop {
  const view = new DataView(bytes.buffer, bytes.byteOffset, HOP_BYTES);
  const block = view.getUint32(33) >>> 8;
  const transaction = view.getUint32(36) >>> 8;
  return {
    node: encodeHex(bytes.subarray(0, 33)),
    channel: `${block}x${transaction}x${view.getUint16(39)}`,
    feeBaseMsat: view.getUint32(41),
    feeRatePpm: view.getUint32(45),
    cltvDelta: view.getUint16(49),
  };
}

function encodeHop(hop: Hop): Uint8Array {
  const bytes = Buffer.alloc(HOP_BYTES);
  const [block = 0, transaction = 0, output = 0] = hop.channel.split('x').map(Number);
  bytes.write(hop.node, 'hex');
  bytes.writeUIntBE(block, 33, 3);
  bytes.writeUIntBE(transaction, 36, 3);
  bytes.writeUInt16BE(output, 39);
  bytes.writeUInt32BE(hop.feeBaseMsat, 41);
  bytes.writeUInt32BE(hop.feeRatePpm, 45);
  bytes.writeUInt16BE(hop.cltvDelta, 49);
  return bytes;
}
