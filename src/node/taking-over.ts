import { rename } from 'node:fs/promises';
import { asTollkeeperError, type Refused, type Result, refuse } from '../base/index.ts';
import { afterBirth, type Nursery } from './birth.ts';
import { equip } from './equipment.ts';
import type { NodeFailure } from './failure.ts';
import { walletOf } from './launch.ts';
import { dropOrigin, originOf } from './origin.ts';
import { unlockWallet } from './recovery.ts';
import { isWrongPassword } from './unlocker.ts';
import type { NodeSecret, Vault } from './vault.ts';

/**
 * Takes over a locked wallet by its password: one whose making was broken off here, as the table of `bear` says, or
 * one that was made elsewhere. Refused with `node_password_wrong`, or with `node_not_initialized` where what was
 * begun was put aside; lnd can then make the wallet at once.
 */
export async function takeOver(nursery: Nursery, password: Uint8Array): Promise<Result<void>> {
  const { place, vault, unlocker } = nursery;
  const origin = originOf(place);
  if (origin?.isBorn && (await ours(vault, 'admin')) !== undefined)
    return finish(nursery, password);
  const isOurs = (await ours(vault, 'password'))?.equals(password) === true;
  const unborn = isOurs && origin?.isBorn === false ? origin : undefined;
  if (unborn?.seed === 'restored') return putAside(nursery);
  // To the same one: whoever changes it is told the admin macaroon, and nobody else is after its making.
  const opened = await unlocker.changePassword(password, password);
  if (!opened.ok && unborn !== undefined && HALF_MADE.test(opened.failure.said)) {
    return putAside(nursery);
  }
  if (!opened.ok) return whyNot(nursery, opened.failure);
  // What was broken off here is not this wallet, which must not be put aside for it from now on.
  if (unborn === undefined && origin?.isBorn === false) await dropOrigin(place);
  await vault.keep('password', password);
  if (unborn !== undefined) return afterBirth(nursery, unborn.seed, opened.value);
  await vault.keep('admin', opened.value);
  return equip(nursery);
}

/** A secret of the vault. One that another key sealed is as good as lost: the human’s word counts instead. */
async function ours(vault: Vault, name: NodeSecret): Promise<Buffer | undefined> {
  return vault.read(name).catch((thrown: unknown) => {
    if (asTollkeeperError(thrown).code === 'key_unavailable') return undefined;
    throw thrown;
  });
}

/** Opens a wallet that is whole, whatever else is missing. */
async function finish(nursery: Nursery, password: Uint8Array): Promise<Result<void>> {
  const opened = await unlockWallet(nursery, password);
  if (!opened.ok) return whyNot(nursery, opened.failure);
  await nursery.vault.keep('password', password);
  return equip(nursery);
}

/** What lnd says of a wallet that it had not written yet (btcwallet's `wallet.go`), or had no macaroon key for. */
const HALF_MADE = /missing address manager namespace|default root key not found/;

function whyNot({ log }: Nursery, failure: NodeFailure): Refused {
  log.warn({ cause: failure }, 'the wallet could not be opened');
  if (isWrongPassword(failure)) return refuse('node_password_wrong');
  return refuse(failure.kind === 'refused' ? 'node_refused' : 'node_unreachable');
}

/** Moves what is not worth finishing out of lnd's way. Nothing is deleted. */
async function putAside({ place, clock, log }: Nursery): Promise<Refused> {
  const path = walletOf(place);
  try {
    await rename(path, `${path}.${clock.now()}.unfinished`);
  } catch (error) {
    log.error({ error }, 'what was left of a wallet could not be put aside');
    return refuse(asTollkeeperError(error).code);
  }
  return refuse(
    'node_not_initialized',
    'Its making was broken off, and what was left of it is put aside. Words that were shown for it are of no wallet now.',
  );
}
