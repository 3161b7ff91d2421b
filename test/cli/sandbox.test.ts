import { once } from 'node:events';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { firstLine, openShell, type Shell } from './shell.ts';

let shell: Shell;
let home: string;
beforeAll(async () => {
  shell = await openShell();
});
beforeEach(() => {
  home = shell.freshHome();
});
afterAll(() => shell.close());

describe('the sandbox shop', () => {
  test.each(['SIGINT', 'SIGTERM'] as const)('sells until %s, and ends with 0', async signal => {
    const shop = shell.start(home, 'sandbox', 'shop', '--port', '0', '--price', '3', '--json');
    const { url, port } = JSON.parse(await firstLine(shop));
    expect(url).toBe(`http://127.0.0.1:${port}`);
    const { forSale } = JSON.parse(await (await fetch(url)).text());
    expect(forSale[0]).toMatchObject({ path: '/weather', priceSats: 3 });
    expect((await fetch(`${url}/weather`)).status).toBe(402);
    const ended = once(shop, 'exit');
    shop.kill(signal);
    expect(await ended).toEqual([0, null]);
  });

  test('says where it is, what it sells, and that the settings do not let anyone in yet', async () => {
    const shop = shell.start(home, 'sandbox', 'shop', '--port', '0');
    let said = '';
    shop.stdout?.on('data', data => {
      said += data;
    });
    const [warned] = await once(shop.stderr!, 'data');
    expect(said).toMatch(/open at http:\/\/127\.0\.0\.1:\d+/);
    expect(said).toContain('10 sats');
    const set = /settings set (hosts\.private) '(\[.*\])' --home/.exec(String(warned));
    const opened = await shell.run(home, 'settings', 'set', set![1]!, set![2]!);
    expect(opened.code).toBe(0);
    const { documents } = await shell.run(home, 'settings', '--json');
    const privateHosts = documents()[0].settings.find(
      ({ path }: { path: string }) => path === 'hosts.private',
    );
    expect(said).toContain(privateHosts.value.at(-1));
  });

  test('says so when its port is taken', async () => {
    const shop = shell.start(home, 'sandbox', 'shop', '--port', '0', '--json');
    const { port } = JSON.parse(await firstLine(shop));
    const { code, stderr } = await shell.run(home, 'sandbox', 'shop', '--port', String(port));
    expect(code).toBe(2);
    expect(stderr).toContain(`Port ${port} cannot be listened on.`);
  });
});

describe('the sandbox wallet', () => {
  test('holds 100,000 sats at first, and takes more', async () => {
    const { code, documents } = await shell.run(home, 'sandbox', 'fund', '50', '--json');
    expect(code).toBe(0);
    expect(documents()).toEqual([{ addedMsats: 50_000, balanceMsats: 100_050_000 }]);
    const { stdout } = await shell.run(home, 'sandbox', 'fund', '1');
    expect(stdout).toBe('The sandbox wallet holds 100,051 sats of play money.\n');
  });
});
