import { chmod, readFile, writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { paywallApprove } from '../../src/server/cli/commands/paywall-approve.ts';
import { paywallCreate } from '../../src/server/cli/commands/paywall-create.ts';
import { paywallResume } from '../../src/server/cli/commands/paywall-resume.ts';
import { paywallUpdate } from '../../src/server/cli/commands/paywall-update.ts';
import { pinSet } from '../../src/server/cli/commands/pin-set.ts';
import { upstreamAdd } from '../../src/server/cli/commands/upstream-add.ts';
import { compose } from '../../src/server/compose.ts';
import { findHome } from '../../src/server/home.ts';
import { sitAt } from './human.ts';
import { openShell, type Shell } from './shell.ts';

let shell: Shell;
let home: string;
let upstream: Server;
let url: string;
beforeAll(async () => {
  shell = await openShell();
  upstream = createServer((_request, response) => void response.end('sunny'));
  await new Promise<void>(resolve => void upstream.listen(0, '127.0.0.1', resolve));
  url = `http://127.0.0.1:${(upstream.address() as AddressInfo).port}`;
});
afterAll(async () => {
  upstream.close();
  await shell.close();
});
beforeEach(() => {
  home = shell.freshHome();
});

const run = (...args: string[]) => shell.run(home, ...args);
const json = async (...args: string[]) => {
  const { code, documents } = await run(...args, '--json');
  return { code, document: documents()[0] };
};
const WEATHER = ['Weather', '--host', 'api.example', '--path', '/weather', '--price', '10'];
const create = (...more: string[]) =>
  json('paywall', 'create', ...WEATHER, '--url', url, '--yes', ...more);

/** Proposes a paywall as an agent would, beside the command line. */
async function proposed(name = 'Proposed'): Promise<string> {
  const tollkeeper = await compose(findHome(home, {}));
  const outcome = await tollkeeper.seller.ask(
    'local',
    {
      kind: 'create',
      input: {
        name,
        policy: { fixedAmountMsats: 5000 },
        routes: [{ hostPattern: 'new.example', pathPattern: '/**', upstreamUrl: url }],
      },
    },
    'an agent',
  );
  await tollkeeper.close();
  if (!outcome.ok || outcome.value.kind !== 'proposed') throw new Error('it was not proposed');
  return outcome.value.proposal.id;
}

describe('paywalls at the terminal', () => {
  test('are made, shown, listed, changed, paused, resumed and archived', async () => {
    const made = await create('--free', '2');
    expect(made).toMatchObject({
      code: 0,
      document: { changed: true, paywall: { status: 'active', open: true } },
    });
    const { paywallId } = made.document.paywall;
    expect((await json('paywall', 'get', paywallId)).document.paywall).toEqual(
      made.document.paywall,
    );
    const { document: dearer } = await json(
      'paywall',
      'update',
      'Weather',
      '--price',
      '20',
      '--yes',
    );
    expect(dearer.paywall.policy).toMatchObject({
      fixedAmountMsats: 20_000,
      freeRequestsPerDay: 2,
    });
    expect(dearer.paywall.routes).toEqual(made.document.paywall.routes);
    expect(await json('paywall', 'pause', 'Weather')).toMatchObject({
      code: 0,
      document: { paywall: { status: 'paused', open: false } },
    });
    const { stdout } = await run('paywall', 'list');
    expect(stdout).toMatch(/Weather\s+paused\s+20 sats/);
    expect(await json('paywall', 'resume', 'Weather', '--yes')).toMatchObject({
      document: { paywall: { status: 'active' } },
    });
    expect(await json('paywall', 'archive', 'Weather', '--yes')).toMatchObject({
      document: { paywall: { status: 'archived' } },
    });
    expect((await json('paywall', 'get', 'Weather')).document.error.code).toBe('paywall_not_found');
  });

  test('are made from a file, with the options over it', async () => {
    const file = join(shell.env.HOME ?? '', 'paywall.json');
    const routes = [{ hostPattern: 'f.example', pathPattern: '/**', upstreamUrl: url }];
    const policy = { fixedAmountMsats: 1, usesPerToken: 7 };
    await writeFile(file, JSON.stringify({ routes, policy }));
    const args = ['paywall', 'create', 'From a file', '--file', file, '--price', '3', '--yes'];
    const { code, document } = await json(...args);
    expect(code).toBe(0);
    expect(document.paywall.policy).toMatchObject({ fixedAmountMsats: 3000, usesPerToken: 7 });
  });

  test('are not made where nobody says yes', async () => {
    const { code, stderr } = await run('paywall', 'create', ...WEATHER, '--url', url);
    expect(code).toBe(3);
    expect(stderr).toContain('Say --yes.');
    const seen = await sitAt(
      paywallCreate,
      home,
      { name: 'Weather', host: 'api.example', path: '/weather', price: '10', url },
      false,
    );
    expect(seen).toMatchObject({ end: 3, documents: [{ changed: false }] });
    expect(seen.told.join()).toContain('api.example/weather: 10 sats, served by');
    expect((await json('paywall', 'list')).document.paywalls).toEqual([]);
  });

  test('are changed on a yes to their name, what they said and would say, and what that opens', async () => {
    await create();
    const seen = await sitAt(paywallUpdate, home, { paywall: 'Weather', price: '1' }, false);
    expect(seen).toMatchObject({ end: 3, documents: [{ changed: false }] });
    const [told = ''] = seen.told;
    expect(told).toMatch(/^Weather \(pw_[^)]+\) stays active:/);
    expect(told).toContain(`- Every method of api.example/weather: 10 sats, served by ${url}.`);
    expect(told).toContain(`+ Every method of api.example/weather: 1 sat, served by ${url}.`);
    expect(told).toMatch(
      /What that opens:\n {2}Every method of api.example\/weather changes: 1 sat/,
    );
    expect(told).not.toContain('One payment buys');
  });

  test.each([
    [{ tokenScope: 'route' }, 'A token opens all of its route.'],
    [{ bindMethod: true }, 'A token is for the method alone that it was bought with.'],
    [{ bindBody: true }, 'A token is for the body alone that it was bought with.'],
    [{ maxPerRequestMsats: 9000 }, 'No route may cost more than 9 sats.'],
    [{ allowedHosts: ['api.example'] }, 'It may be on these hosts alone: api.example.'],
    [{ blockedHosts: ['b.example'] }, 'It may never be on these hosts: b.example.'],
    [{ quotaPerMinute: 7 }, 'Up to 7 requests a minute.'],
    [{ usesPerToken: null }, 'One payment buys any number of requests until its token ends.'],
    [{ killSwitch: true }, 'Its kill switch is pulled, which keeps it paused.'],
  ])('are made on a yes to every term of their file: %o', async (term, sentence) => {
    const file = join(shell.env.HOME ?? '', 'terms.json');
    const routes = [{ hostPattern: 'api.example', pathPattern: '/weather', upstreamUrl: url }];
    await writeFile(file, JSON.stringify({ routes, policy: { fixedAmountMsats: 1000, ...term } }));
    const seen = await sitAt(paywallCreate, home, { name: 'Terms', file }, false);
    expect(seen.told.join()).toContain(sentence);
  });

  test('let nothing through a yes that was made of them while a human looked', async () => {
    await create();
    await run('paywall', 'pause', 'Weather');
    const agent = compose(findHome(home, {}));
    const cheaper = async () => {
      const { seller } = await agent;
      const [{ id: paywallId } = { id: 'pw_0' as const }] = await seller.paywalls('local');
      const input = { paywallId, policy: { fixedAmountMsats: 1000 } };
      expect(await seller.ask('local', { kind: 'update', input }, 'an agent')).toMatchObject({
        value: { kind: 'applied', changed: true },
      });
      return true;
    };
    const seen = await sitAt(paywallResume, home, { paywall: 'Weather' }, cheaper);
    await (await agent).close();
    expect(seen.told.join()).toContain('10 sats');
    expect(seen.end).toBe('stale_ask');
    expect((await json('paywall', 'get', 'Weather')).document.paywall.status).toBe('paused');
  });

  test.each([
    ['without a route', ['--price', '3']],
    [
      'of a price of 0',
      [...WEATHER.slice(1, 5), '--price', '0', '--url', 'http://127.0.0.1:10001'],
    ],
    ['with a file that is none', ['--file', '/nowhere']],
    [
      'with methods that are none',
      [...WEATHER.slice(1), '--url', 'http://127.0.0.1:10001', '--methods', 'BREW'],
    ],
    ['before the gateway itself', [...WEATHER.slice(1), '--url', 'http://127.0.0.1:8403']],
    ['before a metadata address', [...WEATHER.slice(1), '--url', 'http://169.254.169.254']],
    [
      'on a path that is no pattern',
      ['--host', 'a.example', '--path', '/a*b', '--price', '1', '--url', 'http://127.0.0.1:10001'],
    ],
  ])('%s are refused with 2', async (_what, args) => {
    const { code, stderr } = await run('paywall', 'create', 'Bad', ...args, '--yes');
    expect(code).toBe(2);
    expect(stderr).toContain('No money moved.');
  });

  test('above their own cap are refused in sats', async () => {
    const file = join(shell.env.HOME ?? '', 'capped.json');
    const routes = [{ hostPattern: 'api.example', pathPattern: '/a', upstreamUrl: url }];
    const policy = { fixedAmountMsats: 50_000, maxPerRequestMsats: 5000 };
    await writeFile(file, JSON.stringify({ routes, policy }));
    const { code, stderr } = await run('paywall', 'create', 'Dear', '--file', file, '--yes');
    expect(code).toBe(1);
    expect(stderr).toContain('maxPerRequestMsats allows 5 sats, api.example/a asks 50 sats.');
  });

  test('that nobody knows end with 4', async () => {
    for (const words of [['get'], ['pause'], ['resume', '--yes'], ['archive', '--yes']]) {
      const [word = '', ...options] = words;
      expect((await run('paywall', word, 'Nothing', ...options)).code).toBe(4);
    }
  });
});

