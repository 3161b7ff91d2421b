import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { systemClock } from '../../src/base/index.ts';
import { openKeyring, openPin } from '../../src/secrets/index.ts';
import { openSettings } from '../../src/server/settings/index.ts';
import { type Connected, KINDS } from './client.ts';
import { type Desk, filesOf, no, once, openDesk } from './desk.ts';

const PIN = 'correct horse 4711';
const BODY = 'a body that is nobody’s business: 8c1f77';

let desk: Desk;
const clients: Connected[] = [];
/** All that the tools, the resources and the forms said. */
const said: string[] = [];
const processes: Buffer[] = [];

/** Buys in every way that there is, with every client, so that every secret that there can be exists. */
beforeAll(async () => {
  desk = await openDesk();
  await desk.settle({
    log: { level: 'debug' },
    approvals: { coolDownMinutes: 0, maxPerHour: 100 },
    caps: { hostSats: 20_000, hourSats: 20_000, daySats: 20_000 },
  });
  await setPin();
  const url = desk.seller.sell('/thing', { body: 'goods', description: 'a seller’s words' });
  for (const kind of KINDS) {
    let reply = once;
    const client = await desk.start(kind, form => {
      said.push(JSON.stringify(form));
      return reply;
    });
    clients.push(client);
    const call = async (tool: string, args: object) => {
      const result = await client.call(tool, args);
      said.push(JSON.stringify(result));
      return result.output;
    };
    const shop = (path: string) => ({ url: desk.shop.url + path, scope: kind });
    const { taskId } = await call('l402_fetch', shop('/weather'));
    await call('l402_fetch', { ...shop('/translate'), method: 'POST', body: BODY });
    await call('l402_fetch', { url, scope: kind });
    await call('l402_fetch', shop('/vault'));
    await desk.sandbox.setBehaviour({ kind: 'fail' });
    await call('l402_fetch', { ...shop('/weather'), scope: `${kind} failing` });
    await desk.sandbox.setBehaviour({ kind: 'instant' });
    reply = no;
    await call('l402_fetch', { ...shop('/weather'), scope: `${kind} no` });
    await call('l402_read', { taskId });
    await call('l402_tasks', {});
    await call('node_status', {});
    await call('l402_fetch', { url: 'https://example.com/', headers: { authorization: PIN } });
    said.push(JSON.stringify(await client.read(`tollkeeper://body/${taskId}`)));
    said.push(JSON.stringify(await client.listResources()));
    processes.push(await readFile(`/proc/${client.pid}/cmdline`));
    processes.push(await readFile(`/proc/${client.pid}/comm`));
  }
  // Last, because the sum stays held and the host's next payment would wait for it.
  await desk.sandbox.setBehaviour({ kind: 'wrong_preimage' });
  const doubted = { url: `${desk.shop.url}/weather`, scope: 'doubted' };
  await clients[0]?.call('l402_fetch', doubted, { timeout: 700 }).catch(() => undefined);
  said.push(JSON.stringify(await clients[0]?.call('l402_tasks')));
}, 60_000);
afterAll(() => desk.close());

/** Sets a PIN, and confirms with it what the settings allow. */
async function setPin(): Promise<void> {
  const keys = join(desk.home, 'keys');
  const sealer = await openKeyring(keys);
  await openPin(keys, systemClock).set(PIN);
  const settings = openSettings(desk.home, () => sealer);
  expect(await settings.confirm(settings.read())).toMatchObject({ ok: true });
}

