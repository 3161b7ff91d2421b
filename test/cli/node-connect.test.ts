import { execFile } from 'node:child_process';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { systemClock } from '../../src/base/index.ts';
import { openPin } from '../../src/secrets/index.ts';
import { nodeConnect } from '../../src/server/cli/commands/node-connect.ts';
import { compose } from '../../src/server/compose.ts';
import { findHome } from '../../src/server/home.ts';
import { nodeStatusOf } from '../../src/server/node-status.ts';
import { type FakeLnd, openFakeLnd } from '../lnd/lnd.ts';
import { sitAt } from './human.ts';
import { BUNDLE } from './shell.ts';

const PIN = 'a long pin';

let root: string;
let home: string;
let lnd: FakeLnd;
let given: { address: string; certificate: string; macaroon: string };
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'tollkeeper-connect-'));
  home = join(root, 'home');
  lnd = await openFakeLnd({ home: root, clock: systemClock });
  given = await filesOf(lnd);
});
afterEach(async () => {
  await lnd.close();
  await rm(root, { recursive: true });
});

async function filesOf(node: FakeLnd, macaroon = node.address().macaroon) {
  const { socket: address, certificate: pem } = node.address();
  const certificate = join(root, 'tls.cert');
  const baked = join(root, 'buyer.macaroon');
  await writeFile(certificate, pem);
  await writeFile(baked, macaroon);
  return { address, certificate, macaroon: baked };
}

const settings = async () =>
  JSON.parse(await readFile(join(home, 'settings.json'), 'utf8').catch(() => '{}'));
const connect = (...answers: readonly (string | boolean)[]) =>
  sitAt(nodeConnect, home, given, ...answers);

/** What the wired rooms say of the wallet that the settings name. */
async function walletNow() {
  const tollkeeper = await compose(findHome(home, {}));
  try {
    return await nodeStatusOf(tollkeeper);
  } finally {
    await tollkeeper.close();
  }
}

/** Whether any file of the data directory holds the bytes, as they are or in hex. */
async function isKept(secret: Uint8Array): Promise<boolean> {
  const entries = await readdir(home, { recursive: true, withFileTypes: true });
  const paths = entries
    .filter(entry => entry.isFile())
    .map(({ parentPath, name }) => join(parentPath, name));
  const contents = await Promise.all(paths.map(path => readFile(path)));
  const hex = Buffer.from(secret).toString('hex');
  return contents.some(bytes => bytes.includes(Buffer.from(secret)) || bytes.includes(hex));
}

describe('connecting to an lnd that runs elsewhere', () => {
  test('makes it the wallet, its certificate pinned and its macaroon sealed', async () => {
    const { end, documents, told } = await connect();
    expect(end).toBe(0);
    expect(documents).toMatchObject([
      { connected: true, network: 'regtest', address: given.address },
    ]);
    expect(await settings()).toMatchObject({
      network: 'regtest',
      wallet: { kind: 'lnd' },
      lnd: { mode: 'remote', address: given.address },
    });
    expect(await isKept(await readFile(given.macaroon))).toBe(false);
    expect(told.join()).not.toContain((await readFile(given.macaroon)).toString('hex'));
    expect(await walletNow()).toMatchObject({
      network: 'regtest',
      realMoney: false,
      wallet: { kind: 'lnd', ready: true },
      node: { lifecycle: 'remote', health: 'healthy', walletState: 'unlocked', synced: true },
    });
  });

  test('has it dialled itself, whatever proxy the environment names', async () => {
    await connect();
    const nowhere = 'http://127.0.0.1:1';
    const env = { HOME: root, grpc_proxy: nowhere, https_proxy: nowhere, http_proxy: nowhere };
    const args = [BUNDLE, 'node', 'status', '--json', '--home', home];
    const { stdout } = await promisify(execFile)(process.execPath, args, { env });
    expect(JSON.parse(stdout)).toMatchObject({ lifecycle: 'remote', health: 'healthy' });
  });

  test('says so when its macaroon may do more than pay and look', async () => {
    const { end, told } = await connect();
    expect(end).toBe(0);
    expect(told.join('\n')).toContain('may do more than pay and look');
  });

  test.each([
    ['is not there', async () => lnd.relay.shut(), 'node_unreachable'],
    ['is locked', async () => Object.assign(lnd.node, { condition: 'locked' }), 'node_locked'],
    [
      'shows another certificate',
      async () => {
        const other = await openFakeLnd({ home: join(root, 'other'), clock: systemClock });
        await writeFile(given.certificate, other.address().certificate);
        await other.close();
      },
      'node_certificate_invalid',
    ],
    [
      'does not take the macaroon',
      async () => writeFile(given.macaroon, lnd.authority.bake(undefined, Date.now() - 1000)),
      'node_macaroon_refused',
    ],
  ])('changes nothing where the node %s', async (_what, trouble, code) => {
    await trouble();
    expect((await connect()).end).toBe(code);
    expect(await settings()).toEqual({});
  });

  test.each([
    ['certificate', 'no certificate'],
    ['macaroon', ''],
    ['macaroon', 'no macaroon'],
  ] as const)('changes nothing where the %s is “%s”', async (file, text) => {
    await writeFile(given[file], text);
    expect((await connect()).end).toBe('invalid_input');
    expect(await settings()).toEqual({});
  });
});