describe('a change that an agent proposed', () => {
  test('is shown and waits, and is made by a yes at the terminal', async () => {
    const id = await proposed();
    expect((await run('paywall', 'list')).stdout).toContain('1 changes wait for you');
    expect((await run('paywall', 'approve')).stderr).toContain('there is no terminal');
    const seen = await sitAt(paywallApprove, home, {}, 'yes');
    expect(seen.told.join()).toContain('new.example/** becomes public: 5 sats');
    expect(seen.told.join()).toContain('Asked by: an agent (its own words)');
    expect(seen).toMatchObject({ end: 0, documents: [{ proposalId: id, answer: 'approved' }] });
    expect((await json('paywall', 'get', 'Proposed')).document.paywall.status).toBe('active');
    expect((await run('paywall', 'approve')).code).toBe(4);
  });

  test('is declined by --no, and nothing is made', async () => {
    const id = await proposed();
    const { code, document } = await json('paywall', 'approve', id, '--no');
    expect(code).toBe(0);
    expect(document).toMatchObject({ answer: 'declined' });
    expect((await json('paywall', 'list')).document).toMatchObject({ paywalls: [], proposals: [] });
  });

  test('is not answered unseen, nor both ways, nor where it is unknown', async () => {
    const id = await proposed();
    expect((await run('paywall', 'approve', '--yes')).code).toBe(2);
    expect((await run('paywall', 'approve', id, '--yes', '--no')).code).toBe(2);
    const other = id.replace(/.{4}$/, end => (end === '0000' ? '1111' : '0000'));
    expect((await run('paywall', 'approve', other, '--yes')).code).toBe(4);
  });

  test('needs the PIN for a yes once one is set, and so does every other loosening', async () => {
    const id = await proposed();
    await sitAt(pinSet, home, {}, '246810', '246810');
    expect((await run('paywall', 'approve', id, '--yes')).code).toBe(3);
    expect((await create()).code).toBe(3);
    expect((await run('upstream', 'add', 'mine', url, '--yes')).code).toBe(3);
    const seen = await sitAt(paywallApprove, home, { id, yes: true }, '246810');
    expect(seen).toMatchObject({ end: 0, documents: [{ answer: 'approved' }] });
    expect((await run('paywall', 'pause', 'Proposed')).code).toBe(0);
  });
});

