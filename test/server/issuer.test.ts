import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { MINUTE, msat, systemClock } from '../../src/base/index.ts';
import { nodeConnect } from '../../src/server/cli/commands/node-connect.ts';
import { compose, type Tollkeeper } from '../../src/server/compose.ts';
import { findHome } from '../../src/server/home.ts';
import { openIssuer } from '../../src/server/issuer.ts';
import { sitAt } from '../cli/human.ts';
import { SELLER } from '../lnd/authority.ts';
import { type FakeLnd, openFakeLnd } from '../lnd/lnd.ts';

const ORDER = { amount: msat(21_000), description: 'a thing', ttlMs: 10 * MINUTE };

let root: string;
let home: string;
let lnd: FakeLnd;
let tollkeeper: Tollkeeper;
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'tollkeeper-issuer-'));
  home = join(root, 'home');
  lnd = await openFakeLnd({ home: root, clock: systemClock });
  tollkeeper = await compose(findHome(home, {}));
});
afterEach(async () => {
  await tollkeeper.close();
  await lnd.close();
  await rm(root, { recursive: true });
});

const prepare = () =>
  openIssuer({ ...tollkeeper, policy: () => tollkeeper.settings.read().policy });

/** Has the settings name the lnd, with macaroons for what is given beside paying. */
async function connect(sellerRights?: Parameters<FakeLnd['authority']['bake']>[0]) {
  const { socket: address, certificate: pem, macaroon: baked } = lnd.address();
  const [certificate, macaroon, seller] = ['tls.cert', 'buyer.macaroon', 'seller.macaroon'].map(
    name => join(root, name),
  ) as [string, string, string];
  await writeFile(certificate, pem);
  await writeFile(macaroon, baked);
  await writeFile(seller, lnd.authority.bake(sellerRights));
  const more = sellerRights === undefined ? {} : { sellerMacaroon: seller };
  return sitAt(nodeConnect, home, { address, certificate, macaroon, ...more });
}

test('what is sold is paid to the wallet that the settings name, from the moment on that they do', async () => {
  const issuer = prepare();
  const sandbox = await issuer.get();
  expect(sandbox.node).toMatch(/^sandbox:/);
  expect((await connect(SELLER)).end).toBe(0);
  const node = await issuer.get();
  expect(node.node).toBe(lnd.node.id);
  await node.issue(ORDER);
  expect(lnd.node.added).toHaveLength(1);
  // The one before is closed: nobody goes on to sell for another's money.
  await expect(sandbox.issue(ORDER)).rejects.toMatchObject({ code: 'wallet_unavailable' });
  await issuer.close();
});

test('nothing is sold by an lnd that was connected to without a macaroon for it, and never for play money instead', async () => {
  await connect(SELLER);
  await connect();
  const issuer = prepare();
  await expect(issuer.get()).rejects.toMatchObject({ code: 'wallet_unavailable' });
  expect(lnd.node.added).toEqual([]);
  await issuer.close();
});

test('an lnd that was away is asked again when it is next needed', async () => {
  await connect(SELLER);
  const issuer = prepare();
  lnd.node.condition = 'locked';
  await expect(issuer.get()).rejects.toMatchObject({ code: 'wallet_unavailable' });
  lnd.node.condition = 'active';
  expect((await issuer.get()).node).toBe(lnd.node.id);
  await issuer.close();
});

test('real money is not earned before a human has said that it is real', async () => {
  lnd.node.network = 'bc';
  expect((await connect(SELLER)).end).toBe('pin_required');
  // Nothing was named, then; somebody edits the settings instead.
  const lndOf = { mode: 'remote', address: lnd.address().socket };
  const named = { network: 'mainnet', wallet: { kind: 'lnd' }, lnd: lndOf };
  await writeFile(join(home, 'settings.json'), JSON.stringify(named));
  const issuer = prepare();
  await expect(issuer.get()).rejects.toMatchObject({ code: 'pin_required' });
  expect(lnd.node.added).toEqual([]);
  await issuer.close();
});

test.each([
  ['cannot make invoices', ['info:read', 'invoices:read'], 'node_macaroon_refused'],
  ['cannot watch them', ['info:read', 'invoices:write'], 'node_macaroon_refused'],
] as const)('a macaroon that %s is no seller’s', async (_what, rights, code) => {
  expect((await connect(rights)).end).toBe(code);
});

test('a macaroon that may do more than sell is taken, and said to be too much', async () => {
  const { end, told, documents } = await connect([...SELLER, 'onchain:read']);
  expect(end).toBe(0);
  expect(told.join('\n')).toContain('may do more than make invoices');
  expect(documents).toMatchObject([{ connected: true, sells: true }]);
});
