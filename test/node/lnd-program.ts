import { appendFileSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { ServerUnaryCall, ServiceDefinition, sendUnaryData } from '@grpc/grpc-js';

/** What a test tells its lnd, in `orders.json` of its directory. Read whenever it matters, so it may change. */
export interface Orders {
  /** Ends at once whenever it is started. */
  readonly crashes?: boolean;
  /** Said on its output before that. */
  readonly complaint?: string;
  readonly ignoresSigterm?: boolean;
  /** Answers StopDaemon, and goes on. */
  readonly ignoresStop?: boolean;
  readonly isUnsynced?: boolean;
  /** Opens its wallet with no password, not even the right one. */
  readonly opensNothing?: boolean;
  /** Takes connections and calls, and never answers. */
  readonly isSilent?: boolean;
  readonly network?: string;
  /** The channel backup that it writes right before it ends. */
  readonly lastBackup?: string;
  /** How long a certificate lasts that it makes. */
  readonly certificateDays?: number;
}

/** A call as it is written to `calls.jsonl`. */
export interface Call {
  readonly pid: number;
  readonly method: string;
  /** Bytes are in base64. */
  readonly request: Record<string, unknown>;
}

/** A node process that behaves as lnd's does: its arguments, its files, its states and its refusals. */
const [, directory = ''] = /--lnddir=(.*)/.exec(process.argv[3] ?? '') ?? [];
const orders = (): Orders => {
  const path = join(directory, 'orders.json');
  return existsSync(path) ? JSON.parse(readFileSync(path, 'utf8')) : {};
};
if (orders().crashes) crash();

function crash(): never {
  process.stderr.write(`${orders().complaint ?? 'a crash'}\n`);
  process.exit(1);
}

/** Its options by name, quoted or not, as go-flags reads them. */
const [, path = ''] = /--configfile=(.*)/.exec(process.argv[2] ?? '') ?? [];
const options = new Map<string, string>();
for (const line of readFileSync(path, 'utf8').split('\n')) {
  const [, name, value] = /^([\w.]+)=(.*)$/.exec(line) ?? [];
  if (name && value) options.set(name, value.startsWith('"') ? JSON.parse(value) : value);
}
const option = (name: string): string => options.get(name)!;

const network = ['mainnet', 'testnet', 'signet', 'regtest'].find(name =>
  options.has(`bitcoin.${name}`),
)!;
const wallet = join(option('datadir'), 'chain', 'bitcoin', network, 'wallet.db');
const log = join(option('logdir'), 'bitcoin', network, 'lnd.log');
for (const file of [wallet, log]) mkdirSync(dirname(file), { recursive: true });
const say = (text: string) => appendFileSync(log, `[INF] LTND: ${text}\n`);
say('Version Info version=0.20.1-beta');

let state = existsSync(wallet) ? 'LOCKED' : 'NON_EXISTING';

const [{ loadPackageDefinition, Server, ServerCredentials, status }, { loadSync }, certificates] =
  await Promise.all([
    import('@grpc/grpc-js'),
    import('@grpc/proto-loader'),
    import('../lnd/certificate.ts'),
  ]);

class Refusal extends Error {
  readonly code: number = status.UNKNOWN;
  readonly details: string;
  constructor(details: string) {
    super(details);
    this.details = details;
  }
}

const REFUSALS: Readonly<Record<string, string>> = {
  NON_EXISTING: 'wallet not created, create one to enable full RPC access',
  LOCKED: 'wallet locked, unlock it to enable full RPC access',
  UNLOCKED: 'the RPC server is in the process of starting up, but not yet ready to accept calls',
};

type Handler = (request: Record<string, unknown>, macaroon: string) => object;

const unlocker: Record<string, Handler> = {
  unlockWallet({ wallet_password }) {
    if (state !== 'LOCKED') throw new Refusal('wallet already unlocked');
    if (orders().opensNothing) throw new Refusal('database not open');
    if (String(wallet_password) !== readFileSync(wallet, 'utf8')) {
      throw new Refusal('invalid passphrase for master public key');
    }
    state = 'UNLOCKED';
    setTimeout(() => {
      state = 'SERVER_ACTIVE';
    }, 100);
    return {};
  },
};

/** What takes a macaroon: here any that is marked as this node's. */
const guarded =
  (handler: Handler): Handler =>
  (request, macaroon) => {
    if (state in REFUSALS) throw new Refusal(REFUSALS[state]!);
    if (!Buffer.from(macaroon, 'hex').toString().startsWith('a macaroon')) {
      throw new Refusal('verification failed: signature mismatch after caveat verification');
    }
    return handler(request, macaroon);
  };

const lightning: Record<string, Handler> = {
  getInfo: guarded(() => {
    return {
      version: '0.20.1-beta commit=v0.20.1-beta',
      chains: [{ chain: 'bitcoin', network: orders().network ?? network }],
      block_height: 451,
      synced_to_chain: orders().isUnsynced !== true,
    };
  }),
  bakeMacaroon: guarded(() => ({
    macaroon: Buffer.from('a macaroon for a role').toString('hex'),
  })),
  stopDaemon: guarded(() => {
    if (orders().ignoresStop !== true) setTimeout(() => end('a stop was asked for'), 20);
    return { status: 'shutdown initiated, check logs for progress' };
  }),
};

function end(why: string): never {
  const { lastBackup } = orders();
  if (lastBackup !== undefined) writeFileSync(join(dirname(wallet), 'channel.backup'), lastBackup);
  say(`Shutdown complete: ${why}`);
  process.exit(0);
}

process.on('SIGTERM', () => {
  say('Received terminated');
  if (orders().ignoresSigterm !== true) end('a signal');
});

const PROTOS = join(import.meta.dirname, '../../node_modules/lightning/grpc/protos');
const files = ['stateservice', 'walletunlocker', 'lightning'].map(name =>
  join(PROTOS, `${name}.proto`),
);
const { lnrpc } = loadPackageDefinition(
  loadSync(files, { enums: String, keepCase: true, defaults: true }),
);
const services = lnrpc as unknown as Record<string, { service: ServiceDefinition }>;
const server = new Server();
serve('State', { getState: () => ({ state }) });
serve('WalletUnlocker', unlocker);
serve('Lightning', lightning);

function serve(name: string, handlers: Record<string, Handler>): void {
  const methods = Object.entries(handlers).map(([method, handler]) => [
    method,
    (call: ServerUnaryCall<Record<string, unknown>, object>, done: sendUnaryData<object>) =>
      answer(method, handler, call, done),
  ]);
  server.addService(services[name]!.service, Object.fromEntries(methods));
}

function answer(
  method: string,
  handler: Handler,
  { request, metadata }: ServerUnaryCall<Record<string, unknown>, object>,
  done: sendUnaryData<object>,
): void {
  if (method !== 'getState') {
    const plain = Object.entries(request).map(([name, value]) => [
      name,
      Buffer.isBuffer(value) ? value.toString('base64') : value,
    ]);
    const written = { pid: process.pid, method, request: Object.fromEntries(plain) };
    appendFileSync(join(directory, 'calls.jsonl'), `${JSON.stringify(written)}\n`);
  }
  if (orders().isSilent) return;
  try {
    done(null, handler(request, String(metadata.get('macaroon')[0] ?? '')));
  } catch (thrown) {
    done(thrown as Refusal);
  }
}

const [certificate, key] = [option('tlscertpath'), option('tlskeypath')];
if (!existsSync(certificate) || !existsSync(key)) {
  const days = orders().certificateDays ?? 400;
  const made = certificates.selfSigned(Date.now() + days * 86_400_000);
  writeFileSync(certificate, made.certificate);
  writeFileSync(key, made.key, { mode: 0o600 });
}
const pair = { private_key: readFileSync(key), cert_chain: readFileSync(certificate) };
server.bindAsync(option('rpclisten'), ServerCredentials.createSsl(null, [pair]), error => {
  if (error) crash();
  say(`RPC server listening on ${option('rpclisten')}`);
});