describe('on mainnet', () => {
  const WORDS = 'this is real money';
  beforeEach(() => {
    lnd.node.network = 'bc';
  });
  const setPin = () => openPin(join(home, 'keys'), systemClock).set(PIN);

  test('nothing is paid without a PIN, whatever is typed', async () => {
    expect((await connect()).end).toBe('pin_required');
    expect(await settings()).toEqual({});
    await writeFile(
      join(home, 'settings.json'),
      JSON.stringify({
        network: 'mainnet',
        wallet: { kind: 'lnd' },
        lnd: { mode: 'remote', address: given.address },
      }),
    );
    expect(await walletNow()).toMatchObject({ realMoney: true, wallet: { ready: false } });
  });

  test('a human has to type that it is real money; a yes is not enough', async () => {
    await setPin();
    for (const typed of ['yes', 'y', WORDS.toUpperCase(), '']) {
      expect((await connect(PIN, typed)).end).toBe('mainnet_unconfirmed');
    }
    expect((await connect('not the pin')).end).toBe('pin_wrong');
    // Whoever breaks off keeps the wallet that they had.
    expect(await settings()).toEqual({});
    expect(await walletNow()).toMatchObject({ wallet: { kind: 'sandbox', ready: true } });
    await rm(join(home, 'keys', 'pin-attempts'), { recursive: true });
    const { end } = await connect(PIN, WORDS);
    expect(end).toBe(0);
    expect(await walletNow()).toMatchObject({
      network: 'mainnet',
      realMoney: true,
      wallet: { kind: 'lnd', ready: true },
    });
  });

  test('nothing more is paid once the PIN is taken away, not even by whoever has the wallet open', async () => {
    await setPin();
    await connect(PIN, WORDS);
    const tollkeeper = await compose(findHome(home, {}));
    try {
      expect(await nodeStatusOf(tollkeeper)).toMatchObject({ wallet: { ready: true } });
      await rm(join(home, 'keys', 'pin.json'));
      await expect(tollkeeper.means.wallet()).rejects.toMatchObject({ code: 'pin_required' });
    } finally {
      await tollkeeper.close();
    }
  });

  test('what was typed is for that very node, and no edit of the settings names another', async () => {
    await setPin();
    await connect(PIN, WORDS);
    const file = join(home, 'settings.json');
    const stated = await settings();
    await writeFile(
      file,
      JSON.stringify({ ...stated, lnd: { ...stated.lnd, address: 'thief.example:1' } }),
    );
    expect(await walletNow()).toMatchObject({ paused: true, settings: 'waiting_for_confirmation' });
  });
});
