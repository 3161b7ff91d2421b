import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { onTestFinished } from 'vitest';
import { type Clock, silent, systemClock } from '../../src/base/index.ts';
import {
  type Keeper,
  type KeeperOptions,
  killNode,
  type NodePlace,
  type NodeState,
  openKeeper,
  openVault,
  placeOf,
  type Vault,
  wish,
} from '../../src/node/index.ts';
import { openKeyring } from '../../src/secrets/index.ts';
import { settingsOf } from './lnd-binary.ts';
import type { Call, Orders } from './lnd-program.ts';

/** The password of a rig's wallet. */
export const PASSWORD = 'correct horse';

/** A clock that goes faster than the machine's, and can be put forward. */
export interface QuickClock extends Clock {
  move(ms: number): void;
}

/** Makes one. Not so fast that lnd, which knows nothing of it, would seem never to answer in time. */
function quickClock(times = 3): QuickClock {
  const start = systemClock.now();
  let ahead = 0;
  return {
    now: () => start + (systemClock.now() - start) * times + ahead,
    after: (ms, signal) => systemClock.after(ms / times, signal),
    move: ms => {
      ahead += ms;
    },
  };
}

/** A data directory with a node in it whose lnd is a program of ours. */
export interface NodeRig {
  readonly home: string;
  readonly place: NodePlace;
  readonly vault: Vault;
  readonly clock: QuickClock;
  /** Tells lnd how to behave, from now on. */
  order(orders: Orders): void;
  /** What lnd was asked for, but for its state. */
  calls(method?: string): Call[];
  want(want: 'running' | 'stopped'): Promise<void>;
  /** Opens a keeper. */
  keep(options?: Partial<KeeperOptions>): Promise<Keeper>;
  /** Ends everything; for a rig of one test it does so itself. */
  close(): Promise<void>;
}

/** Makes one for a test, with a wallet and its secrets in the vault unless told otherwise. */
export async function openNodeRig(options: { hasWallet?: boolean } = {}): Promise<NodeRig> {
  const rig = await openSharedRig(options);
  onTestFinished(rig.close);
  return rig;
}

/** The same for several tests. */
export async function openSharedRig({ hasWallet = true } = {}): Promise<NodeRig> {
  const home = await mkdtemp(join(tmpdir(), 'tollkeeper-node-'));
  const place = placeOf(home, 'regtest');
  const vault = openVault(place.secrets, 'regtest', await openKeyring(join(home, 'keys')));
  const clock = quickClock();
  const settings = await settingsOf(home);
  const keepers: Keeper[] = [];
  mkdirSync(place.root, { recursive: true });
  if (hasWallet) await makeWallet(place, vault);
  return {
    home,
    place,
    vault,
    clock,
    order: orders => writeFileSync(join(place.root, 'orders.json'), JSON.stringify(orders)),
    calls: method => callsIn(place).filter(call => method === undefined || call.method === method),
    want: want => wish(place, want, clock),
    async keep(changes = {}) {
      const options = {
        place,
        vault,
        clock,
        log: silent,
        backupDirectory: () => undefined,
        ...settings,
      };
      const keeper = await openKeeper({ ...options, ...changes });
      if (!keeper.ok) throw new Error(keeper.code);
      keepers.push(keeper.value);
      return keeper.value;
    },
    async close() {
      await Promise.all(keepers.map(keeper => keeper.close({ leave: true })));
      killNode(place);
      await rm(home, { recursive: true });
    },
  };
}

async function makeWallet(place: NodePlace, vault: Vault): Promise<void> {
  writeUnder(walletAt(place), PASSWORD);
  await vault.keep('password', Buffer.from(PASSWORD));
  await vault.keep('keeper', Buffer.from('a macaroon for the keeper'));
}

/** Where lnd has its wallet. */
function walletAt(place: NodePlace): string {
  return join(place.data, 'chain', 'bitcoin', place.network, 'wallet.db');
}

/** Writes a file, and the directories that it lies in. */
export function writeUnder(path: string, text: string | Uint8Array): void {
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, text);
}

function callsIn(place: NodePlace): Call[] {
  const path = join(place.root, 'calls.jsonl');
  const lines = existsSync(path) ? readFileSync(path, 'utf8').trim().split('\n') : [];
  return lines.map(line => JSON.parse(line));
}

/** Waits for a state of a node; fails after a while, with the last one. */
export async function until(
  keeper: Keeper,
  isIt: (state: NodeState) => boolean,
  ms = 20_000,
): Promise<NodeState> {
  const late = AbortSignal.timeout(ms);
  while (!isIt(keeper.state())) {
    if (late.aborted) throw new Error(`the last state was ${JSON.stringify(keeper.state())}`);
    await keeper.changed(late);
  }
  return keeper.state();
}

/** Whether a node does its work. */
export const isHealthy = ({ health }: NodeState): boolean => health === 'healthy';

/** A keeper of a node that does its work by now. */
export async function healthy(rig: NodeRig, options: Partial<KeeperOptions> = {}) {
  const keeper = await rig.keep(options);
  await rig.want('running');
  return { keeper, state: await until(keeper, isHealthy) };
}

/** What a rig's lnd wrote into its log. */
export function logOf({ place }: NodeRig): string {
  return readFileSync(join(place.logs, 'bitcoin', place.network, 'lnd.log'), 'utf8');
}
