import { randomBytes, timingSafeEqual } from 'node:crypto';
import { join } from 'node:path';
import { type Clock, ok, type Result, refuse, TollkeeperError } from '../base/index.ts';
import { pinAttempts, waitAfter, wrong } from './pin-attempts.ts';
import { createFile, readIfThere, replaceFile } from './private-file.ts';
import { stretch } from './stretch.ts';

/** The approval PIN, by which a human shows that it is not the agent at the keyboard. */
export interface Pin {
  isSet(): Promise<boolean>;
  /** Sets it, or changes it if `current` is right. Refuses with `invalid_input`, `pin_required`, `pin_wrong`. */
  set(pin: string, current?: string): Promise<Result<void>>;
  /** Refuses with `pin_wrong`, saying how long to wait, or with `pin_required` when none is set. */
  check(pin: string): Promise<Result<void>>;
}

const SHORTEST = 6;
const LONGEST = 256;
const SALT_BYTES = 16;

/** What the disk has of the PIN, in hex. */
interface Kept {
  readonly salt: string;
  readonly hash: string;
}

/** Opens the PIN of a directory of keys. Its methods reject with `store_unavailable` or `key_unavailable`. */
export function openPin(directory: string, clock: Clock): Pin {
  const path = join(directory, 'pin.json');
  const attempts = pinAttempts(join(directory, 'pin-attempts'), clock);
  const kept = async () => parse(await readIfThere(path));

  const check = async (pin: string): Promise<Result<void>> => {
    const record = await kept();
    if (record === undefined) return refuse('pin_required', 'No PIN is set.');
    const attempt = await attempts.claim();
    if (!attempt.ok) return attempt;
    if (!(await fits(pin, record))) return wrong(waitAfter(attempt.value));
    await attempts.clear();
    return ok(undefined);
  };

  const set = async (pin: string, current?: string): Promise<Result<void>> => {
    const length = [...pin].length;
    if (length < SHORTEST || length > LONGEST) {
      return refuse('invalid_input', `A PIN has ${SHORTEST} to ${LONGEST} characters.`);
    }
    if (!(await isSet())) {
      // Exclusive: of two first settings only one counts, and the other has to know it.
      return (await createFile(path, await record(pin))) ? ok(undefined) : refuse('pin_required');
    }
    if (current === undefined) return refuse('pin_required', 'Type the current PIN to change it.');
    const checked = await check(current);
    if (checked.ok) await replaceFile(path, await record(pin));
    return checked;
  };

  const isSet = async () => (await kept()) !== undefined;
  return {
    isSet: () => onDisk(isSet()),
    set: (pin, current) => onDisk(set(pin, current)),
    check: pin => onDisk(check(pin)),
  };
}

async function record(pin: string): Promise<string> {
  const salt = randomBytes(SALT_BYTES);
  const hash = Buffer.from(await stretch(pin, salt));
  const kept: Kept = { salt: salt.toString('hex'), hash: hash.toString('hex') };
  return `${JSON.stringify(kept)}\n`;
}

async function fits(pin: string, kept: Kept): Promise<boolean> {
  const hash = Buffer.from(kept.hash, 'hex');
  const guess = await stretch(pin.slice(0, LONGEST), Buffer.from(kept.salt, 'hex'));
  return hash.length === guess.length && timingSafeEqual(hash, guess);
}

/** A damaged PIN is never taken for none: that would let anyone set a new one. */
function parse(text: Buffer | undefined): Kept | undefined {
  if (text === undefined) return undefined;
  try {
    const { salt, hash } = JSON.parse(text.toString()) as Partial<Kept>;
    if (typeof salt === 'string' && typeof hash === 'string') return { salt, hash };
  } catch {
    // Not JSON: answered below.
  }
  throw new TollkeeperError('key_unavailable', 'keys/pin.json is damaged.');
}

async function onDisk<T>(work: Promise<T>): Promise<T> {
  try {
    return await work;
  } catch (thrown) {
    if (thrown instanceof TollkeeperError) throw thrown;
    throw new TollkeeperError('store_unavailable', undefined, { cause: thrown });
  }
}
