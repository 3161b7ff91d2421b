import { existsSync, readFileSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  loadPackageDefinition,
  Server,
  ServerCredentials,
  type ServerUnaryCall,
  type ServerWritableStream,
  type ServiceDefinition,
  type sendUnaryData,
} from '@grpc/grpc-js';
import { loadSync } from '@grpc/proto-loader';
import { onTestFinished } from 'vitest';
import { type Clock, type Log, systemClock } from '../../src/base/index.ts';
import type { BirthPlan } from '../../src/node/birth.ts';
import {
  type NodePlace,
  type Nursery,
  type Operator,
  openOperator,
  openUnlocker,
  openVault,
  placeOf,
  type Vault,
} from '../../src/node/index.ts';
import { walletOf } from '../../src/node/launch.ts';
import { processOf } from '../../src/node/process-id.ts';
import { writeRun } from '../../src/node/run-record.ts';
import { openKeyring } from '../../src/secrets/index.ts';
import { openAuthority, type Right } from '../lnd/authority.ts';
import { selfSigned } from '../lnd/certificate.ts';
import { Refusal } from '../lnd/wire.ts';
import { writeUnder } from './node-rig.ts';

/** A request as gRPC hands it over. */
// biome-ignore lint/suspicious/noExplicitAny: each method has its own, and tests say which.
type Request = any;
/** What a test has a method answer: an answer, a refusal in lnd's words, or what makes one of them. */
type Line = object | Refusal | ((request: Request) => object | Refusal | Promise<object | Refusal>);

/** An lnd in this process that is operated: its unlocker, its macaroons, and what a test has it say else. */
export interface OperatedLnd {
  readonly place: NodePlace;
  readonly vault: Vault;
  readonly nursery: Nursery;
  /** All that was asked, but for its state. */
  readonly calls: readonly { readonly method: string; readonly request: Request }[];
  /** The calls that somebody still waits for. */
  readonly open: ReadonlySet<object>;
  /** All that was logged, as JSON. */
  readonly logged: readonly string[];
  /** What a method says, from now on; undefined for what it says by itself. */
  says(method: string, line: Line | undefined): void;
  /** Bakes a macaroon with rights, such as `info:read`. */
  bake(...rights: readonly string[]): Uint8Array;
  /** Speaks to it with what is sealed for a role. */
  as(role: 'admin' | 'keeper' | 'buyer' | 'seller'): Operator;
  /** As if it had ended and been started again: a wallet is locked. */
  restart(): void;
  requestsOf(method: string): Request[];
  /** Forgets what it was asked and what it was told to say. */
  forget(): void;
  close(): Promise<void>;
}

/** The words that the fake makes, and the password of a wallet that somebody else made. */
export const WORDS: readonly string[] = Array.from(
  { length: 24 },
  (_, at) => `abandon${'abc'[at % 3]}`,
);
/** Makes a wallet of them. */
export const NEW_WALLET: BirthPlan = { seed: 'acknowledged', words: WORDS, passphrase: '' };
export const ADMIN = ['macaroon:generate'] as const;

const ROOM = 'Lightning';
const REFUSALS: Readonly<Record<string, string>> = {
  NON_EXISTING: 'wallet not created, create one to enable full RPC access',
  LOCKED: 'wallet locked, unlock it to enable full RPC access',
};

/** Starts one for a test. */
export async function operatedLnd(): Promise<OperatedLnd> {
  const lnd = await openOperatedLnd();
  onTestFinished(lnd.close);
  return lnd;
}

