import type { UnauthenticatedLnd } from 'ln-service';
import { type Clock, MINUTE, SECOND } from '../base/index.ts';
import { dialOpen, type NodePort } from './dial.ts';
import type { NodeFailure } from './failure.ts';
import { type Answer, openLineBy } from './line.ts';
import type { Restoration } from './recovery.ts';
import { rpc } from './rpc.ts';

/** How far lnd is, by its own word (`WalletState` of its `stateservice.proto`). */
export type Stage = 'waiting' | 'absent' | 'locked' | 'unlocked' | 'active' | 'serving';

const STAGES: Readonly<Record<string, Stage>> = {
  WAITING_TO_START: 'waiting',
  NON_EXISTING: 'absent',
  LOCKED: 'locked',
  UNLOCKED: 'unlocked',
  RPC_ACTIVE: 'active',
  SERVER_ACTIVE: 'serving',
};

/** Where lnd answers now, and what it has to show. */
type Whereabouts = () => NodePort;

/** What may be asked of an lnd by whoever reaches it, without a macaroon. */
export interface Unlocker {
  /** How far lnd is. */
  stage(): Promise<Answer<Stage>>;
  /** Opens the wallet, and goes on with its restoration. */
  unlock(password: Uint8Array, restoration: Restoration): Promise<Answer<unknown>>;
  /** Makes 24 words, of which lnd keeps nothing. */
  seed(passphrase: string): Promise<Answer<readonly string[]>>;
  /** Makes the wallet and opens it; the admin macaroon, which is told this once. */
  create(birth: Birth): Promise<Answer<Uint8Array>>;
  /** Changes the password of a locked wallet and opens it; the admin macaroon. */
  changePassword(current: Uint8Array, next: Uint8Array): Promise<Answer<Uint8Array>>;
  close(): void;
}

/** What a wallet is made of. */
export interface Birth {
  readonly words: readonly string[];
  /** What the words are encrypted with; empty for nothing. */
  readonly passphrase: string;
  readonly password: Uint8Array;
  /** How many unused addresses in a row end the search for what the words own; 0 for words that are new. */
  readonly recoveryWindow: number;
}

/** Whether lnd said that a password is wrong: btcwallet's words (`waddrmgr`), for there is no status for that. */
export function isWrongPassword({ said }: NodeFailure): boolean {
  return /invalid passphrase for/.test(said);
}

/** How long lnd may take to say how far it is, ms. */
const STAGE_MS: number = 5 * SECOND;
/** And to open a wallet, ms: it stretches the password twice, on purpose, and may have its database to mend. */
const UNLOCK_MS: number = 30 * SECOND;
/** And to make one, ms, which stretches it more often: 3 s, 12 on a busy machine. Giving up early wins nothing. */
const MAKE_MS: number = 2 * MINUTE;

/** A line to lnd's unlocker, dialled when it is first needed and anew after it broke. */
export function openUnlocker(whereabouts: Whereabouts, clock: Clock): Unlocker {
  const { ask, close } = openLineBy(async () => (await dialOpen(whereabouts())) as Clients, clock);
  return {
    stage: () =>
      ask(STAGE_MS, async ({ status }, over) => {
        const { state } = await rpc<{ state: string }>(status, 'getState', {}, over);
        return STAGES[state] ?? 'waiting';
      }),
    seed: passphrase =>
      ask(UNLOCK_MS, async ({ unlocker }, over) => {
        const request = passphrase === '' ? {} : { aezeed_passphrase: Buffer.from(passphrase) };
        const { cipher_seed_mnemonic } = await rpc<{ cipher_seed_mnemonic: string[] }>(
          unlocker,
          'genSeed',
          request,
          over,
        );
        return cipher_seed_mnemonic;
      }),
    // These are not broken off when time is up: lnd may have opened the wallet by then, would not go on with it, and
    // could not open it a second time (`UnlockWallet` in its `walletunlocker/service.go`).
    unlock: (password, { addresses, channels }) =>
      ask(UNLOCK_MS, ({ unlocker }) =>
        rpc(unlocker, 'unlockWallet', {
          wallet_password: password,
          recovery_window: addresses,
          ...(channels && {
            channel_backups: { multi_chan_backup: { multi_chan_backup: channels } },
          }),
          // Else lnd writes its macaroons onto the disk as they are, and admin's may do everything.
          stateless_init: true,
        }),
      ),
    create: birth => ask(MAKE_MS, ({ unlocker }) => admin(unlocker, 'initWallet', birthOf(birth))),
    changePassword: (current, next) =>
      ask(MAKE_MS, ({ unlocker }) =>
        admin(unlocker, 'changePassword', {
          current_password: current,
          new_password: next,
          stateless_init: true,
        }),
      ),
    close,
  };
}

function birthOf({ words, passphrase, password, recoveryWindow }: Birth): object {
  return {
    cipher_seed_mnemonic: words,
    aezeed_passphrase: Buffer.from(passphrase),
    wallet_password: password,
    recovery_window: recoveryWindow,
    stateless_init: true,
  };
}

/** Calls a method that answers with the admin macaroon. */
async function admin(
  unlocker: Clients['unlocker'],
  method: string,
  request: object,
): Promise<Uint8Array> {
  const { admin_macaroon } = await rpc<{ admin_macaroon: Buffer }>(unlocker, method, request);
  return admin_macaroon;
}

/** The services that lnd opens to everybody. ln-service has no type for the first. */
type Clients = UnauthenticatedLnd & { readonly status: UnauthenticatedLnd['unlocker'] };
