import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { vi } from 'vitest';
import { newId, systemClock, type TaskId } from '../../src/base/index.ts';
import type { WrittenSettings } from '../../src/policy/index.ts';
import { openKeyring } from '../../src/secrets/index.ts';
import { openStore } from '../../src/store/index.ts';
import { openSandbox, openShop, type Sandbox, type Shop } from '../../src/wallet/index.ts';
import {
  type Command,
  type Connected,
  connect,
  type Human,
  type Kind,
  type Reply,
} from './client.ts';
import { openSeller, type Seller } from './seller.ts';
import { openWire, type Wire } from './wire.ts';

/** The bundle as it is shipped. */
const BUNDLE: string = join(import.meta.dirname, '../../dist/tollkeeper.js');

/** Answers to a form. */
export const once: Reply = { action: 'accept', content: { decision: 'once' } };
export const no: Reply = { action: 'accept', content: { decision: 'no' } };
export const today = (todaySats: number): Reply => ({
  action: 'accept',
  content: { decision: 'today', todaySats },
});

/** A data directory with a shop, a seller and the sandbox behind them, and servers on it. */
export interface Desk {
  readonly home: string;
  readonly shop: Shop;
  readonly seller: Seller;
  readonly sandbox: Sandbox;
  /** Writes settings.json: these over those of the desk. */
  settle(settings: WrittenSettings): Promise<void>;
  /** A client of a kind with a server of its own; without a human it cannot show forms. `args` are the server's. */
  start(kind: Kind, human?: Human, args?: readonly string[]): Promise<Connected>;
  /** A bare server, to speak JSON-RPC with by hand. */
  wire(): Wire;
  /** Records a bought body for another owner, beside the servers; the id of its task. */
  foreignTask(): Promise<TaskId>;
  /** How many payments settled, by the ledger. */
  payments(): Promise<number>;
  /** How many payments are on their way, by the ledger. */
  inFlight(): Promise<number>;
  /** Settles whatever is on its way. */
  settleStuck(): Promise<void>;
  /** Waits until something holds, 10 s at most. */
  until(holds: () => Promise<boolean>): Promise<void>;
  /** Whether any file of the data directory but the ledger holds the bytes. */
  bytesWithin(needle: string): Promise<boolean>;
  close(): Promise<void>;
}

/** Sets a desk up; servers still running end with it. */
export async function openDesk(): Promise<Desk> {
  const root = await mkdtemp(join(tmpdir(), 'tollkeeper-e2e-'));
  const home = join(root, 'home');
  await mkdir(home, { mode: 0o700 });
  const place = { home, clock: systemClock };
  const shop = await openShop({ ...place, port: 0, priceSats: 100 });
  const sandbox = await openSandbox(place);
  const seller = await openSeller(sandbox);
  const hosts = { private: [new URL(shop.url).host, new URL(seller.url).host] };
  const settle: Desk['settle'] = settings =>
    writeFile(
      join(home, 'settings.json'),
      JSON.stringify({ ...settings, hosts: { ...settings.hosts, ...hosts } }),
    );
  await settle({});
  const command = serverCommand(home, root);
  const running: { close(): Promise<void> }[] = [];
  const kept = <T extends { close(): Promise<void> }>(server: T): T => {
    running.push(server);
    return server;
  };
  return {
    home,
    shop,
    seller,
    sandbox,
    settle,
    start: async (kind, human, args = []) =>
      kept(await connect(kind, { ...command, args: [...command.args, ...args] }, human)),
    wire: () => kept(openWire(command)),
    inFlight: async () => (await pending(home)).length,
    async settleStuck() {
      for (const hash of await pending(home)) await sandbox.resolve(hash, 'settle');
    },
    until: async holds => void (await vi.waitUntil(holds, { timeout: 10_000, interval: 20 })),
    bytesWithin: async needle => (await filesOf(home)).some(({ bytes }) => bytes.includes(needle)),
    foreignTask: () => recordForeignTask(home),
    payments: async () => (await sandbox.counts()).payments,
    async close() {
      await Promise.all(running.map(server => server.close()));
      await Promise.all([shop.close(), seller.close(), sandbox.close()]);
      await rm(root, { recursive: true, force: true });
    },
  };
}

/** The command that a client spawns. HOME is moved, so that the compile cache of no human is touched. */
export function serverCommand(home: string, userHome: string): Command {
  const args = [BUNDLE, 'mcp', '--home', home];
  return { command: process.execPath, args, env: { HOME: userHome } };
}

/** The hashes of the payments on their way, by the ledger. */
async function pending(home: string): Promise<string[]> {
  const ledger = new DatabaseSync(join(home, 'sandbox.db'), { timeout: 5000 });
  const rows = ledger.prepare("SELECT hash FROM payment WHERE state = 'in_flight'").all();
  ledger.close();
  return rows.map(({ hash }) => String(hash));
}

/** Every file of a data directory but the sandbox's ledger, which is the seller's and the wallet's own. */
export async function filesOf(home: string): Promise<readonly { path: string; bytes: Buffer }[]> {
  const entries = await readdir(home, { recursive: true, withFileTypes: true });
  const paths = entries
    .filter(entry => entry.isFile() && !entry.name.startsWith('sandbox.db'))
    .map(entry => join(entry.parentPath, entry.name));
  return Promise.all(paths.map(async path => ({ path, bytes: await readFile(path) })));
}

async function recordForeignTask(home: string): Promise<TaskId> {
  const sealer = await openKeyring(join(home, 'keys'));
  const bodies = { maxCount: 10, maxTotalBytes: 1e6, maxEach: 1e6 };
  const store = await openStore({ home, sealer, clock: systemClock, bodies });
  const owner = 'somebody else';
  const taskId = newId('task');
  await store.tasks.open({ owner, key: 'theirs' }, taskId, {
    kind: 'requested',
    at: systemClock.now(),
    caller: 'theirs',
    request: {
      owner,
      method: 'GET',
      url: 'https://example.com/theirs',
      headers: {},
      bodyDigest: undefined,
      scope: 'default',
    },
    wishes: {
      maxSpend: undefined,
      requireApproval: false,
      forceRefresh: false,
      cacheTtlMs: undefined,
      idempotencyKey: undefined,
    },
  });
  await store.bodies.put(taskId, Buffer.from('theirs'));
  store.close();
  return taskId;
}
