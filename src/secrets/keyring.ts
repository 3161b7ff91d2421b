import { hkdfSync } from 'node:crypto';
import { TollkeeperError } from '../base/index.ts';
import { loadDataKey } from './data-key.ts';
import { seal, unseal } from './envelope.ts';

/** Seals what must not lie readable on the disk, and opens it again. */
export interface Sealer {
  /**
   * Seals bytes for one purpose, a path such as `fact/<task>/<seq>/<kind>`. Its first segment has a key
   * of its own; the whole of it is bound in, so that a sealed part opens nowhere else.
   */
  seal(purpose: string, plain: Uint8Array): Uint8Array;
  /** Opens what was sealed for the purpose; throws `key_unavailable` if it was not, or not by this key. */
  open(purpose: string, sealed: Uint8Array): Uint8Array;
  /** A 32-byte key for the label, the same in every process that has the keys. */
  derive(label: string): Uint8Array;
}

const KEY_BYTES = 32;

/**
 * Opens the keys of a directory, making them (0600) when there are none: a random data key, wrapped by
 * a key file or, if one is given, a passphrase. Rejects with `key_unavailable`.
 */
export async function openKeyring(
  directory: string,
  options: { readonly passphrase?: string } = {},
): Promise<Sealer> {
  return sealerOf(await dataKeyOf(directory, options.passphrase));
}

async function dataKeyOf(directory: string, passphrase: string | undefined): Promise<Uint8Array> {
  try {
    return await loadDataKey(directory, passphrase);
  } catch (thrown) {
    if (thrown instanceof TollkeeperError) throw thrown;
    const detail = 'keys/ cannot be read or written.';
    throw new TollkeeperError('key_unavailable', detail, { cause: thrown });
  }
}

function sealerOf(dataKey: Uint8Array): Sealer {
  const derived = new Map<string, Uint8Array>();
  /** The key of a purpose's class. Classes are few and named in the code, so the map is bounded. */
  const keyFor = (purpose: string): Uint8Array => {
    const kind = purpose.split('/', 1)[0] ?? '';
    const key = derived.get(kind) ?? expand(dataKey, `seal/${kind}`);
    derived.set(kind, key);
    return key;
  };
  return {
    seal: (purpose, plain) => seal(keyFor(purpose), purpose, plain),
    open: (purpose, sealed) => {
      const plain = unseal(keyFor(purpose), purpose, sealed);
      if (plain !== undefined) return plain;
      throw new TollkeeperError('key_unavailable', 'A stored secret was sealed by another key.');
    },
    derive: label => expand(dataKey, `derive/${label}`),
  };
}

/** HKDF (RFC 5869) of the data key, which is random already, so that it needs no salt. */
function expand(dataKey: Uint8Array, label: string): Uint8Array {
  return new Uint8Array(hkdfSync('sha256', dataKey, '', `tollkeeper/${label}`, KEY_BYTES));
}
