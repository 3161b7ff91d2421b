import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { MINUTE, msat, sats } from '../../src/base/index.ts';
import {
  defaultSettings,
  parseSettings,
  parseSettingsJson,
  parseSettingsText,
  policyHash,
  policyOf,
  settingsDocs,
  settingsOf,
  showIssue,
} from '../../src/policy/index.ts';
import { policyFrom, written } from './arbitrary.ts';

/** All that is said against a text, a line each. */
function faults(text: string): readonly string[] {
  const parsed = parseSettingsText(text);
  return parsed.ok ? [] : parsed.issues.map(showIssue);
}

describe('the settings', () => {
  test('of an empty file are the defaults that the README states', () => {
    const parsed = parseSettings({});
    expect(parsed).toEqual({ ok: true, settings: defaultSettings() });
    expect(defaultSettings()).toMatchObject({
      network: 'regtest',
      wallet: { kind: 'sandbox' },
      paused: false,
      caps: { requestSats: 1000, hostSats: 5000, hourSats: 5000, daySats: 10_000 },
      fees: { baseSats: 5, percent: 1 },
      hosts: { allow: [], private: ['127.0.0.1:8402', 'localhost:8402'] },
      autoApprove: [],
    });
  });

  test('are had back from their policy', () => {
    fc.assert(
      fc.property(written, json => {
        const parsed = parseSettings(json);
        const back = parsed.ok && settingsOf(policyOf(parsed.settings), defaultSettings());
        expect(back).toEqual(parsed);
      }),
    );
  });

  test('are had back with the node that they name', () => {
    const parsed = parseSettings({
      network: 'mainnet',
      wallet: { kind: 'lnd' },
      lnd: { mode: 'remote', address: 'node.example:10009', backupDirectory: '/media/stick' },
    });
    expect(parsed.ok && settingsOf(policyOf(parsed.settings), defaultSettings())).toEqual(parsed);
  });

  test('become a policy in msat and ms', () => {
    const policy = policyFrom({
      caps: { requestSats: 7 },
      autoApprove: [{ host: 'Shop.example', maxSats: 2, maxSatsPerDay: 3 }],
      approvals: { expiresMinutes: 2 },
    });
    expect(policy.network).toBe('bcrt');
    expect(policy.caps.request).toBe(7000n);
    expect(policy.approvals.expiresMs).toBe(2 * MINUTE);
    expect(policy.autoApprove).toEqual([
      { grant: 'rule:shop.example', host: 'shop.example', each: sats(2), day: sats(3) },
    ]);
  });

  test('have a hash that changes with the policy and with nothing else', () => {
    const base = policyHash(policyOf(defaultSettings()));
    expect(base).toMatch(/^sha256:[0-9a-f]{64}$/);
    expect(policyHash(policyFrom({ log: { level: 'debug' }, http: { idleSeconds: 7 } }))).toBe(
      base,
    );
    expect(policyHash(policyFrom({ caps: { requestSats: 999 } }))).not.toBe(base);
    expect(policyHash({ ...policyFrom({}), fees: { base: msat(1), percent: 1 } })).not.toBe(base);
  });

  test('are valid again after they were filled in and written out', () => {
    fc.assert(
      fc.property(written, stated => {
        const parsed = parseSettings(stated);
        expect(parsed).toMatchObject({ ok: true });
        if (parsed.ok) expect(parseSettings(parsed.settings)).toEqual(parsed);
      }),
    );
  });
});

