import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { TollkeeperError } from '../base/index.ts';
import { seal, unseal } from './envelope.ts';
import { createFile, readIfThere } from './private-file.ts';
import { stretch } from './stretch.ts';

const KEY_BYTES = 32;
const SALT_BYTES = 16;
const PURPOSE = 'data-key';

/** The data key as the disk has it: wrapped by the key file, or by a passphrase and this salt. */
interface Wrapped {
  readonly version: 1;
  /** Hex; absent if the key file wraps it. */
  readonly salt?: string;
  /** The envelope in hex. */
  readonly sealed: string;
}

/**
 * The random 32-byte key under everything that is sealed, from `data.key` in the directory; made
 * there at the first call, by one process of however many.
 * Rejects with `key_unavailable`; what exists is never made anew, for that would lose what it sealed.
 */
export async function loadDataKey(
  directory: string,
  passphrase: string | undefined,
): Promise<Uint8Array> {
  const path = join(directory, 'data.key');
  const kept = await readIfThere(path);
  if (kept !== undefined) return unwrap(directory, parse(kept), passphrase);

  const dataKey = randomBytes(KEY_BYTES);
  const wrapped = await wrap(directory, dataKey, passphrase);
  const first = await createFile(path, `${JSON.stringify(wrapped)}\n`);
  return first ? dataKey : loadDataKey(directory, passphrase);
}

async function wrap(
  directory: string,
  dataKey: Uint8Array,
  passphrase: string | undefined,
): Promise<Wrapped> {
  const salt = randomBytes(SALT_BYTES);
  const key =
    passphrase === undefined ? await makeKeyFile(directory) : await stretch(passphrase, salt);
  const sealed = Buffer.from(seal(key, PURPOSE, dataKey)).toString('hex');
  return passphrase === undefined
    ? { version: 1, sealed }
    : { version: 1, salt: salt.toString('hex'), sealed };
}

async function unwrap(
  directory: string,
  wrapped: Wrapped,
  passphrase: string | undefined,
): Promise<Uint8Array> {
  const key = await wrappingKey(directory, wrapped.salt, passphrase);
  const dataKey = unseal(key, PURPOSE, Buffer.from(wrapped.sealed, 'hex'));
  if (dataKey?.length !== KEY_BYTES) {
    throw new TollkeeperError(
      'key_unavailable',
      wrapped.salt === undefined ? 'keys/master.key is not the right one.' : 'Wrong passphrase.',
    );
  }
  return dataKey;
}

async function wrappingKey(
  directory: string,
  salt: string | undefined,
  passphrase: string | undefined,
): Promise<Uint8Array> {
  if (salt === undefined && passphrase === undefined) return readKeyFile(directory);
  if (salt === undefined) {
    throw new TollkeeperError('key_unavailable', 'The keys are not under a passphrase.');
  }
  if (passphrase === undefined) {
    throw new TollkeeperError('key_unavailable', 'The keys are under a passphrase.');
  }
  return stretch(passphrase, Buffer.from(salt, 'hex'));
}

async function makeKeyFile(directory: string): Promise<Uint8Array> {
  await createFile(join(directory, 'master.key'), randomBytes(KEY_BYTES));
  return readKeyFile(directory);
}

async function readKeyFile(directory: string): Promise<Uint8Array> {
  const key = await readIfThere(join(directory, 'master.key'));
  if (key?.length === KEY_BYTES) return key;
  throw new TollkeeperError('key_unavailable', 'keys/master.key is missing or cut off.');
}

function parse(text: Buffer): Wrapped {
  try {
    const { version, salt, sealed } = JSON.parse(text.toString()) as Partial<Wrapped>;
    const saltFits = salt === undefined || typeof salt === 'string';
    if (version === 1 && saltFits && typeof sealed === 'string') {
      return { version, sealed, ...(salt === undefined ? {} : { salt }) };
    }
  } catch {
    // Not JSON: answered below like any other damage.
  }
  throw new TollkeeperError('key_unavailable', 'keys/data.key is damaged or of a newer version.');
}
