import { spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { mkdir, writeFile } from 'node:fs/promises';
import { Agent, request } from 'node:http';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { DatabaseSync } from 'node:sqlite';
import { onTestFinished } from 'vitest';
import { msat, SECOND, systemClock } from '../../../src/base/index.ts';
import { formatCredential, parseChallenge } from '../../../src/l402/index.ts';
import { ROUTE_METHODS } from '../../../src/paywall/index.ts';
import { compose, type Tollkeeper } from '../../../src/server/compose.ts';
import { findHome } from '../../../src/server/home.ts';
import { LOCAL_OWNER } from '../../../src/server/owner.ts';
import { fund, openSandboxWallet } from '../../../src/wallet/index.ts';
import { newHome } from '../../store/place.ts';
import type { Answer, Asked } from './wire.ts';

/** What the stall asks for one token. */
export const PRICE = msat(1000);
export const HOST = 'api.example';

/** A gateway in a process of its own. */
export interface GatewayProcess {
  readonly url: string;
  /** Resolves when it has ended, with the signal that ended it, if one did. */
  readonly gone: Promise<NodeJS.Signals | null>;
  /** Bytes that it needs after it collected its garbage. */
  memory(): Promise<{ readonly rss: number; readonly heap: number }>;
  kill(): void;
}

/** A data directory that sells everything of an upstream for a sat; gateways before it come and go. */
export interface Stall {
  /** The record as it is, opened beside whichever gateway works on it. */
  readonly record: Tollkeeper['store'];
  start(): Promise<GatewayProcess>;
  /** Pays what these `WWW-Authenticate` lines ask for; the value of `Authorization`. */
  pay(lines: readonly string[]): Promise<string>;
  /** What the node knows: the truth that the record is held against. */
  readonly ledger: {
    invoices(): number;
    /** The payment hash and the msat of each that settled. */
    settled(): readonly (readonly [hash: string, amount: bigint])[];
  };
}

export interface Goods {
  readonly upstream: string;
  /** Where the gateway's program is. */
  readonly program: string;
  readonly settings?: Readonly<Record<string, unknown>>;
  readonly uses: number | null;
}

const PLENTY = { perClient: 10_000, perMinute: 1_000_000, open: 100_000 };

/** Opens a stall that ends with its test. */
export async function openStall({ upstream, program, settings, uses }: Goods): Promise<Stall> {
  const { home, remove } = await newHome();
  onTestFinished(remove);
  await mkdir(home, { mode: 0o700 });
  const seller = { listen: '127.0.0.1:0', mint: PLENTY, ...settings };
  await writeFile(join(home, 'settings.json'), JSON.stringify({ seller }), { mode: 0o600 });
  const tollkeeper = await compose(findHome(home, {}));
  await sell(tollkeeper, upstream, uses);
  const wallet = await openSandboxWallet({ home, clock: systemClock });
  await fund(home, 1_000_000);
  const ledger = new DatabaseSync(join(home, 'sandbox.db'), { timeout: 5000, readOnly: true });
  onTestFinished(async () => {
    ledger.close();
    await wallet.close();
    await tollkeeper.close();
  });
  return {
    record: tollkeeper.store,
    start: () => startGateway(program, home),
    async pay(lines) {
      const challenge = parseChallenge(lines);
      if (!challenge.ok) throw new Error(challenge.detail);
      const { token, invoice } = challenge.value;
      const { text, paymentHash, amount = PRICE } = invoice;
      const order = { invoice: text, paymentHash, amount, feeLimit: msat(0) };
      const paid = await wallet.pay({ ...order, attemptId: randomUUID(), waitMs: 10 * SECOND });
      if (paid.kind !== 'settled') throw new Error(paid.kind);
      return formatCredential({ token, preimage: paid.preimage });
    },
    ledger: {
      invoices: () => Number(ledger.prepare('SELECT count(*) AS n FROM invoice').get()?.n),
      settled: () =>
        ledger
          .prepare("SELECT hash, msat FROM payment WHERE state = 'settled' ORDER BY hash")
          .all()
          .map(row => [String(row.hash), BigInt(Number(row.msat))] as const),
    },
  };
}

async function sell({ seller }: Tollkeeper, url: string, usesPerToken: number | null) {
  const route = { hostPattern: HOST, methods: [...ROUTE_METHODS], upstream: 'api' };
  const routes = ['/v1/**', '/v2/**'].map(pathPattern => ({ ...route, pathPattern }));
  const policy = { fixedAmountMsats: Number(PRICE), usesPerToken };
  for (const command of [
    { kind: 'add_upstream', input: { name: 'api', url } },
    { kind: 'create', input: { name: 'Reports', policy, routes } },
  ] as const) {
    const ordered = await seller.order(LOCAL_OWNER, command);
    if (!ordered.ok) throw new Error(ordered.detail);
  }
}

async function startGateway(program: string, home: string): Promise<GatewayProcess> {
  // A young generation that doubles now and then would hide what is kept.
  const flags = ['--expose-gc', '--max-semi-space-size=8', '--disable-warning=ExperimentalWarning'];
  const child = spawn(process.execPath, [...flags, program, home], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  // What is told to a process that is being killed is lost, as it should be.
  child.stdin.on('error', () => undefined);
  const gone = once(child, 'close').then(([, signal]) => signal as NodeJS.Signals | null);
  onTestFinished(async () => {
    child.kill('SIGKILL');
    await gone;
  });
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  const heard = async (): Promise<string> => {
    const { value, done } = await lines.next();
    if (done) throw new Error('The gateway ended.');
    return value;
  };
  return {
    url: await heard(),
    gone,
    async memory() {
      child.stdin.write('memory\n');
      return JSON.parse(await heard());
    },
    kill: () => void child.kill('SIGKILL'),
  };
}

/** A client that keeps its connections. */
export interface Client {
  send(asked?: Asked): Promise<Answer>;
  close(): void;
}

/** Opens a client of so many connections at most, which ends with its test; it asks for /v1/reports of the stall. */
export function openClient(url: string, connections: number): Client {
  const agent = new Agent({ keepAlive: true, maxSockets: connections });
  const { hostname, port } = new URL(url);
  onTestFinished(() => agent.destroy());
  return {
    close: () => agent.destroy(),
    send: ({ method = 'GET', target: path = '/v1/reports', headers = {} } = {}) =>
      new Promise((resolve, reject) => {
        const all = { host: HOST, ...headers };
        const sent = request({ agent, hostname, port, path, method, headers: all }, answer => {
          let body = '';
          answer.on('data', piece => {
            body += piece;
          });
          answer.on('error', reject).on('end', () => {
            const { statusCode: status = 0, rawHeaders: lines } = answer;
            resolve({ status, headers: answer.headers, lines, body });
          });
        });
        sent.on('error', reject).end();
      }),
  };
}

/** Does some work over and over, so many at a time, until it has been begun `times` times. */
export async function crowd(
  width: number,
  times: number,
  work: (n: number) => Promise<unknown>,
): Promise<void> {
  let next = 0;
  const one = async (): Promise<void> => {
    while (next < times) {
      next += 1;
      await work(next - 1);
    }
  };
  await Promise.all(Array.from({ length: width }, one));
}
