import { scrypt } from 'node:crypto';

/** RFC 7914 parameters: about 0.7 s and 128 MiB a guess. */
const COST = { N: 2 ** 17, r: 8, p: 1, maxmem: 256 * 2 ** 20 };
const KEY_BYTES = 32;

/** Makes 32 bytes of what a human can remember, slowly on purpose. */
export function stretch(words: string, salt: Uint8Array): Promise<Uint8Array> {
  return new Promise((resolve, reject) => {
    // NFKC: the same characters typed on another keyboard are the same words.
    scrypt(words.normalize('NFKC'), salt, KEY_BYTES, COST, (error, key) =>
      error === null ? resolve(key) : reject(error),
    );
  });
}
