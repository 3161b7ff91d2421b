import { execFileSync } from 'node:child_process';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { sats, TollkeeperError } from '../../src/base/index.ts';
import {
  accessOf,
  defaultSettings,
  loosens,
  policyHash,
  policyOf,
} from '../../src/policy/index.ts';
import { openKeyring, type Sealer } from '../../src/secrets/index.ts';
import { openSettings } from '../../src/server/settings/index.ts';
import { written } from '../policy/arbitrary.ts';

let home: string;
let file: string;
beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), 'settings-'));
  file = join(home, 'settings.json');
});
afterEach(() => rmSync(home, { recursive: true, force: true }));

const unguarded = () => openSettings(home, () => undefined);
const modeOf = (path: string) => (statSync(path).mode & 0o777).toString(8);
const edit = (text: string | object) =>
  writeFileSync(file, typeof text === 'string' ? text : JSON.stringify(text));

describe('reading', () => {
  test('without a file the defaults count, and nothing is created', () => {
    const now = unguarded().read();
    expect(now).toMatchObject({ settings: defaultSettings(), broken: false, unconfirmed: [] });
    expect(now.hash).toBe(policyHash(policyOf(defaultSettings())));
    expect(now.problem).toBeUndefined();
    expect(readdirSync(home)).toEqual([]);
  });

  test('an edit counts at the next look, even one of the same length and time', () => {
    const settings = unguarded();
    edit({ caps: { requestSats: 10 } });
    utimesSync(file, 1, 1);
    expect(settings.read().policy.caps.request).toBe(sats(10));
    edit({ caps: { requestSats: 20 } });
    utimesSync(file, 1, 1);
    expect(settings.read().policy.caps.request).toBe(sats(20));
    rmSync(file);
    expect(settings.read().policy.caps.request).toBe(sats(1000));
  });

  test('while nothing changes, the same answer is given', () => {
    edit({ paused: true });
    const settings = unguarded();
    expect(settings.read()).toBe(settings.read());
  });

  test('a broken file stops payments with a line and a fix; the last sound settings stay for the rest', () => {
    const settings = unguarded();
    edit({ hosts: { block: ['bad.example'] } });
    settings.read();
    edit('{"caps": {"daySat": 1}}');
    const now = settings.read();
    expect(now).toMatchObject({ broken: true, policy: { paused: true } });
    expect(now.problem).toMatchObject({ code: 'settings_invalid', money: 'not_moved' });
    expect(now.problem?.message).toContain(
      'Line 1, column 11: caps.daySat is not a setting. Did you mean caps.daySats?',
    );
    expect(accessOf(now.policy)(new URL('https://bad.example/'))).toMatchObject({ ok: false });
    edit('{}');
    expect(settings.read()).toMatchObject({ broken: false, policy: { paused: false } });
  });

  test.each<[string, () => void, string]>([
    ['cut off', () => edit('{"caps"'), 'Line 1'],
    ['empty', () => edit(''), 'ends where a value should be'],
    ['huge', () => edit(' '.repeat(300_000)), 'is too large'],
    ['not text', () => writeFileSync(file, Buffer.of(0xff, 0xfe, 0x7b)), 'is not UTF-8 text'],
    ['a directory', () => mkdirSync(file), 'is not a file'],
    ['a pipe', () => execFileSync('mkfifo', [file]), 'is not a file'],
  ])('a file that is %s stops payments and nothing else', (_, make, words) => {
    make();
    const now = unguarded().read();
    expect(now).toMatchObject({ broken: true, policy: { paused: true } });
    expect(now.problem?.message).toContain(words);
  });
});

