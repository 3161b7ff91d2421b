import { X509Certificate } from 'node:crypto';
import { once } from 'node:events';
import { appendFile, copyFile, mkdtemp, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, inject, test } from 'vitest';
import { DAY, SECOND, systemClock } from '../../src/base/index.ts';
import { type NodePlace, type NodeState, placeOf, readNodeState } from '../../src/node/index.ts';
import { selfSigned } from '../lnd/certificate.ts';
import { vaultOf } from './books.ts';
import { makeWallet } from './node.ts';
import { newOperator, type Operator } from './operator.ts';
import { freePort } from './port.ts';
import { until } from './until.ts';

// What can be wrong with a real lnd of ours, one after the other on one node that sees no chain: each has its own
// clear error, nothing is lost by it, and once it is mended the node goes on.

let directory: string;
let operator: Operator;
let place: NodePlace;
let rpcPort: number;
let peerPort: number;

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'tollkeeper-regtest-'));
  [rpcPort, peerPort] = [await freePort(), await freePort()];
  const nobody = `127.0.0.1:${await freePort()}`;
  operator = await newOperator(directory, {
    network: 'regtest',
    lnd: { peers: [nobody], rpcPort, peerPort },
  });
  place = placeOf(operator.home, 'regtest');
  await operator.does('node', 'prepare', '--binary', inject('binaries').lnd);
  await makeWallet(operator);
});
afterAll(async () => {
  await operator?.leave();
  await rm(directory, { recursive: true, force: true });
});

const start = () => operator.run('node', 'start', '--wait', '0');
const stop = () => operator.does('node', 'stop');

async function unlock(password: string): Promise<void> {
  const human = operator.sit('node', 'unlock');
  await human.see(/◆ +The password/);
  human.type(password);
  expect(await human.ended).toBe(0);
  expect(human.screen()).not.toContain(password);
}

/** Waits for a state of the node. */
function state(what: string, isIt: (state: NodeState) => boolean): Promise<NodeState> {
  return until(`the node ${what}`, async () => {
    const now = await readNodeState(place, systemClock);
    return isIt(now) && now;
  }).catch(async cause => {
    const now = JSON.stringify(await readNodeState(place, systemClock));
    throw new Error(`${cause.message}; it is ${now}`);
  });
}
/** Works, as far as it can without a chain. */
const works = (more: (state: NodeState) => boolean = () => true) =>
  state('works', now => now.code === 'node_unsynced' && now.wallet === 'unlocked' && more(now));

test('a node that has not caught up with its chain says so, and is not ready', async () => {
  const { code, answer } = await operator.run('node', 'start', '--wait', '5');
  expect(code).not.toBe(0);
  expect(answer).toMatchObject({ lifecycle: 'running', health: 'starting', synced: false });
  const { wallet } = await works();
  expect(wallet).toBe('unlocked');
  expect((await operator.run('node', 'status')).answer).toMatchObject({ code: 'node_unsynced' });
});

test.each<[trouble: string, make: () => Promise<void>]>([
  ['is deleted', () => rm(place.certificate)],
  [
    'has expired',
    async () => {
      const { certificate, key } = selfSigned(systemClock.now() - DAY);
      await writeFile(place.certificate, certificate);
      await writeFile(place.certificateKey, key);
    },
  ],
])('a certificate that %s under a running node is made anew', async (_trouble, make) => {
  const { lnd } = await works();
  await make();
  await works(now => now.lnd?.pid !== lnd?.pid);
  const { validToDate } = new X509Certificate(await readFile(place.certificate));
  expect(validToDate.getTime()).toBeGreaterThan(systemClock.now() + DAY);
});

test.each([
  ['commands', () => rpcPort],
  ['other nodes', () => peerPort],
])('while another program has the port for %s the node waits, and says so', async (_for, port) => {
  await stop();
  const thief = createServer().listen(port(), '127.0.0.1');
  await once(thief, 'listening');
  await start();
  const { lnd, crashes } = await state('waits', ({ code }) => code === 'port_taken');
  expect({ lnd, crashes }).toEqual({ lnd: undefined, crashes: 0 });
  const { answer } = await operator.run('node', 'status');
  expect(answer).toMatchObject({ lifecycle: 'failed', code: 'port_taken' });
  thief.close();
  await works();
});

test('a wrong password is tried once, never again and again, until a human types the right one', async () => {
  await stop();
  const vault = await vaultOf(operator);
  const right = await vault.read('password');
  await vault.keep('password', Buffer.from('not the one'));
  expect((await start()).answer).toBeDefined();
  const first = await state('is locked', ({ code }) => code === 'node_password_wrong');
  expect(first).toMatchObject({ lifecycle: 'running', wallet: 'locked', crashes: 0 });
  const later = await state('is still locked', ({ at }) => at > first.at + 10 * SECOND);
  expect(later).toMatchObject({ code: 'node_password_wrong', lnd: first.lnd, crashes: 0 });

  await unlock(String(right));
  await works(({ lnd }) => lnd?.pid === first.lnd?.pid);
  expect(await vault.read('password')).toEqual(right);
});

test('an lnd that is no longer the one that was named is not run', async () => {
  await stop();
  const { lnd } = inject('binaries');
  const copy = join(directory, 'lnd');
  await copyFile(lnd, copy);
  await operator.does('node', 'prepare', '--binary', copy);
  await appendFile(copy, 'a');
  await start();
  expect(await state('is refused', ({ lifecycle }) => lifecycle === 'failed')).toMatchObject({
    code: 'checksum_mismatch',
    lnd: undefined,
  });
  await operator.does('node', 'prepare', '--binary', lnd);
  await start();
  await works();
});

test('an lnd that ends again and again is given up with what it said last, and goes on once it is mended', async () => {
  await stop();
  const database = join(place.data, 'graph/regtest/channel.db');
  await rename(database, `${database}.kept`);
  await writeFile(database, 'no database');
  await start();
  const given = await state('is given up', ({ lifecycle }) => lifecycle === 'failed');
  expect(given).toMatchObject({ code: 'crash_loop_exhausted', crashes: 4, lnd: undefined });
  expect(given.lines.join('\n')).toMatch(/channel|database|invalid/i);
  await rename(`${database}.kept`, database);
  await start();
  await works();
});

test('a password that got lost leaves the wallet locked, until a human types it', async () => {
  await stop();
  const right = await (await vaultOf(operator)).read('password');
  await rm(join(place.secrets, 'password.sealed'));
  await start();
  expect(await state('is locked', ({ code }) => code === 'node_locked')).toMatchObject({
    lifecycle: 'running',
    wallet: 'locked',
    crashes: 0,
  });
  await unlock(String(right));
  await works();
});

test('a directory of another network is not touched, and not taken for one whose keys are lost', async () => {
  await stop();
  const signet = placeOf(operator.home, 'signet');
  await rename(place.root, signet.root);
  await operator.does('settings', 'set', 'network', 'signet');
  expect((await start()).answer.error).toMatchObject({ code: 'network_mismatch' });
  expect(await readNodeState(signet, systemClock)).toMatchObject({ lnd: undefined });
  await rename(signet.root, place.root);
  await operator.does('settings', 'set', 'network', 'regtest');
  await start();
  await works();
});
