import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createServer as createSocket } from 'node:net';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { type Listener, listenTo } from './listener.ts';
import { openShell, type Shell } from './shell.ts';

let shell: Shell;
let upstream: Server;
let url: string;
let heard: number;
beforeAll(async () => {
  shell = await openShell();
  upstream = createServer((_request, response) => {
    heard += 1;
    response.end('sunny');
  });
  await new Promise<void>(resolve => void upstream.listen(0, '127.0.0.1', resolve));
  url = `http://127.0.0.1:${(upstream.address() as AddressInfo).port}`;
});
afterAll(async () => {
  upstream.close();
  await shell.close();
});

let home: string;
let listen: string;
let running: Listener[];
beforeEach(async () => {
  home = shell.freshHome();
  listen = `127.0.0.1:${await freePort()}`;
  await mkdir(home, { mode: 0o700 });
  await writeFile(join(home, 'settings.json'), JSON.stringify({ seller: { listen } }));
  heard = 0;
  running = [];
});
afterEach(async () => {
  for (const each of running) each.kill('SIGKILL');
  await Promise.all(running.map(({ exit }) => exit));
});

/** A port that was free a moment ago: `paywall check` reads it from the settings, as a human wrote them. */
async function freePort(): Promise<number> {
  const probe = createSocket();
  await new Promise<void>(resolve => void probe.listen(0, '127.0.0.1', resolve));
  const { port } = probe.address() as AddressInfo;
  await new Promise(resolve => probe.close(resolve));
  return port;
}

const run = (...args: string[]) => shell.run(home, ...args);
const start = (...args: string[]) => {
  const listener = listenTo(shell.start(home, ...args, '--json'));
  running.push(listener);
  return listener;
};
const open = (...more: string[]) =>
  run(
    ...['paywall', 'create', 'Weather', '--host', 'api.example', '--path', '/weather/*'],
    ...['--url', url, '--price', '10', '--yes', ...more],
  );

describe('`tollkeeper gateway`', () => {
  test('serves what is sold: a check buys in four steps, and the income shows it', async () => {
    await open();
    const gateway = start('gateway');
    await gateway.heard({ event: 'gateway_open', url: `http://${listen}` });
    const checked = await run('paywall', 'check', 'Weather');
    expect(checked.stdout.split('\n').map(line => line.slice(0, 12).trim())).toEqual([
      '✓ challenge',
      '✓ payment',
      '✓ answer',
      '✓ settlement',
      '',
    ]);
    expect(checked.code).toBe(0);
    expect(heard).toBe(1);
    const { documents } = await run(
      'paywall',
      'check',
      'Weather',
      '--path',
      '/weather/oslo',
      '--json',
    );
    expect(documents()[0]).toMatchObject({ works: true });
    const income = (await run('income', '--json')).documents()[0];
    expect(income).toMatchObject({
      totals: [{ realMoney: false, totalMsats: 20_000, payments: 2 }],
      unknownPayments: 0,
    });
    expect(income.days).toMatchObject([{ name: 'Weather', amountMsats: 20_000, payments: 2 }]);
    const { stdout } = await run('income', '--paywall', 'Weather', '--days', '1');
    expect(stdout).toMatch(/Weather\s+2\s+20 sats \(play money\)\n/);
    expect(stdout).toMatch(/\d{4}-\d\d-\d\d {2}█{40} 20 sats/);
    gateway.kill('SIGINT');
    expect(await gateway.exit).toBe(0);
  });

  test('serves a paywall that was made, paused and resumed elsewhere, from the next request on', async () => {
    const gateway = start('gateway');
    await gateway.heard({ event: 'gateway_open' });
    const ask = async () => (await fetch(`http://${listen}/weather/1`)).status;
    expect(await ask()).toBe(404);
    await run(
      ...['paywall', 'create', 'Local', '--host', '127.0.0.1', '--path', '/weather/*'],
      ...['--url', url, '--price', '10', '--yes'],
    );
    expect(await ask()).toBe(402);
    await run('paywall', 'pause', 'Local');
    expect(await ask()).toBe(403);
    await run('paywall', 'resume', 'Local', '--yes');
    expect(await ask()).toBe(402);
    await run('pause');
    expect(await ask()).toBe(403);
    expect(heard).toBe(0);
  });

  test('listens where it is told to, now and later', async () => {
    const place = `127.0.0.1:${await freePort()}`;
    const gateway = start('gateway', '--listen', place);
    await gateway.heard({ event: 'gateway_open', url: `http://${place}` });
    const stated = await run('settings', '--json');
    expect(stated.stdout).toContain(place);
    const { code, documents } = await run('gateway', '--listen', 'nowhere', '--json');
    expect([code, documents()[0].error.code]).toEqual([2, 'invalid_input']);
  });

  test('says so where it cannot listen', async () => {
    const taken = createSocket();
    const [host, port] = listen.split(':');
    await new Promise<void>(resolve => void taken.listen(Number(port), host, resolve));
    const { code, stdout, stderr } = await run('gateway');
    expect([code, stdout]).toEqual([5, '']);
    expect(stderr).toBe(
      `Another program has a port that the settings name. It is ${listen}.\nNo money moved. End that program, or set another port; 0 takes any that is free.\n`,
    );
    // What did not come to pass is not in the settings either.
    const elsewhere = `localhost:${port}`;
    const before = await readFile(join(home, 'settings.json'), 'utf8');
    expect((await run('gateway', '--listen', elsewhere)).code).toBe(5);
    expect(await readFile(join(home, 'settings.json'), 'utf8')).toBe(before);
    taken.close();
  });

  test('says so where its certificate is not there', async () => {
    const tls = { certificate: '/nowhere/tls.cert', key: '/nowhere/tls.key' };
    await writeFile(join(home, 'settings.json'), JSON.stringify({ seller: { listen, tls } }));
    const { code, stderr } = await run('gateway');
    expect(code).toBe(2);
    expect(stderr).toMatch(
      /^The settings of the gateway cannot work. seller.tls.certificate cannot/,
    );
  });
});