/** Every secret of these purchases, by name. */
async function secrets(): Promise<ReadonlyMap<string, Buffer>> {
  const ledger = new DatabaseSync(join(desk.home, 'sandbox.db'));
  const all = (sql: string) => ledger.prepare(sql).all();
  const found = new Map<string, Buffer>();
  for (const { preimage } of all('SELECT preimage FROM invoice')) {
    found.set(`preimage ${preimage}`, Buffer.from(String(preimage), 'hex'));
  }
  for (const { preimage } of all('SELECT preimage FROM payment WHERE preimage IS NOT NULL')) {
    found.set(`handed out ${preimage}`, Buffer.from(String(preimage), 'hex'));
  }
  for (const [n, row] of all('SELECT root_key AS k FROM token').entries()) {
    found.set(`root key ${n}`, Buffer.from(row.k as Uint8Array));
  }
  ledger.close();
  for (const [n, macaroon] of desk.seller.macaroons.entries()) {
    const bytes = Buffer.from(macaroon, 'base64');
    found.set(`macaroon ${n}`, bytes);
    // The signature is what makes it worth anything.
    found.set(`signature ${n}`, bytes.subarray(-32));
  }
  const keys = join(desk.home, 'keys');
  found.set('key file', await readFile(join(keys, 'master.key')));
  found.set('state key', Buffer.from((await openKeyring(keys)).derive('mcp-request-state')));
  found.set('PIN', Buffer.from(PIN));
  found.set('body', Buffer.from(BODY));
  return found;
}

/** The ways in which bytes are written down. */
function spellings(secret: Buffer): readonly Buffer[] {
  const base64 = secret.toString('base64').replace(/=+$/, '');
  const texts = [
    secret.toString('hex'),
    secret.toString('hex').toUpperCase(),
    base64,
    secret.toString('base64url'),
    JSON.stringify(secret.toString()).slice(1, -1),
    JSON.stringify([...secret]).slice(1, -1),
  ];
  return [secret, ...texts.map(text => Buffer.from(text))];
}

async function leaks(places: ReadonlyMap<string, Buffer>): Promise<string[]> {
  const found: string[] = [];
  for (const [name, secret] of await secrets()) {
    const forms = spellings(secret);
    for (const [place, bytes] of places) {
      if (forms.some(form => bytes.includes(form))) found.push(`${name} in ${place}`);
    }
  }
  return found;
}

test('there were secrets to find: payments in every era, and tokens of both sellers', async () => {
  expect(await desk.payments()).toBeGreaterThanOrEqual(KINDS.length * 3);
  const names = [...(await secrets()).keys()];
  for (const kind of ['preimage', 'root key', 'macaroon', 'signature', 'key file', 'PIN', 'body']) {
    expect(names.some(name => name.startsWith(kind))).toBe(true);
  }
  // The search itself works: the seller did see the body, and the ledger has the preimages.
  const ledger = await readFile(join(desk.home, 'sandbox.db-wal'));
  const places = new Map([
    ['requests', Buffer.from(desk.seller.requests.join() + BODY)],
    ['ledger', ledger],
  ]);
  expect((await leaks(places)).length).toBeGreaterThan(KINDS.length);
});

test('no secret is in anything that a client, a human or the system is shown', async () => {
  const places = new Map<string, Buffer>();
  for (const [n, client] of clients.entries()) {
    places.set(`stdout of ${KINDS[n]}`, client.stdout());
    places.set(`stderr of ${KINDS[n]}`, client.stderr());
    expect(client.stdout().length).toBeGreaterThan(1000);
  }
  places.set('results, resources and forms', Buffer.from(said.join('\n')));
  places.set('process titles', Buffer.concat(processes));
  expect(await leaks(places)).toEqual([]);
});

test('no secret is in the clear in any file: not in the record, the bodies, the log', async () => {
  const files = (await filesOf(desk.home)).filter(({ path }) => !path.endsWith('master.key'));
  const places = new Map(files.map(({ path, bytes }) => [path.slice(desk.home.length), bytes]));
  expect([...places.keys()]).toEqual(
    expect.arrayContaining(['/tollkeeper.db', '/tollkeeper.db-wal', '/logs/tollkeeper.log']),
  );
  expect(await leaks(places)).toEqual([]);
});

test('no form holds a word of the seller', () => {
  for (const text of said) expect(text).not.toContain('a seller’s words');
});
