import { randomBytes } from 'node:crypto';
import { type Clock, type Log, type Refused, type Result, refuse, SECOND } from '../base/index.ts';
import { verifyChannels } from './channel-export.ts';
import type { NodeFailure } from './failure.ts';
import { openOperator } from './operator.ts';
import { keepOrigin } from './origin.ts';
import type { NodePlace } from './place.ts';
import { keepRecoveryWindow } from './recovery.ts';
import { bakeRoles } from './role.ts';
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

/** What a human says of a wallet that is to be made. */
export interface BirthPlan
  extends Pick<Birth, 'words' | 'passphrase' | 'recoveryWindow' | 'channelBackup'> {
  /** Whether the words were there before, rather than made just now and asked back. */
  readonly restored: boolean;
}

/** 256 bits, as text: lnd's tools take passwords that can be typed. */
const PASSWORD_BYTES = 32;
/** How long lnd may take after a wallet was opened until it takes commands, ms. */
const OPENING_MS: number = 60 * SECOND;
/** How often that is looked at, ms. */
const LOOK_MS: number = SECOND / 4;

/**
 * Makes the wallet, and the macaroons of every role. The password is sealed before there is a wallet, so that there is
 * never one that nobody can open; what lnd tells once is sealed at once. If this process dies in between, `takeOver`
 * with the sealed password finishes it. `seed_invalid`, `node_initialized`.
 */
export async function bear(nursery: Nursery, plan: BirthPlan): Promise<Result<void>> {
  const { place, vault, unlocker } = nursery;
  const { restored, ...birth } = plan;
  const password = (await vault.read('password')) ?? newPassword();
  await vault.keep('password', password);
  const channels = birth.channelBackup !== undefined;
  await keepOrigin(place, { seed: restored ? 'restored' : 'acknowledged', channels });
  if (birth.recoveryWindow > 0) await keepRecoveryWindow(place, birth.recoveryWindow);
  const born = await unlocker.create({ ...birth, password });
  if (!born.ok) return whyNot(nursery, born.failure, restored);
  await vault.keep('admin', born.value);
  return equip(nursery, birth.channelBackup);
}

/**
 * Takes over a locked wallet whose password is known and whose admin macaroon is not, be it that its making was broken
 * off or that it was made elsewhere: lnd tells that macaroon when the password is changed, also to the same one.
 * `node_password_wrong`.
 */
export async function takeOver(nursery: Nursery, password: Uint8Array): Promise<Result<void>> {
  const { vault, unlocker, log } = nursery;
  const opened = await unlocker.changePassword(password, password);
  if (!opened.ok) {
    log.warn({ cause: opened.failure }, 'the wallet could not be opened');
    return refuse(isWrong(opened.failure) ? 'node_password_wrong' : 'node_refused');
  }
  await vault.keep('password', password);
  await vault.keep('admin', opened.value);
  return equip(nursery);
}

/** Whether lnd said that a password is wrong: btcwallet's words (`waddrmgr`), for there is no status for that. */
export function isWrong({ said }: NodeFailure): boolean {
  return /invalid passphrase/i.test(said);
}

/** Bakes what the roles need as soon as the opened wallet's node takes commands. */
async function equip(nursery: Nursery, channelBackup?: Uint8Array): Promise<Result<void>> {
  const { unlocker, clock, vault } = nursery;
  const until = clock.now() + OPENING_MS;
  for (let stage = await unlocker.stage(); ; stage = await unlocker.stage()) {
    if (stage.ok && (stage.value === 'active' || stage.value === 'serving')) break;
    if (clock.now() > until)
      return refuse('node_unreachable', 'The wallet is made; run this again.');
    await clock.after(LOOK_MS);
  }
  const admin = openOperator(nursery, 'admin');
  try {
    const baked = await bakeRoles(admin, vault);
    if (!baked.ok || channelBackup === undefined) return baked;
    // lnd took it unseen, and would only end over a wrong one once it has caught up with the chain.
    return await verifyChannels(admin, channelBackup);
  } finally {
    admin.close();
  }
}

function whyNot({ log }: Nursery, failure: NodeFailure, restored: boolean): Refused {
  log.warn({ cause: failure }, 'the wallet could not be made');
  if (/wallet already exists/i.test(failure.said)) return refuse('node_initialized');
  if (failure.kind !== 'refused') return refuse('node_unreachable');
  return refuse(restored ? 'seed_invalid' : 'node_refused');
}

function newPassword(): Uint8Array {
  return Buffer.from(randomBytes(PASSWORD_BYTES).toString('base64url'));
}