describe('changing', () => {
  test('a fresh file is 0600 and states only what was set', async () => {
    const settings = unguarded();
    expect(await settings.set('caps.requestSats', '500')).toMatchObject({ ok: true });
    expect(readFileSync(file, 'utf8')).toBe('{\n  "caps": {\n    "requestSats": 500\n  }\n}\n');
    expect(modeOf(file)).toBe('600');
    expect(settings.read().policy.caps.request).toBe(sats(500));
    expect(readdirSync(home)).toEqual(['settings.json']);
  });

  test("a human's file keeps its order, indentation and line ends, and becomes 0600", async () => {
    edit('{\r\n\t"paused": false,\r\n\t"caps": {\r\n\t\t"daySats": 9\r\n\t}\r\n}');
    const settings = unguarded();
    await settings.set('paused', 'true');
    await settings.set('caps.hourSats', '8');
    expect(readFileSync(file, 'utf8')).toBe(
      '{\r\n\t"paused": true,\r\n\t"caps": {\r\n\t\t"daySats": 9,\r\n\t\t"hourSats": 8\r\n\t}\r\n}',
    );
    expect(modeOf(file)).toBe('600');
  });

  test.each([
    ['hosts.allow', '["Shop.example"]', { hosts: { allow: ['Shop.example'] } }],
    ['log.level', 'debug', { log: { level: 'debug' } }],
    ['wallet.kind', '"sandbox"', { wallet: { kind: 'sandbox' } }],
    ['caps', '{"daySats": 1}', { caps: { daySats: 1 } }],
  ])('%s can be set to %s', async (path, typed, stated) => {
    expect(await unguarded().set(path, typed)).toMatchObject({ ok: true });
    expect(JSON.parse(readFileSync(file, 'utf8'))).toEqual(stated);
  });

  test.each([
    ['caps.requestsats', '1', 'Did you mean caps.requestSats?'],
    ['caps.requestSats', 'much', 'It takes 0 to 100000000; without it, 1000 counts.'],
    ['hosts.allow', 'shop.example', 'It takes a list; without it, [] counts.'],
    ['paused.x', '1', 'It takes true, false; without it, false counts.'],
    ['__proto__.paused', 'true', 'Take it out; `tollkeeper settings` lists what there is.'],
    ['', '1', 'Take it out; `tollkeeper settings` lists what there is.'],
  ])('%j cannot be set to %j, and nothing is written', async (path, typed, fix) => {
    expect(await unguarded().set(path, typed)).toMatchObject({ ok: false, issues: [{ fix }] });
    expect(existsSync(file)).toBe(false);
    expect(({} as { paused?: unknown }).paused).toBeUndefined();
  });

  test.each(['{"caps": ', '[]', '5', 'null', '{"paused": true, "paused": false}'])(
    '%s is left to its author',
    async text => {
      edit(text);
      expect(await unguarded().set('paused', 'true')).toMatchObject({ ok: false });
      expect(readFileSync(file, 'utf8')).toBe(text);
    },
  );

  test('an invalid setting can be mended by setting it', async () => {
    edit({ caps: { daySats: 'x' } });
    expect(await unguarded().set('caps.daySats', '5')).toMatchObject({ ok: true });
    expect(unguarded().read()).toMatchObject({ broken: false, settings: { caps: { daySats: 5 } } });
  });

  test('several settings can be changed at once', async () => {
    const changed = await unguarded().write(stated => {
      stated.autoApprove = [{ host: 'a.example', maxSats: 5, maxSatsPerDay: 9 }];
      stated.paused = true;
    });
    expect(changed).toMatchObject({ ok: true });
    expect(unguarded().read().settings).toMatchObject({
      paused: true,
      autoApprove: [{ maxSats: 5 }],
    });
  });

  test('where nothing can be read, nothing is written', async () => {
    writeFileSync(join(home, 'taken'), '');
    const settings = openSettings(join(home, 'taken'), () => undefined);
    expect(await settings.set('paused', 'true')).toMatchObject({
      ok: false,
      issues: [{ problem: 'cannot be opened' }],
    });
    expect(settings.read().broken).toBe(true);
  });

  test('what cannot be written is an error with a code', async () => {
    symlinkSync(join(home, 'nowhere', 'at all'), join(home, 'lost'));
    const settings = openSettings(join(home, 'lost'), () => undefined);
    const failed = await settings.set('paused', 'true').catch((thrown: unknown) => thrown);
    expect(failed).toBeInstanceOf(TollkeeperError);
    expect(failed).toMatchObject({ code: 'store_unavailable' });
    expect(settings.read().broken).toBe(false);
  });
});

