import { randomBytes } from 'node:crypto';
import { type Clock, type Log, type Refused, type Result, refuse } from '../base/index.ts';
import { equip } from './equipment.ts';
import type { NodeFailure } from './failure.ts';
import { keepLostChannels } from './lost-channels.ts';
import { dropOrigin, keepOrigin, type Origin } from './origin.ts';
import type { NodePlace } from './place.ts';
import { keepRecoveryWindow } from './recovery.ts';
import type { Birth, Unlocker } from './unlocker.ts';
import type { Vault } from './vault.ts';

/** What a wallet is made with, in an lnd that runs and is not unlocked. */
export interface Nursery {
  readonly place: NodePlace;
  readonly vault: Vault;
  readonly unlocker: Unlocker;
  readonly clock: Clock;
  readonly log: Log;
}

/** What is to be found again beside the words, where a human had them. */
export interface RestorePlan extends Pick<Birth, 'recoveryWindow'> {
  readonly seed: Extract<Origin['seed'], 'restored'>;
  /** The static backup of the channels that the words had. */
  readonly channelBackup: Uint8Array | undefined;
}

/** What a human says of a wallet that is to be made: of words that were made just now and asked back, or of theirs. */
export type BirthPlan = Pick<Birth, 'words' | 'passphrase'> &
  ({ readonly seed: Extract<Origin['seed'], 'acknowledged'> } | RestorePlan);

/** 256 bits, as text: lnd's tools take passwords that can be typed. */
const PASSWORD_BYTES = 32;

/**
 * Makes the wallet, and the macaroons of every role. Refused with `seed_invalid` or `node_initialized`; with
 * `channel_backup_failed` the wallet is made, and the backup is of another one. Each step is on the disk before the
 * next one is taken, so whatever dies in between, `takeOver` finishes it or clears the way:
 *
 * | died after                  | what there is then                        | what `takeOver` does            |
 * |-----------------------------|-------------------------------------------|---------------------------------|
 * | the password was sealed     | no wallet                                 | nothing: there is none to take  |
 * | lnd began to make it        | a file that will never be a wallet        | puts it aside                   |
 * | lnd made it, new words      | one that the sealed password opens        | has lnd tell its macaroon again |
 * | lnd made it, words restored | the same, but not looking for its funds   | puts it aside                   |
 * | its birth was written down  | a whole one, which lacks roles            | opens it, and bakes the roles   |
 */
export async function bear(nursery: Nursery, plan: BirthPlan): Promise<Result<void>> {
  const { place, vault, unlocker } = nursery;
  const { seed, words, passphrase } = plan;
  const restore = plan.seed === 'restored' ? plan : undefined;
  const recoveryWindow = restore?.recoveryWindow ?? 0;
  // A making whose end is not known may have used the one that is there.
  const password = (await vault.read('password')) ?? newPassword();
  await vault.keep('password', password);
  await keepOrigin(place, { seed, isBorn: false, isFound: false });
  await keepLostChannels(place, restore?.channelBackup);
  await keepRecoveryWindow(place, recoveryWindow);
  const born = await unlocker.create({ words, passphrase, password, recoveryWindow });
  if (born.ok) return afterBirth(nursery, seed, born.value);
  // Where lnd said no, there is nothing that was broken off.
  if (born.failure.kind === 'refused') await dropOrigin(place);
  return whyNot(nursery, born.failure);
}

/** Seals what lnd tells once of a wallet that was just made, and bakes the roles. */
export async function afterBirth(
  nursery: Nursery,
  seed: Origin['seed'],
  admin: Uint8Array,
): Promise<Result<void>> {
  const { place, vault } = nursery;
  await vault.keep('admin', admin);
  await keepOrigin(place, { seed, isBorn: true, isFound: false });
  return equip(nursery);
}

/** What lnd v0.20 says of words (`aezeed/errors.go`, `aezeed/cipherseed.go`). */
const WORDS: readonly (readonly [words: RegExp, detail: string])[] = [
  [/checksum doesn't match|wrong seed version/, 'A word is wrong, or they are not in their order.'],
  [/invalid passphrase/, 'Their passphrase is another.'],
];

function whyNot({ log }: Nursery, { kind, status, said }: NodeFailure): Refused {
  // What it said stays out of the log: it repeats a word of the seed that it does not know.
  log.warn({ kind, status }, 'the wallet could not be made');
  if (/wallet already (exists|unlocked)/.test(said)) return refuse('node_initialized');
  const [, unknown] = /isn't a part of default word list \(index=(\d+)\)/.exec(said) ?? [];
  if (unknown !== undefined) {
    return refuse('seed_invalid', `Word ${Number(unknown) + 1} is none that a seed can have.`);
  }
  const detail = WORDS.find(([words]) => words.test(said))?.[1];
  if (detail !== undefined) return refuse('seed_invalid', detail);
  return kind === 'refused'
    ? refuse('node_refused')
    : refuse('node_unreachable', 'Run this again: it finds out how far it came.');
}

function newPassword(): Uint8Array {
  return Buffer.from(randomBytes(PASSWORD_BYTES).toString('base64url'));
}