describe('a check', () => {
  test('names the step that fails, and ends with 1', async () => {
    await open();
    const { code, stdout } = await run('paywall', 'check', 'Weather');
    expect(code).toBe(1);
    expect(stdout).toMatch(/^✗ challenge .*tollkeeper gateway --home/);
  });

  test('tells of an upstream that is down, after the payment', async () => {
    const gone = await freePort();
    await run(
      ...['paywall', 'create', 'Down', '--host', 'down.example', '--path', '/**'],
      ...['--url', `http://127.0.0.1:${gone}`, '--price', '10', '--yes'],
    );
    const gateway = start('gateway');
    await gateway.heard({ event: 'gateway_open' });
    const { code, documents } = await run('paywall', 'check', 'Down', '--json');
    expect(code).toBe(1);
    expect(documents()[0].steps).toMatchObject([
      { step: 'challenge', ok: true },
      { step: 'payment', ok: true },
      { step: 'answer', ok: false },
    ]);
  });

  test.each([
    [
      'a pause of the paywall',
      () => run('paywall', 'pause', 'Weather'),
      /^✗ challenge {3}Weather is paused. To let it sell: tollkeeper paywall resume pw_\S+ --home/,
    ],
    [
      'an upstream that is gone',
      () => run('upstream', 'remove', 'mine', '--yes'),
      /^✗ challenge {3}No upstream has this name. .*tollkeeper upstream add --home/,
    ],
    [
      'a pause of everything',
      () => run('pause'),
      /^✗ challenge {3}Nothing is sold at the moment. .*tollkeeper resume --home/,
    ],
    [
      'settings that stop spending',
      () => run('settings', 'set', 'paused', 'true'),
      /✓ challenge .*\n✗ payment {5}All spending is paused/,
    ],
  ])('blames %s, and pays nothing', async (_what, happens, told) => {
    await run('upstream', 'add', 'mine', url, '--yes');
    await run(
      ...['paywall', 'create', 'Weather', '--host', 'api.example', '--path', '/weather/*'],
      ...['--upstream', 'mine', '--price', '10', '--yes'],
    );
    const gateway = start('gateway');
    await gateway.heard({ event: 'gateway_open' });
    await happens();
    const { code, stdout } = await run('paywall', 'check', 'Weather');
    expect(code).toBe(1);
    expect(stdout).toMatch(told);
    expect((await run('income')).stdout).toBe('Nothing came in.\n');
  });

  test('uses up what a client has for nothing, and then buys', async () => {
    await open('--free', '3');
    const gateway = start('gateway');
    await gateway.heard({ event: 'gateway_open' });
    const { code, documents } = await run('paywall', 'check', 'Weather', '--json');
    expect(code).toBe(0);
    expect(documents()[0].works).toBe(true);
    expect(documents()[0].steps[0]).toMatchObject({ step: 'free', ok: true });
    expect(heard).toBe(4);
  });

  test('stops where a client has more for nothing than it uses up', async () => {
    await open('--free', '101');
    const gateway = start('gateway');
    await gateway.heard({ event: 'gateway_open' });
    const { code, stdout } = await run('paywall', 'check', 'Weather');
    expect(code).toBe(1);
    expect(stdout).toMatch(
      /101 requests a day for nothing.* tollkeeper paywall update pw_\S+ --free 0/,
    );
  });

  test('does not take another program for the gateway', async () => {
    await open();
    const [host, port] = listen.split(':');
    const other = createServer((_request, response) => {
      const type = 'application/problem+json';
      response.writeHead(500, { 'content-type': type }).end('{"code":"constructor"}');
    });
    await new Promise<void>(resolve => void other.listen(Number(port), host, resolve));
    const { code, stdout } = await run('paywall', 'check', 'Weather');
    other.close();
    expect(code).toBe(1);
    expect(stdout).toContain('another program may listen there');
  });

  test('does not send by itself what may change something', async () => {
    await open('--methods', 'POST');
    const { code, stderr } = await run('paywall', 'check', 'Weather');
    expect(code).toBe(2);
    expect(stderr).toContain('--method');
    expect(heard).toBe(0);
  });
});

describe('`tollkeeper up`', () => {
  test('opens no port for a buyer alone, and the gateway once there is something to sell', async () => {
    const up = start('up');
    await up.heard({ event: 'executing' });
    await expect(fetch(`http://${listen}/`)).rejects.toThrow();
    await open();
    await up.heard({ event: 'gateway_open', url: `http://${listen}` });
    const checked = await run('paywall', 'check', 'Weather', '--json');
    expect(checked.documents()[0].works).toBe(true);
    up.kill('SIGTERM');
    expect(await up.exit).toBe(0);
  });

  test('goes on as the process that pays where the port of the gateway is taken', async () => {
    await open();
    const gateway = start('gateway');
    await gateway.heard({ event: 'gateway_open' });
    const up = start('up');
    await up.heard({ event: 'gateway_shut', code: 'port_taken' });
    await up.heard({ event: 'executing' });
  });
});
