import { X509Certificate } from 'node:crypto';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { type AddressInfo, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, onTestFinished, test } from 'vitest';
import { DAY, SECOND, silent, systemClock, TollkeeperError } from '../../src/base/index.ts';
import {
  bear,
  type NodeAddress,
  readRemote,
  remoteSnapshotOf,
  tryRemote,
} from '../../src/node/index.ts';
import { ROLES } from '../../src/node/role.ts';
import { readRun } from '../../src/node/run-record.ts';
import { readIfThere } from '../../src/secrets/index.ts';
import { selfSigned } from '../lnd/certificate.ts';
import { Refusal } from '../lnd/wire.ts';
import { movedClock } from '../wallet/play.ts';
import { fileOf, NEW_WALLET, type OperatedLnd, openOperatedLnd } from './operated-lnd.ts';

const BUYER = ROLES.buyer.map(method => `uri:${method}`);
const INFO = {
  alias: 'a node elsewhere',
  identity_pubkey: `02${'ab'.repeat(32)}`,
  version: '0.20.1-beta commit=v0.20.1-beta',
  synced_to_chain: true,
  chains: [{ chain: 'bitcoin', network: 'signet' }],
};

let lnd: OperatedLnd;
let own: NodeAddress;
beforeAll(async () => {
  lnd = await openOperatedLnd();
  await bear(lnd.nursery, NEW_WALLET);
  const certificate = String(await readIfThere(lnd.place.certificate));
  own = { socket: readRun(lnd.place)!.socket, certificate, macaroon: lnd.bake(...BUYER) };
});
beforeEach(() => {
  lnd.forget();
  lnd.says('getInfo', INFO);
});
afterAll(() => lnd.close());

const tried = (change: Partial<NodeAddress> = {}) =>
  tryRemote({ ...own, ...change }, systemClock, silent);

describe('a remote node that is tried out', () => {
  test('says what it is, and nothing there is changed', async () => {
    expect(await tried()).toEqual({
      ok: true,
      value: {
        network: 'signet',
        alias: 'a node elsewhere',
        pubkey: INFO.identity_pubkey,
        version: INFO.version,
        synced: true,
        tooPowerful: false,
      },
    });
    expect(new Set(lnd.calls.map(({ method }) => method))).toEqual(new Set(['getInfo']));
  });

  test.each([
    ['admin’s', ['macaroon:generate', 'info:read', 'offchain:read', 'offchain:write']],
    ['one by lnd’s coarse rights', ['info:read', 'offchain:read', 'offchain:write']],
    ['a buyer’s that may open channels', [...BUYER, 'uri:/lnrpc.Lightning/OpenChannel']],
  ])('is told to have too powerful a macaroon: %s', async (_whose, rights) => {
    lnd.says('getInfo', INFO);
    const macaroon = lnd.bake(...rights, 'uri:/lnrpc.Lightning/GetInfo');
    expect(await tried({ macaroon })).toMatchObject({ ok: true, value: { tooPowerful: true } });
  });

  test.each([
    ['cannot pay', BUYER.filter(right => !right.endsWith('SendPaymentV2')), 'SendPaymentV2'],
    [
      'cannot look a payment up',
      BUYER.filter(right => !right.endsWith('TrackPaymentV2')),
      'TrackPaymentV2',
    ],
    ['can only read', ['info:read', 'offchain:read', 'onchain:read'], 'SendPaymentV2'],
  ])('is refused with a macaroon that %s', async (_what, rights, lacking) => {
    const macaroon = lnd.bake(...rights, 'uri:/lnrpc.Lightning/GetInfo');
    expect(await tried({ macaroon })).toEqual({
      ok: false,
      code: 'node_macaroon_refused',
      detail: expect.stringContaining(lacking),
    });
  });

  test.each([
    ['0.17.5-beta', 'lnd_version_unsupported'],
    ['none of your business', 'lnd_version_unsupported'],
    ['', 'lnd_version_unsupported'],
  ])('is refused when its version is “%s”', async (version, code) => {
    lnd.says('getInfo', { ...INFO, version });
    expect(await tried()).toMatchObject({ ok: false, code });
  });

  test.each(['0.18.0-beta', '0.21.2-beta commit=x', '1.0.0'])('is taken as %s', async version => {
    lnd.says('getInfo', { ...INFO, version });
    expect(await tried()).toMatchObject({ ok: true });
  });

  test.each([[[{ chain: 'bitcoin', network: 'simnet' }]], [[]]])(
    'is refused on a chain that is none of ours: %j',
    async chains => {
      lnd.says('getInfo', { ...INFO, chains });
      expect(await tried()).toMatchObject({ ok: false, code: 'network_mismatch' });
    },
  );

  test('is told apart when it is locked, or does not know the macaroon', async () => {
    lnd.says('getInfo', new Refusal('wallet locked, unlock it to enable full RPC access'));
    expect(await tried()).toEqual({ ok: false, code: 'node_locked' });
    expect(await tried({ macaroon: Buffer.from('0201036c6e64', 'hex') })).toMatchObject({
      code: 'node_macaroon_refused',
    });
  });

  test('is told apart when it shows another certificate than the pinned one', async () => {
    const certificate = selfSigned().certificate;
    expect(await tried({ certificate })).toEqual({ ok: false, code: 'node_certificate_invalid' });
  });

  test('keeps nobody waiting when it takes connections and says nothing', async () => {
    const server = createServer(socket => socket.on('error', () => socket.destroy()));
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    onTestFinished(() => void server.close());
    const socket = `127.0.0.1:${(server.address() as AddressInfo).port}`;
    const clock = movedClock();
    clock.hurry(10);
    const waited: number[] = [];
    const watched = {
      ...clock,
      after(ms: number, signal?: AbortSignal) {
        waited.push(ms);
        return clock.after(ms, signal);
      },
    };
    expect(await tryRemote({ ...own, socket }, watched, silent)).toEqual({
      ok: false,
      code: 'node_unreachable',
    });
    expect(waited.length).toBeGreaterThan(0);
    expect(waited.reduce((sum, ms) => sum + ms, 0)).toBeLessThanOrEqual(30 * SECOND);
  });
});

