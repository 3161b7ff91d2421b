import { randomBytes } from 'node:crypto';
import { type Metadata, Server, ServerCredentials, type ServerUnaryCall } from '@grpc/grpc-js';
import type { Clock } from '../../src/base/index.ts';
import type { NodeAddress } from '../../src/node/index.ts';
import type { Sandbox } from '../../src/wallet/index.ts';
import { type Authority, openAuthority, type Right } from './authority.ts';
import { openBooks } from './books.ts';
import { type Certificate, selfSigned } from './certificate.ts';
import { subscribeInvoices } from './invoices.ts';
import { LIGHTNING, type Method } from './lightning.ts';
import { admit, type Node } from './node.ts';
import { openRelay, type Relay } from './relay.ts';
import { type Stream, sendPayment, trackPayment } from './router.ts';
import { Refusal, serviceOf } from './wire.ts';

/** An lnd that is not one: its own wire (gRPC, TLS, macaroons) and manners, with a sandbox's ledger behind. */
export interface FakeLnd {
  readonly sandbox: Sandbox;
  readonly node: Node;
  readonly authority: Authority;
  /** The wire that callers come by. */
  readonly relay: Relay;
  /** Where it answers now, with a macaroon that may pay. */
  address(change?: Partial<NodeAddress>): NodeAddress;
  close(): Promise<void>;
}

/** Where its ledger is, and by which clock invoices and macaroons expire. */
export interface FakePlace {
  readonly home: string;
  readonly clock: Clock;
  readonly shows?: Certificate;
}

/** Starts a fake lnd on loopback. */
export async function openFakeLnd({
  home,
  clock,
  shows = selfSigned(),
}: FakePlace): Promise<FakeLnd> {
  const books = await openBooks(home, clock);
  const authority = openAuthority();
  const node: Node = {
    books,
    authority,
    clock,
    invoices: new Map(),
    added: [],
    forgotten: 0,
    id: `02${randomBytes(32).toString('hex')}`,
    orders: new Map(),
    unroutable: new Set(),
    requests: [],
    open: new Set(),
    condition: 'active',
    refuses: undefined,
    network: 'bcrt',
    mangle: (_method, answer) => answer,
    looked: async () => undefined,
    lose: () => relay.drop(),
  };
  const server = new Server();
  serve(server, node);
  const pair = { private_key: Buffer.from(shows.key), cert_chain: Buffer.from(shows.certificate) };
  const credentials = ServerCredentials.createSsl(null, [pair]);
  const inner = await new Promise<number>((resolve, reject) =>
    server.bindAsync('127.0.0.1:0', credentials, (error, port) =>
      error ? reject(error) : resolve(port),
    ),
  );
  const relay = await openRelay(inner);
  return {
    sandbox: books.sandbox,
    node,
    authority,
    relay,
    address: change => ({
      socket: `127.0.0.1:${relay.port}`,
      certificate: shows.certificate,
      macaroon: authority.bake(),
      ...change,
    }),
    async close() {
      await relay.shut();
      server.forceShutdown();
      await books.close();
    },
  };
}

function serve(server: Server, node: Node): void {
  server.addService(serviceOf('lightning', 'Lightning'), {
    ...unaries(node),
    subscribeInvoices: streaming(node, 'invoices:read', subscribeInvoices),
  });
  server.addService(serviceOf('router', 'Router'), {
    sendPaymentV2: streaming(node, 'offchain:write', sendPayment),
    trackPaymentV2: streaming(node, 'offchain:read', trackPayment),
  });
}

type Unary = ServerUnaryCall<Record<string, unknown>, object>;
type Done = (error: object | null, answer?: object) => void;

function unaries(node: Node) {
  const handlers = Object.entries(LIGHTNING).map(([name, method]) => [
    name,
    (call: Unary, done: Done) => {
      node.open.add(call);
      call.once('cancelled', () => node.open.delete(call));
      answer(node, call, name, method)
        .then(
          value => done(null, value),
          thrown => done(errorOf(thrown)),
        )
        .finally(() => node.open.delete(call));
    },
  ]);
  return Object.fromEntries(handlers);
}

async function answer(node: Node, call: Unary, name: string, method: Method): Promise<object> {
  admit(node, macaroonOf(call.metadata), method.right);
  return node.mangle(name, await method.answer(node, call.request));
}

type Streaming = (node: Node, call: Stream) => Promise<void>;

function streaming(node: Node, right: Right, handle: Streaming) {
  return async (call: Stream) => {
    node.open.add(call);
    call.once('close', () => node.open.delete(call));
    try {
      admit(node, macaroonOf(call.metadata), right);
      await handle(node, call);
    } catch (thrown) {
      if (!call.cancelled) call.emit('error', errorOf(thrown));
    }
  };
}

function macaroonOf(metadata: Metadata): string | undefined {
  return metadata.get('macaroon')[0]?.toString();
}

function errorOf(thrown: unknown): object {
  if (thrown instanceof Refusal) return { code: thrown.code, details: thrown.details };
  throw thrown;
}