describe('upstreams', () => {
  const SECRET = 'Bearer 0123456789abcdef-the-secret';

  test('are added, listed without their secrets, named by routes, and removed', async () => {
    const seen = await sitAt(
      upstreamAdd,
      home,
      { name: 'mine', url, header: ['Authorization'], yes: true },
      SECRET,
    );
    expect(seen).toMatchObject({ end: 0, asked: ['Value of Authorization'] });
    expect(JSON.stringify(seen.documents) + seen.told.join()).not.toContain(SECRET);
    const { document } = await json('upstream', 'list');
    expect(document.upstreams).toMatchObject([{ name: 'mine', headerNames: ['authorization'] }]);
    const made = await json('paywall', 'create', ...WEATHER, '--upstream', 'mine', '--yes');
    expect(made.document.paywall.routes).toMatchObject([{ upstream: 'mine' }]);
    for (const file of ['tollkeeper.db', 'tollkeeper.db-wal']) {
      const bytes = await readFile(join(home, file)).catch(() => Buffer.of());
      expect(bytes.includes(SECRET)).toBe(false);
    }
    expect((await run('upstream', 'remove', 'mine')).code).toBe(3);
    expect((await run('upstream', 'remove', 'mine', '--yes')).code).toBe(0);
    expect((await run('upstream', 'remove', 'mine', '--yes')).code).toBe(4);
  });

  test('take secrets from a file of their owner’s alone', async () => {
    const file = join(shell.env.HOME ?? '', 'headers');
    await writeFile(file, `Authorization: ${SECRET}\nX-Key: k\n`);
    await chmod(file, 0o644);
    const args = ['upstream', 'add', 'mine', url, '--headers-file', file, '--yes'];
    const open = await run(...args);
    expect(open.code).toBe(2);
    expect(open.stderr).toContain('chmod 600');
    await chmod(file, 0o600);
    expect((await run(...args)).code).toBe(0);
    const { document } = await json('upstream', 'list');
    expect(document.upstreams[0].headerNames).toEqual(['authorization', 'x-key']);
    await writeFile(file, `${SECRET}\nX: \n`);
    const odd = await run(...args);
    expect(odd.code).toBe(2);
    expect(odd.stderr).not.toContain('0123456789abcdef');
  });

  test('keep what is not named when they are added anew, and lose their secrets by a word alone', async () => {
    const file = join(shell.env.HOME ?? '', 'headers');
    await writeFile(file, `Authorization: ${SECRET}\nX-Key: k\n`, { mode: 0o600 });
    const args = ['upstream', 'add', 'mine'];
    await run(...args, url, '--headers-file', file, '--timeout', '700', '--yes');
    const moved = await run(...args, `${url}/v2`, '--yes');
    expect(moved.stderr).toContain('with the secret authorization, x-key.');
    const kept = { url: `${url}/v2`, headerNames: ['authorization', 'x-key'], timeoutMs: 700 };
    expect((await json('upstream', 'list')).document.upstreams).toMatchObject([kept]);
    const fewer = await sitAt(
      upstreamAdd,
      home,
      { name: 'mine', url, header: ['X-Key'] },
      'k',
      false,
    );
    expect(fewer.told.join()).toContain('It loses the secret authorization for good.');
    const dropped = await run(...args, url, '--no-headers', '--yes');
    expect(dropped.stderr).toContain('It loses the secret authorization, x-key for good.');
    const bare = { url, headerNames: [], timeoutMs: 700 };
    expect((await json('upstream', 'list')).document.upstreams).toMatchObject([bare]);
  });

  test.each([
    ['a private address', 'http://10.0.0.1'],
    ['a metadata address', 'http://169.254.169.254'],
    ['the gateway', 'http://127.0.0.1:8403'],
    ['no URL', 'weather'],
  ])('are refused where they are %s', async (_what, where) => {
    expect((await run('upstream', 'add', 'mine', where, '--yes')).code).toBe(2);
  });

  test('have no secret typed where there is no terminal', async () => {
    const { code, stderr } = await run('upstream', 'add', 'mine', url, '--header', 'x', '--yes');
    expect(code).toBe(3);
    expect(stderr).toContain('--headers-file');
  });
});
