import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import { once as event } from 'node:events';
import { writeFile } from 'node:fs/promises';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { MINUTE } from '../../src/base/index.ts';
import type { WrittenSettings } from '../../src/policy/index.ts';
import { openShell, type Shell } from '../cli/shell.ts';
import type { Connected } from './client.ts';
import { type Desk, once, openDesk } from './desk.ts';

let desk: Desk;
let shell: Shell;
beforeAll(async () => {
  shell = await openShell();
});
beforeEach(async () => {
  desk = await openDesk();
});
afterEach(() => desk.close());
afterAll(() => shell.close());

/** A client of a server that was started with these settings. */
async function startWith(settings: WrittenSettings): Promise<Connected> {
  await desk.settle(settings);
  return desk.start('v2 legacy', () => once);
}

async function fetched(client: Connected, url: string) {
  return (await client.call('l402_fetch', { url })).output;
}

describe('credentials.parameterForm', () => {
  /** Host and Authorization of each request that reached a server of this process. */
  let seen: (readonly [host: string | undefined, authorization: string])[];
  const listen = (message: unknown) => {
    const { headers } = (message as { request: IncomingMessage }).request;
    if (headers.authorization !== undefined) seen.push([headers.host, headers.authorization]);
  };
  beforeEach(() => {
    seen = [];
    subscribe('http.server.request.start', listen);
  });
  afterEach(() => void unsubscribe('http.server.request.start', listen));

  test('has its hosts sent named parameters, which open the goods, and others the colon form', async () => {
    const named = new URL(desk.shop.url).host;
    const other = new URL(desk.seller.url).host;
    const client = await startWith({ credentials: { parameterForm: [named] } });
    const thing = desk.seller.sell('/thing', { body: 'goods' });
    const weather = await fetched(client, `${desk.shop.url}/weather`);
    // The shop verifies what it is shown, so this is a form that is understood.
    expect(weather).toMatchObject({ status: 'completed', responseStatusCode: 200 });
    expect(await fetched(client, thing)).toMatchObject({ status: 'completed' });
    const base64 = '[A-Za-z0-9+/_-]+={0,2}';
    expect(seen).toEqual([
      [
        named,
        expect.stringMatching(new RegExp(`^L402 macaroon="${base64}", preimage="[0-9a-f]{64}"$`)),
      ],
      [other, expect.stringMatching(new RegExp(`^L402 ${base64}:[0-9a-f]{64}$`))],
    ]);
  });
});

describe('credentials.ttlMinutes', () => {
  test.each([
    ['as it is by default', {}, 10],
    ['when it is shorter', { ttlMinutes: 1 }, 1],
    ['when it is longer', { ttlMinutes: 10_080 }, 10_080],
  ])('is how long what was bought is recorded as usable, %s', async (_, credentials, minutes) => {
    const client = await startWith({ credentials });
    const url = desk.seller.sell('/thing', { body: 'goods' });
    const { taskId } = await fetched(client, url);
    const [{ facts }] = (await shell.run(desk.home, 'show', taskId, '--json')).documents();
    const settled = facts.find(({ kind }: { kind: string }) => kind === 'settled');
    expect(settled.credential.cachedUntil - settled.at).toBe(minutes * MINUTE);
  });
});

describe('bodies.maxCount', () => {
  test('lets the older body go when it is 1, and keeps the newer one', async () => {
    const client = await startWith({ bodies: { maxCount: 1 } });
    const buy = (name: string) => fetched(client, desk.seller.sell(`/${name}`, { body: name }));
    const read = async (taskId: string) => (await client.call('l402_read', { taskId })).output;
    const older = await buy('older');
    expect(await read(older.taskId)).toMatchObject({ data: 'older' });
    const newer = await buy('newer');
    expect(await read(newer.taskId)).toMatchObject({ data: 'newer' });
    expect(await read(older.taskId)).toMatchObject({ error: { code: 'body_not_found' } });
  });
});

describe('http', () => {
  let server: Server;
  beforeEach(async () => {
    server = createServer(answerBadly).listen(0, '127.0.0.1');
    await event(server, 'listening');
  });
  afterEach(async () => {
    server.close();
    server.closeAllConnections();
    await event(server, 'close');
  });

  /** Fetches from the seller that answers badly. */
  async function fetchedBadly(path: string, http: WrittenSettings['http']) {
    const host = `127.0.0.1:${(server.address() as AddressInfo).port}`;
    const settings: WrittenSettings = { hosts: { private: [host] }, http };
    await writeFile(join(desk.home, 'settings.json'), JSON.stringify(settings));
    const client = await desk.start('v2 legacy', () => once);
    const startedAt = performance.now();
    const output = await fetched(client, `http://${host}${path}`);
    return { output, ms: performance.now() - startedAt };
  }

  test('.maxBodyBytes refuses an answer with one byte more, and takes one of its size', async () => {
    const http = { maxBodyBytes: 1024 };
    const over = await fetchedBadly('/bytes/1025', http);
    expect(over.output).toMatchObject({
      status: 'failed',
      denyReasonCode: 'BODY_LIMIT',
      money: 'not_moved',
    });
    const just = await fetchedBadly('/bytes/1024', http);
    expect(just.output).toMatchObject({ status: 'completed', responseBytes: 1024 });
  });

  test('.maxBodyBytes loses a paid answer that is larger, and says that the money moved', async () => {
    const client = await startWith({ http: { maxBodyBytes: 1024 } });
    const url = desk.seller.sell('/large', { body: 'x'.repeat(1025) });
    expect(await fetched(client, url)).toMatchObject({
      denyReasonCode: 'delivery_unknown',
      money: 'moved',
      paid: true,
    });
    expect(await desk.payments()).toBe(1);
  });

  test.each([
    ['never answers', '/silence'],
    ['never stops', '/drip'],
  ])('.totalSeconds gives a seller up that %s, after a second if it is 1', async (_, path) => {
    const { output, ms } = await fetchedBadly(path, { totalSeconds: 1 });
    expect(output).toMatchObject({
      status: 'failed',
      denyReasonCode: 'HTTP_TIMEOUT',
      money: 'not_moved',
    });
    expect(ms).toBeGreaterThan(950);
    // Well below the other bounds' defaults: 10 s of silence, 30 s in all.
    expect(ms).toBeLessThan(5000);
  });
});

/** Answers with as many bytes as asked for, with ever more, or not at all. */
function answerBadly({ url = '' }: IncomingMessage, response: ServerResponse): void {
  const [, way, count] = url.split('/');
  if (way === 'bytes') response.end('x'.repeat(Number(count)));
  if (way !== 'drip') return;
  const drip = setInterval(() => response.write('x'), 50);
  response.on('close', () => clearInterval(drip));
}