describe('where loosening needs a human', () => {
  let sealer: Sealer;
  beforeEach(async () => {
    sealer = await openKeyring(join(home, 'keys'));
  });
  const guarded = () => openSettings(home, () => sealer);

  test('with nothing confirmed yet, an edit only tightens the defaults', () => {
    edit({ caps: { requestSats: 2000, hourSats: 50 }, hosts: { private: ['10.0.0.1'] } });
    const now = guarded().read();
    expect(now.broken).toBe(false);
    expect(now.unconfirmed).toEqual(['caps.requestSats', 'hosts.private']);
    expect(now.policy.caps).toMatchObject({ request: sats(1000), hour: sats(50) });
    expect(now.policy.hosts.private).toEqual([]);
    expect(now.settings.caps.requestSats).toBe(2000);
  });

  test('what a human confirmed counts, also for the next process', async () => {
    edit({ caps: { requestSats: 2000 } });
    const settings = guarded();
    expect(await settings.confirm(settings.read())).toEqual({ ok: true });
    for (const now of [settings.read(), guarded().read()]) {
      expect(now).toMatchObject({ unconfirmed: [], policy: { caps: { request: sats(2000) } } });
    }
    expect(modeOf(join(home, 'keys', 'confirmed-settings'))).toBe('600');
  });

  test('a later edit tightens at once and loosens nothing, leaving approvals good', async () => {
    edit({ caps: { requestSats: 2000 }, hosts: { block: ['bad.example'] } });
    const settings = guarded();
    await settings.confirm(settings.read());
    const { hash } = settings.read();
    edit({ caps: { requestSats: 3000 }, hosts: { block: [] } });
    expect(settings.read()).toMatchObject({
      hash,
      unconfirmed: ['caps.requestSats', 'hosts.block'],
    });
    edit({ caps: { requestSats: 7 }, hosts: { block: ['bad.example'] } });
    expect(settings.read()).toMatchObject({
      unconfirmed: [],
      policy: { caps: { request: sats(7) } },
    });
  });

  test('tightening after a yes needs a new yes to be undone', async () => {
    const settings = guarded();
    edit({ paused: true });
    await settings.confirm(settings.read());
    edit({});
    expect(settings.read()).toMatchObject({ unconfirmed: ['paused'], policy: { paused: true } });
  });

  test('a tightening that counted once needs a human to be undone, whatever else the file says', () => {
    const settings = guarded();
    const looser = { caps: { requestSats: 2000 }, hosts: { private: ['10.0.0.1'] } };
    edit(looser);
    settings.read();
    edit({ ...looser, paused: true, hosts: { ...looser.hosts, block: ['bad.example'] } });
    const { hash } = settings.read();
    edit(looser);
    for (const now of [settings.read(), guarded().read()]) {
      expect(now).toMatchObject({ hash, policy: { paused: true } });
      expect(now.policy.hosts.block).toEqual(['bad.example']);
      expect(now.unconfirmed).toEqual(
        expect.arrayContaining(['paused', 'caps.requestSats', 'hosts.block', 'hosts.private']),
      );
    }
  });

  test('no edit allows more than the one before it allowed', async () => {
    await fc.assert(
      fc.asyncProperty(written, fc.array(written, { maxLength: 4 }), async (first, edits) => {
        const settings = guarded();
        edit(first);
        await settings.confirm(settings.read());
        let before = settings.read().policy;
        for (const next of edits) {
          edit(next);
          const { policy, hash } = settings.read();
          // Lists of hosts with nothing in common close every host, which no file can state.
          const looser = loosens(before, policy).filter(path => path !== 'hosts.allow');
          expect(looser).toEqual([]);
          expect(settings.read().hash).toBe(hash);
          before = policy;
        }
      }),
    );
  });

  test('a file that only loosens, or is broken, confirms nothing', () => {
    const settings = guarded();
    for (const text of ['{ "caps": { "requestSats": 2000 } }', '{ "paused": true', '{}']) {
      edit(text);
      settings.read();
    }
    expect(readdirSync(join(home, 'keys'))).not.toContain('confirmed-settings');
  });

  test('another node, wallet or network is never confirmed by what else an edit tightens', async () => {
    const mine = guarded();
    edit({ network: 'signet', wallet: { kind: 'lnd' }, lnd: { address: 'mine.example:1' } });
    await mine.confirm(mine.read());
    const binary = { path: '/tmp/thief', sha256: 'a'.repeat(64) };
    const theft = { network: 'mainnet', wallet: { kind: 'lnd' }, lnd: { binary } };
    edit({ ...theft, caps: { requestSats: 7 } });
    for (const settings of [mine, guarded()]) {
      const { policy, unconfirmed } = settings.read();
      expect(policy).toMatchObject({
        paused: true,
        network: 'tbs',
        lnd: { address: 'mine.example:1', binary: { path: '' } },
        caps: { request: sats(7) },
      });
      expect(unconfirmed).toEqual(['network', 'lnd.address', 'lnd.binary']);
    }
    // Taken back, nothing stays but what was tightened: the stop was about the other node.
    edit({ network: 'signet', wallet: { kind: 'lnd' }, lnd: { address: 'mine.example:1' } });
    expect(guarded().read()).toMatchObject({
      policy: { paused: false, network: 'tbs', caps: { request: sats(7) } },
      unconfirmed: ['caps.requestSats'],
    });
  });

  test('lists of which nothing is in common close every host, and keep what else was tightened', () => {
    const settings = guarded();
    edit({ hosts: { allow: ['a.example'] } });
    settings.read();
    edit({ paused: true, hosts: { allow: ['b.example'] } });
    expect(accessOf(settings.read().policy)(new URL('https://b.example/'))).toMatchObject({
      ok: false,
    });
    edit({ hosts: { allow: ['a.example'] } });
    expect(settings.read()).toMatchObject({
      unconfirmed: ['paused'],
      policy: { hosts: { allow: ['a.example'] } },
    });
  });

  test('a tightening that cannot be kept counts all the same, and is kept as soon as it can', () => {
    let isFull = true;
    const keys: Sealer = {
      ...sealer,
      seal: (...what) => {
        if (isFull) rmSync(join(home, 'keys'), { recursive: true, force: true });
        return sealer.seal(...what);
      },
    };
    const settings = openSettings(home, () => keys);
    edit({ paused: true });
    expect(settings.read()).toMatchObject({ broken: false, policy: { paused: true } });
    isFull = false;
    mkdirSync(join(home, 'keys'));
    settings.read();
    edit({});
    expect(settings.read()).toMatchObject({ unconfirmed: ['paused'], policy: { paused: true } });
    expect(readdirSync(join(home, 'keys'))).toEqual(['confirmed-settings']);
  });

  test('a tightening that is not kept leaves no draft behind', () => {
    const keys: Sealer = {
      ...sealer,
      seal: (...what) => {
        // By the time that the draft is written, something else stands in its place.
        mkdirSync(join(home, 'keys', 'confirmed-settings'), { recursive: true });
        return sealer.seal(...what);
      },
    };
    edit({ paused: true });
    const before = readdirSync(join(home, 'keys'));
    expect(openSettings(home, () => keys).read().policy.paused).toBe(true);
    expect(readdirSync(join(home, 'keys'))).toEqual(['confirmed-settings', ...before].toSorted());
  });

  test("a human's word that comes while a tightening is kept is not replaced by it", async () => {
    const mine = guarded();
    edit({ caps: { requestSats: 2000 } });
    await mine.confirm(mine.read());
    const sealed = join(home, 'keys', 'confirmed-settings');
    const newest = readFileSync(sealed);
    edit({ caps: { requestSats: 7 } });
    const slow: Sealer = {
      ...sealer,
      seal: (...what) => {
        const written = sealer.seal(...what);
        writeFileSync(sealed, newest.toString('utf8').trimEnd());
        return written;
      },
    };
    expect(openSettings(home, () => slow).read().policy.caps.request).toBe(sats(7));
    expect(readFileSync(sealed, 'utf8')).toBe(newest.toString('utf8').trimEnd());
    expect(readdirSync(join(home, 'keys')).filter(name => name.endsWith('.tmp'))).toEqual([]);
  });

  test('nobody confirms what they were not shown', async () => {
    const settings = guarded();
    edit({ caps: { requestSats: 2000 } });
    const shown = settings.read();
    edit({ caps: { requestSats: 90_000 } });
    expect(await settings.confirm(shown)).toMatchObject({ ok: false });
    expect(settings.read().policy.caps.request).toBe(sats(1000));
  });

  test('a broken file cannot be confirmed', async () => {
    const settings = guarded();
    edit('{');
    expect(await settings.confirm(settings.read())).toMatchObject({ ok: false });
    expect(existsSync(join(home, 'keys', 'confirmed-settings'))).toBe(false);
  });

  test('while the file is broken, what was confirmed stays for all but payments', async () => {
    edit({ hosts: { block: ['bad.example'] } });
    await guarded().confirm(guarded().read());
    edit('{');
    const now = guarded().read();
    expect(now).toMatchObject({ broken: true, policy: { paused: true } });
    expect(now.policy.hosts.block).toEqual(['bad.example']);
  });

  test('a confirmation that was tampered with stops payments until a human confirms again', async () => {
    edit({ hosts: { private: ['10.0.0.1'] } });
    const settings = guarded();
    await settings.confirm(settings.read());
    const sealed = join(home, 'keys', 'confirmed-settings');
    const bytes = Buffer.from(readFileSync(sealed, 'utf8'), 'base64');
    bytes.writeUInt8(bytes.readUInt8(20) ^ 1, 20);
    for (const forged of [bytes.toString('base64'), '', 'not base64!', '{}']) {
      writeFileSync(sealed, forged);
      const now = settings.read();
      expect(now).toMatchObject({ broken: true, policy: { paused: true, hosts: { private: [] } } });
      expect(now.issues).toMatchObject([{ path: 'keys/confirmed-settings' }]);
    }
    expect(await settings.confirm(settings.read())).toEqual({ ok: true });
    expect(settings.read()).toMatchObject({ broken: false, unconfirmed: [] });
  });

  test('setting a PIN makes the guard count from the next look on', () => {
    let keys: Sealer | undefined;
    const settings = openSettings(home, () => keys);
    edit({ caps: { requestSats: 2000 } });
    expect(settings.read().policy.caps.request).toBe(sats(2000));
    keys = sealer;
    expect(settings.read().policy.caps.request).toBe(sats(1000));
  });

  test('a confirmation that cannot be kept is an error with a code', async () => {
    const settings = guarded();
    mkdirSync(join(home, 'keys', 'confirmed-settings', 'x'), { recursive: true });
    const failed = await settings.confirm(settings.read()).catch((thrown: unknown) => thrown);
    expect(failed).toBeInstanceOf(TollkeeperError);
    expect(failed).toMatchObject({ code: 'store_unavailable' });
  });
});