describe('what is shown of a remote node', () => {
  const shown = (change: Partial<NodeAddress> = {}) =>
    remoteSnapshotOf(async () => ({ ...own, ...change }), systemClock, silent);

  test('is what a buyer may see of it', async () => {
    lnd.says('getInfo', { ...INFO, block_height: 451 });
    expect(await shown()).toEqual({
      lifecycle: 'remote',
      health: 'healthy',
      wallet: 'unlocked',
      recovery: undefined,
      channelBackup: undefined,
      version: INFO.version,
      synced: true,
      height: 451,
      outbound: 0n,
      inbound: 0n,
      code: undefined,
    });
    lnd.says('getInfo', { ...INFO, synced_to_chain: false });
    expect(await shown()).toMatchObject({ health: 'unhealthy', code: 'node_unsynced' });
  });

  test('is why there is nothing to be seen, and never an exception', async () => {
    lnd.says('getInfo', new Refusal('wallet locked, unlock it to enable full RPC access'));
    expect(await shown()).toMatchObject({ wallet: 'locked', code: 'node_locked' });
    const certificate = selfSigned().certificate;
    expect(await shown({ certificate })).toMatchObject({
      health: 'unhealthy',
      wallet: 'unknown',
      outbound: undefined,
      code: 'node_certificate_invalid',
    });
    const nowhere = async () => {
      throw new TollkeeperError('node_not_initialized');
    };
    expect(await remoteSnapshotOf(nowhere, systemClock, silent)).toMatchObject({
      code: 'node_not_initialized',
    });
  });
});

describe('the files of a remote node', () => {
  async function given(certificate: string | Uint8Array, macaroon: string | Uint8Array) {
    const directory = await mkdtemp(join(tmpdir(), 'tollkeeper-remote-'));
    onTestFinished(() => rm(directory, { recursive: true }));
    return readRemote('node.example:10009', {
      certificate: await fileOf(directory, 'tls.cert', certificate),
      macaroon: await fileOf(directory, 'buyer.macaroon', macaroon),
    });
  }

  test('are read, the macaroon binary or in hex', async () => {
    const { certificate, macaroon } = own;
    const address = { socket: 'node.example:10009', certificate, macaroon: Buffer.from(macaroon) };
    expect(await given(certificate, macaroon)).toEqual({ ok: true, value: address });
    const hex = ` ${Buffer.from(macaroon).toString('hex').toUpperCase()}\n`;
    expect(await given(certificate, hex)).toEqual({ ok: true, value: address });
  });

  test('may hold an expired certificate: it is told when the node shows it', async () => {
    const { certificate } = selfSigned(systemClock.now() - DAY);
    expect(await given(certificate, own.macaroon)).toMatchObject({ ok: true });
  });

  test.each([
    ['none', ''],
    ['no certificate', 'hello'],
    ['a certificate that is not PEM', new X509Certificate(selfSigned().certificate).raw],
    ['a private key', selfSigned().key],
    ['half a certificate', selfSigned().certificate.slice(0, 200)],
    ['too long a certificate', selfSigned().certificate + '\n'.repeat(70_000)],
  ])('are refused with %s for a certificate', async (_what, certificate) => {
    expect(await given(certificate, own.macaroon)).toMatchObject({
      code: 'invalid_input',
      detail: expect.stringContaining('certificate'),
    });
  });

  test.each([
    ['none', ''],
    ['a text', 'not a macaroon'],
    ['hex of something else', 'deadbeef'],
    ['a certificate', selfSigned().certificate],
    ['half a macaroon', () => Buffer.from(own.macaroon).subarray(0, 60)],
    ['too long a macaroon', () => Buffer.concat([own.macaroon, Buffer.alloc(9000)])],
  ])('are refused with %s for a macaroon', async (_what, macaroon) => {
    const data = typeof macaroon === 'function' ? macaroon() : macaroon;
    expect(await given(own.certificate, data)).toMatchObject({
      code: 'invalid_input',
      detail: expect.stringContaining('macaroon'),
    });
  });

  test('that are not there are refused', async () => {
    const files = { certificate: '/nowhere/tls.cert', macaroon: '/nowhere/buyer.macaroon' };
    expect(await readRemote('node.example:10009', files)).toMatchObject({ code: 'invalid_input' });
  });

  test('that never end are refused', async () => {
    const files = { certificate: '/dev/zero', macaroon: '/dev/zero' };
    expect(await readRemote('node.example:10009', files)).toMatchObject({ code: 'invalid_input' });
  });
});