/** Starts one, in a data directory of its own. */
export async function openOperatedLnd(clock: Clock = systemClock): Promise<OperatedLnd> {
  const home = await mkdtemp(join(tmpdir(), 'tollkeeper-operated-'));
  const place = placeOf(home, 'regtest');
  const vault = openVault(place.secrets, 'regtest', await openKeyring(join(home, 'keys')));
  const { log, logged } = memory();
  const authority = openAuthority();
  const bake = (...rights: readonly string[]) => authority.bake(rights as readonly Right[]);
  const calls: { method: string; request: Request }[] = [];
  const lines = new Map<string, Line>();
  const waiting = new Set<object>();
  let state = 'NON_EXISTING';

  const open = (): object => {
    state = 'SERVER_ACTIVE';
    return { admin_macaroon: bake(...ADMIN) };
  };
  const check = (password: Uint8Array): void => {
    const kept = existsSync(walletOf(place)) && readFileSync(walletOf(place), 'utf8');
    if (kept === '') throw new Refusal('missing address manager namespace');
    if (kept !== String(password)) {
      throw new Refusal('invalid passphrase for master public key');
    }
  };
  const own: Record<string, (request: Request) => object> = {
    getState: () => ({ state }),
    genSeed: () => ({ cipher_seed_mnemonic: WORDS }),
    initWallet({ wallet_password }) {
      if (existsSync(walletOf(place))) throw new Refusal('wallet already exists');
      writeUnder(walletOf(place), wallet_password);
      return open();
    },
    unlockWallet({ wallet_password }) {
      check(wallet_password);
      open();
      return {};
    },
    changePassword({ current_password, new_password }) {
      check(current_password);
      writeUnder(walletOf(place), new_password);
      return open();
    },
    bakeMacaroon: ({ permissions }) => ({
      macaroon: Buffer.from(
        bake(...permissions.map(({ entity, action }: Request) => `${entity}:${action}`)),
      ).toString('hex'),
    }),
  };
  const admit = (hex: string | undefined, method: string): void => {
    const why = REFUSALS[state] ?? refusalOf(authority, hex, method);
    if (why !== undefined) throw new Refusal(why);
  };
  const answer: Answering = async (name, method, call) => {
    waiting.add(call);
    call.once('cancelled', () => waiting.delete(call));
    return said(name, method, call).finally(() => waiting.delete(call));
  };
  const said: Answering = async (name, method, { request, metadata }) => {
    if (method !== 'getState') calls.push({ method, request });
    if (name === ROOM) admit(metadata.get('macaroon')[0]?.toString(), method);
    const line = lines.get(method) ?? own[method];
    const told = typeof line === 'function' ? await line(request) : line;
    if (told instanceof Refusal) throw told;
    return told ?? {};
  };

  const shows = selfSigned();
  const { port, server } = await serve(shows, answer);
  writeUnder(place.certificate, shows.certificate);
  const lnd = processOf(process.pid)!;
  const socket = `127.0.0.1:${port}`;
  writeRun(place, { lnd, socket, peerPort: 1, sha256: '', version: '0.20.1-beta', at: 0 });
  const unlocker = openUnlocker(() => ({ socket, certificate: shows.certificate }), clock);
  const operators: Operator[] = [];
  return {
    place,
    vault,
    nursery: { place, vault, unlocker, clock, log },
    calls,
    open: waiting,
    logged,
    bake,
    says(method, line) {
      if (line === undefined) lines.delete(method);
      else lines.set(method, line);
    },
    as(role) {
      const operator = openOperator({ place, vault, clock, log }, role);
      operators.push(operator);
      return operator;
    },
    restart() {
      state = existsSync(walletOf(place)) ? 'LOCKED' : 'NON_EXISTING';
    },
    forget() {
      calls.length = 0;
      lines.clear();
    },
    async close() {
      for (const { close } of [unlocker, ...operators]) close();
      server.forceShutdown();
      await rm(home, { recursive: true });
    },
    requestsOf: method => calls.filter(call => call.method === method).map(call => call.request),
  };
}

type Call = ServerUnaryCall<Request, object>;
type Answering = (name: string, method: string, call: Call) => Promise<object>;

/** By name a method needs the right to its address, or one that may bake itself any other. */
function refusalOf(
  authority: ReturnType<typeof openAuthority>,
  hex: string | undefined,
  method: string,
): string | undefined {
  const uri = `uri:/lnrpc.${ROOM}/${method[0]?.toUpperCase()}${method.slice(1)}`;
  const refused = [uri, ...ADMIN].map(right => authority.refusal(hex, right as Right, 0));
  return refused.includes(undefined) ? undefined : refused[0];
}

const PROTOS = join('node_modules', 'lightning', 'grpc', 'protos');
const SERVICES = { stateservice: 'State', walletunlocker: 'WalletUnlocker', lightning: ROOM };

/** lnd's own definitions. They take a while to read, so that is done once. */
const DEFINITIONS = Object.entries(SERVICES).map(([file, name]) => {
  const options = { enums: String, keepCase: true, defaults: true, longs: String };
  const { lnrpc } = loadPackageDefinition(loadSync(join(PROTOS, `${file}.proto`), options));
  const services = lnrpc as unknown as Record<string, { service: ServiceDefinition }>;
  return { name, service: services[name]!.service };
});

async function serve(shows: ReturnType<typeof selfSigned>, answer: Answering) {
  const server = new Server();
  for (const { name, service } of DEFINITIONS) {
    const methods = Object.values(service)
      .filter(({ requestStream }) => !requestStream)
      .map(({ path }) => path.split('/').at(-1) ?? '')
      .map(method => `${method[0]?.toLowerCase()}${method.slice(1)}`);
    const handlers = methods.map(method => [
      method,
      (call: Call, done: sendUnaryData<object> | undefined) =>
        answer(name, method, call).then(
          said => void (done ? done(null, said) : streamed(call).write(said)),
          thrown => void (done ? done(thrown) : streamed(call).emit('error', thrown)),
        ),
    ]);
    server.addService(service, Object.fromEntries(handlers));
  }
  const pair = { private_key: Buffer.from(shows.key), cert_chain: Buffer.from(shows.certificate) };
  const credentials = ServerCredentials.createSsl(null, [pair]);
  const port = await new Promise<number>((resolve, reject) =>
    server.bindAsync('127.0.0.1:0', credentials, (error, bound) =>
      error ? reject(error) : resolve(bound),
    ),
  );
  return { port, server };
}

/** The stream of a method that goes on answering. */
const streamed = (call: Call) => call as unknown as ServerWritableStream<Request, object>;

/** A log that is kept, as it would be written. */
export function memory(): { readonly log: Log; readonly logged: string[] } {
  const logged: string[] = [];
  const write = (data: object, message: string) =>
    void logged.push(JSON.stringify([message, data]));
  return { log: { debug: write, info: write, warn: write, error: write }, logged };
}

/** Writes a file for a test; its path. */
export async function fileOf(directory: string, name: string, data: Uint8Array | string) {
  const path = join(directory, name);
  await writeFile(path, data);
  return path;
}