describe('what is wrong with settings is said with line, path and fix', () => {
  test.each([
    [
      '{"caps": {"requestsats": 1}}',
      'Line 1, column 11: caps.requestsats is not a setting. Did you mean caps.requestSats?',
    ],
    [
      '{"caps": {"request": 1}}',
      'Line 1, column 11: caps.request is not a setting. Did you mean caps.requestSats?',
    ],
    [
      '{\n  "daySats": 1\n}',
      'Line 2, column 3: daySats is not a setting. Did you mean caps.daySats?',
    ],
    ['{"pausd": true}', 'Line 1, column 2: pausd is not a setting. Did you mean paused?'],
    [
      '{"zzz": 1}',
      'Line 1, column 2: zzz is not a setting. Take it out; `tollkeeper settings` lists what there is.',
    ],
    [
      '{"__proto__": {"paused": true}}',
      'Line 1, column 2: __proto__ is not a setting. Take it out; `tollkeeper settings` lists what there is.',
    ],
    [
      '{"caps": {"daySats": 1.5}}',
      'Line 1, column 11: caps.daySats must be a whole number. It takes 0 to 100000000; without it, 10000 counts.',
    ],
    [
      '{"caps": {"daySats": "5"}}',
      'Line 1, column 11: caps.daySats must be a number. It takes 0 to 100000000; without it, 10000 counts.',
    ],
    [
      '{"caps": {"daySats": -1}}',
      'Line 1, column 11: caps.daySats must be 0 or more. It takes 0 to 100000000; without it, 10000 counts.',
    ],
    [
      '{"caps": {"daySats": 1e15}}',
      'Line 1, column 11: caps.daySats must be 100000000 or less. It takes 0 to 100000000; without it, 10000 counts.',
    ],
    [
      '{"fees": {"percent": 0.001}}',
      'Line 1, column 11: fees.percent has more than two decimals. It takes 0 to 100; without it, 1 counts.',
    ],
    [
      '{"caps": null}',
      'Line 1, column 2: caps must be a group in { }. Correct it, or take it out.',
    ],
    ['[]', 'Line 1, column 1: settings.json must be a group in { }. Correct it, or take it out.'],
    [
      '{"network": "mainnet"}',
      'Line 1, column 2: network is not one that the sandbox wallet can be on. Set wallet.kind to lnd first, or network to regtest.',
    ],
    [
      '{"hosts": {"methods": [{"host": "a.b", "methods": []}]}}',
      'Line 1, column 40: hosts.methods[0].methods must be 1 or more entries. Correct it, or take it out.',
    ],
    [
      '{"autoApprove": [{"host": "a.b", "maxSats": 1}]}',
      'Line 1, column 18: autoApprove[0].maxSatsPerDay must be a number. Correct it, or take it out.',
    ],
  ])('%s', (text, fault) => {
    expect(faults(text)).toEqual([fault]);
  });

  test('two rules of one pattern are refused, for they would share what they spent', () => {
    const rules = ['A.example', 'a.example'].map(host => ({ host, maxSats: 1, maxSatsPerDay: 1 }));
    expect(faults(JSON.stringify({ autoApprove: rules }))).toEqual([
      expect.stringContaining('autoApprove[1].host has a rule already'),
    ]);
  });

  test.each([
    ['', 'Line 1, column 1: settings.json ends where a value should be.'],
    ['{\n  "caps": {\n    "daySats": 5,\n  }\n}', 'Line 4, column 3: caps has a comma too many.'],
    ['{\n  // mine\n}', 'Line 2, column 3: settings.json has a comment, which JSON cannot.'],
    ['{"paused": yes}', 'Line 1, column 12: paused has something else where a value should be.'],
    ['{"paused" true}', 'Line 1, column 11: paused has something else where a colon should be.'],
    ['{"paused": true', 'Line 1, column 16: settings.json ends where a comma or } should be.'],
    [
      "{'paused': true}",
      'Line 1, column 2: settings.json has something else where a name in double quotes should be.',
    ],
    ['{} {}', 'Line 1, column 4: settings.json has something else where nothing more should be.'],
    ['{"caps": {"daySats": 1}, "caps": {}}', 'Line 1, column 26: caps is there twice.'],
    ['['.repeat(100_000), 'is nested too deeply'],
  ])('text that is no JSON: %j', (text, fault) => {
    expect(faults(text)).toEqual([expect.stringContaining(fault)]);
  });

  test('names that no setting has are shown without what could steer a terminal', () => {
    const [fault] = faults(JSON.stringify({ '\u001b[31m\u202e"x': 1 }));
    expect(fault).toMatch(/^[\x20-\x7e]*$/);
  });

  test('only so much is said at a time', () => {
    const many = Object.fromEntries(Array.from({ length: 500 }, (_, i) => [`key${i}`, i]));
    expect(faults(JSON.stringify(many)).length).toBe(20);
  });

  test('a byte-order mark is no fault', () => {
    expect(faults('\uFEFF{}')).toEqual([]);
  });

  test('JSON is read exactly when the platform can read it', () => {
    const texts = fc.oneof(
      fc.json({ maxDepth: 3 }),
      fc
        .tuple(fc.json({ maxDepth: 3 }), fc.nat(), fc.constantFrom(...'{}[]",:0-.etn\\ \n'))
        .map(
          ([text, at, char]) =>
            text.slice(0, at % text.length) + char + text.slice((at % text.length) + 1),
        ),
    );
    fc.assert(
      fc.property(texts, text => {
        const read = parseSettingsJson(text);
        if (read.ok) expect(read.json).toEqual(JSON.parse(text));
        // Two things that the platform takes are not taken here: names given twice, and control characters of C1.
        else if (!/\p{Cc}/u.test(text) && !read.issues[0]?.problem.includes('twice'))
          expect(() => JSON.parse(text)).toThrow();
      }),
      { numRuns: 1000 },
    );
  });
});

test('every setting is documented with its values, default and meaning', () => {
  for (const { path, values, standard, meaning } of settingsDocs()) {
    expect([path, values]).not.toContain('');
    expect(values).not.toContain('undefined');
    expect(meaning, path).toMatch(/\.$/);
    const stated = path
      .split('.')
      .reduceRight<unknown>((inner, key) => ({ [key]: inner }), standard);
    expect(parseSettings(stated), path).toEqual({ ok: true, settings: defaultSettings() });
  }
  expect(settingsDocs().find(({ path }) => path === 'caps.requestSats')).toMatchObject({
    values: '0 to 100000000',
    standard: 1000,
  });
});
