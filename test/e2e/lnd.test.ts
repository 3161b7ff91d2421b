import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';
import { sats, systemClock } from '../../src/base/index.ts';
import { nodeConnect } from '../../src/server/cli/commands/node-connect.ts';
import { sitAt } from '../cli/human.ts';
import { type FakeLnd, openFakeLnd } from '../lnd/lnd.ts';
import { type Connected, connect, type Form } from './client.ts';
import { filesOf, once, serverCommand } from './desk.ts';
import { openSeller, type Seller } from './seller.ts';

// The shipped bundle pays over gRPC, by an lnd that is none but speaks its wire; the sandbox's ledger is behind it.

let root: string;
let home: string;
let lnd: FakeLnd;
let seller: Seller;
let client: Connected;
let forms: Form[];
let round = 0;

beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'tollkeeper-e2e-lnd-'));
  home = join(root, 'home');
  await mkdir(home, { mode: 0o700 });
  lnd = await openFakeLnd({ home: root, clock: systemClock });
  seller = await openSeller(lnd.sandbox);
  const hosts = { private: [new URL(seller.url).host] };
  await writeFile(join(home, 'settings.json'), JSON.stringify({ hosts }), { mode: 0o600 });
  const { socket: address, certificate: pem, macaroon: baked } = lnd.address();
  const [certificate, macaroon] = [join(root, 'tls.cert'), join(root, 'buyer.macaroon')];
  await writeFile(certificate, pem);
  await writeFile(macaroon, baked);
  expect((await sitAt(nodeConnect, home, { address, certificate, macaroon })).end).toBe(0);
  client = await connect('v2 modern', serverCommand(home, root), form => {
    forms.push(form);
    return once;
  });
});
afterAll(async () => {
  await client.close();
  await seller.close();
  await lnd.close();
  await rm(root, { recursive: true });
});
beforeEach(() => {
  forms = [];
  round += 1;
  lnd.node.condition = 'active';
});

const buy = async (price = sats(10)) => {
  const url = seller.sell(`/thing/${round}`, { body: `thing ${round}`, price });
  return (await client.call('l402_fetch', { url })).output;
};
const status = async () => (await client.call('node_status')).output;

describe('with an lnd as the wallet', () => {
  test('a purchase that a human agreed to is paid and delivered', async () => {
    const before = (await status()).wallet.balanceMsats;
    expect(await buy()).toMatchObject({
      status: 'completed',
      money: 'moved',
      paid: true,
      amountMsats: 10_000,
      paymentBackend: 'lnd',
      realMoney: false,
      responseBodyTextPreview: `thing ${round}`,
    });
    expect(forms).toHaveLength(1);
    expect(forms[0]?.message).toContain('play money, worth nothing');
    expect(before - (await status()).wallet.balanceMsats).toBe(10_000);
  });

  test('node_status shows the node, and the wallet as ready', async () => {
    expect(await status()).toMatchObject({
      network: 'regtest',
      wallet: { kind: 'lnd', ready: true },
      node: { lifecycle: 'remote', health: 'healthy', walletState: 'unlocked', synced: true },
    });
  });

  test('no way to the seller is told apart from a failure, and moves nothing', async () => {
    await lnd.sandbox.setBehaviour({ kind: 'fail' });
    expect(await buy()).toMatchObject({ status: 'failed', money: 'not_moved' });
    await lnd.sandbox.setBehaviour({ kind: 'instant' });
  });

  test.each([
    ['locked', 'node_locked'],
    ['unsynced', 'node_unsynced'],
  ] as const)(
    'a node that is %s pays nothing, says so, and is waited for',
    async (condition, code) => {
      lnd.node.condition = condition;
      const { wallet, node } = await status();
      expect(wallet.ready).toBe(false);
      expect(node).toMatchObject({ health: 'unhealthy', nodeCode: code });
      expect(node.nodeHint).toMatch(/\S/);
      const before = lnd.node.orders.size;
      const buying = buy();
      await vi.waitUntil(async () => (await status()).paymentsInFlight === 1, 10_000);
      expect(lnd.node.orders.size).toBe(before);
      lnd.node.condition = 'active';
      expect(await buying).toMatchObject({ status: 'completed', money: 'moved' });
      expect(lnd.node.orders.size).toBe(before + 1);
    },
  );

  test('a node that is down is not waited for longer than a call may take', async () => {
    lnd.relay.drop();
    await lnd.relay.shut();
    const started = systemClock.now();
    const { node, wallet } = await status();
    expect(systemClock.now() - started).toBeLessThan(20_000);
    expect(wallet.ready).toBe(false);
    expect(node).toMatchObject({ lifecycle: 'remote', nodeCode: 'node_unreachable' });
  });

  test('neither its macaroon nor a preimage is anywhere but sealed', async () => {
    const { macaroon } = lnd.address();
    const secrets = [Buffer.from(macaroon), Buffer.from(Buffer.from(macaroon).toString('hex'))];
    const kept = await filesOf(home);
    expect(kept.length).toBeGreaterThan(3);
    for (const { path, bytes } of kept) {
      for (const secret of secrets) expect(bytes.includes(secret), path).toBe(false);
    }
    const said = `${client.stdout()}${client.stderr()}`;
    for (const secret of secrets) expect(said.includes(secret.toString())).toBe(false);
  });
});
