import {
  asTollkeeperError,
  type Clock,
  type Code,
  type Log,
  SECOND,
  sha256,
} from '../base/index.ts';
import { readCertificate } from './certificate.ts';
import { codeOf } from './diagnosis.ts';
import { type NodeLine, openLine } from './line.ts';
import { infoOf } from './node-info.ts';
import { type Heard, SILENCE } from './observation.ts';
import type { NodePlace } from './place.ts';
import { isListening } from './ports.ts';
import { unlockWallet } from './recovery.ts';
import { rpc } from './rpc.ts';
import { isWrongPassword, openUnlocker, type Unlocker } from './unlocker.ts';
import type { NodeSecret, Vault } from './vault.ts';

/** What a keeper has to say to one run of lnd. */
export interface Talk {
  /** Asks how it is. Never rejects, and ends within bounded time. */
  hear(): Promise<Heard>;
  /** Opens its wallet with the password of the vault. */
  unlock(): Promise<Unlocking>;
  /** Asks it to end; false if it does not say that it will. */
  stop(): Promise<boolean>;
  close(): void;
}

/** What came of opening a wallet; `password` marks the one that is wrong. */
export type Unlocking =
  | { readonly kind: 'opened' }
  | { readonly kind: 'wrong'; readonly password: string }
  | { readonly kind: 'failed' };

/** Whom it is said to, and what for. */
export interface TalkOptions {
  readonly place: NodePlace;
  readonly socket: string;
  readonly vault: Vault;
  readonly clock: Clock;
  readonly log: Log;
}

/** How long lnd may take to answer, ms. */
const ANSWER_MS: number = 5 * SECOND;

/** What a talk stands on; the certificate and the macaroon are those of the last look. */
interface Standing extends TalkOptions {
  readonly line: NodeLine;
  readonly unlocker: Unlocker;
  certificate: string;
  macaroon: Buffer;
}

/** Opens the talk with a run of lnd; nothing is dialled yet. */
export function openTalk(options: TalkOptions): Talk {
  const { clock } = options;
  const standing: Standing = {
    ...options,
    certificate: '',
    macaroon: Buffer.alloc(0),
    line: openLine(async () => standing, clock),
    unlocker: openUnlocker(() => standing, clock),
  };
  const close = (): void => {
    standing.line.close();
    standing.unlocker.close();
  };
  return {
    hear: () =>
      hear(standing).catch(thrown => ({ ...SILENCE, code: asTollkeeperError(thrown).code })),
    unlock: () =>
      unlock(standing).catch((error: unknown): Unlocking => {
        options.log.warn({ error }, 'the wallet could not be opened');
        return { kind: 'failed' };
      }),
    stop: () => stop(standing).catch(() => false),
    close,
  };
}

async function hear(standing: Standing): Promise<Heard> {
  // gRPC would take far longer to find out that nobody is there, and then to find out that somebody is.
  if (!(await isListening(standing.socket, standing.clock))) return SILENCE;
  // lnd listens only after it has made a certificate, so a missing one was taken away.
  if (!(await useCertificate(standing))) return { ...SILENCE, isUncertified: true };
  const stage = await standing.unlocker.stage();
  if (!stage.ok) {
    const code = await codeOf(stage.failure, standing, standing.clock);
    return { ...SILENCE, code, isUncertified: code === 'node_certificate_invalid' };
  }
  const heard: Heard = { ...SILENCE, stage: stage.value };
  if (heard.stage === 'locked') return { ...heard, ...(await lookForPassword(standing)) };
  if (heard.stage === 'active' || heard.stage === 'serving') {
    return { ...heard, ...(await askForInfo(standing)) };
  }
  return heard;
}

/** Believes the certificate that is on the disk now; false if there is none to believe. */
async function useCertificate(standing: Standing): Promise<boolean> {
  const certificate = await readCertificate(standing.place, standing.clock.now());
  if (certificate === undefined) return false;
  if (certificate !== standing.certificate) {
    standing.line.close();
    standing.unlocker.close();
  }
  standing.certificate = certificate;
  return true;
}

async function lookForPassword({ vault }: Standing): Promise<Pick<Heard, 'password' | 'code'>> {
  const password = await secret(vault, 'password');
  if (!Buffer.isBuffer(password)) return { password: undefined, code: password };
  return { password: sha256(password), code: undefined };
}

async function askForInfo(standing: Standing): Promise<Pick<Heard, 'info' | 'code'>> {
  const { line, place, clock } = standing;
  const code = await useMacaroon(standing);
  if (code !== undefined) return { info: undefined, code };
  const answer = await line.ask(ANSWER_MS, infoOf);
  if (!answer.ok) return { info: undefined, code: await codeOf(answer.failure, standing, clock) };
  const { version, height, synced, network } = answer.value;
  const info = { version: version?.split(' ', 1)[0], height, synced };
  return { info, code: network === place.network ? undefined : 'network_mismatch' };
}

/** Shows lnd the macaroon that is in the vault now; a code if there is none to show. */
async function useMacaroon(standing: Standing): Promise<Code | undefined> {
  const macaroon = await secret(standing.vault, 'keeper');
  if (!Buffer.isBuffer(macaroon)) return macaroon ?? 'node_macaroon_refused';
  if (!macaroon.equals(standing.macaroon)) standing.line.close();
  standing.macaroon = macaroon;
  return undefined;
}

/** A secret of the vault, or why it cannot be opened. */
async function secret(vault: Vault, name: NodeSecret): Promise<Buffer | Code | undefined> {
  return vault.read(name).catch((thrown: unknown) => asTollkeeperError(thrown).code);
}

async function unlock(standing: Standing): Promise<Unlocking> {
  const { vault, log } = standing;
  const password = await vault.read('password');
  if (password === undefined) return { kind: 'failed' };
  const answer = await unlockWallet(standing, password);
  if (answer.ok) return { kind: 'opened' };
  if (isWrongPassword(answer.failure)) return { kind: 'wrong', password: sha256(password) };
  log.warn({ said: answer.failure.said }, 'the wallet could not be opened');
  return { kind: 'failed' };
}

async function stop(standing: Standing): Promise<boolean> {
  const { socket, clock } = standing;
  if (!(await isListening(socket, clock)) || !(await useCertificate(standing))) return false;
  if ((await useMacaroon(standing)) !== undefined) return false;
  const answer = await standing.line.ask(ANSWER_MS, (lnd, over) =>
    rpc(lnd.default, 'stopDaemon', {}, over),
  );
  return answer.ok;
}
