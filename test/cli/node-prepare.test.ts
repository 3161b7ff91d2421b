import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { chmod, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { systemClock } from '../../src/base/index.ts';
import { nodePrepare, prepareCommand } from '../../src/server/cli/commands/node-prepare.ts';
import { pinSet } from '../../src/server/cli/commands/pin-set.ts';
import { settingsSet } from '../../src/server/cli/commands/settings-set.ts';
import { openRules } from '../../src/server/cli/rules.ts';
import type { Session } from '../../src/server/cli/session.ts';
import { findHome } from '../../src/server/home.ts';
import { openMirror } from '../http/mirror.ts';
import { type MadeUp, makeUp, scriptOf, TARGET, VERSION } from '../node/prepare/release.ts';
import { sitAt } from './human.ts';

const PIN = 'correct horse';

let parent: string;
let home: string;
let made: MadeUp;
beforeEach(async () => {
  parent = await mkdtemp(join(tmpdir(), 'tollkeeper-home-'));
  home = join(parent, 'home');
  made = await makeUp();
});
afterEach(() => rm(parent, { recursive: true }));

const command = () => prepareCommand(async () => made.manifest);
const run = (input: object, ...answers: (string | boolean | undefined)[]) =>
  sitAt(command(), home, input, ...answers);
const fromFile = (input: object = {}) => run({ target: TARGET, archive: made.path, ...input });

/** Puts an lnd of one's own there, which says this. */
async function own(
  says = 'lnd version 0.20.1-beta commit=',
): Promise<{ path: string; sha256: string }> {
  const path = join(parent, 'own-lnd');
  const script = scriptOf(says);
  await writeFile(path, script);
  await chmod(path, 0o700);
  return { path, sha256: createHash('sha256').update(script).digest('hex') };
}
const settingsFile = async () => JSON.parse(await readFile(join(home, 'settings.json'), 'utf8'));

describe('node prepare', () => {
  test('makes the release ready, and the second time says that it was', async () => {
    const path = join(home, 'lnd', 'releases', `${VERSION}-${TARGET}`, 'lnd');
    const sha256 = made.manifest.targets[TARGET]?.binarySha256.hex;
    const document = {
      prepared: true,
      target: TARGET,
      path,
      sha256,
      version: '0.20.9-beta',
      sources: 1,
    };
    expect(await fromFile()).toMatchObject({ end: 0, documents: [{ ...document, fresh: true }] });
    expect(await fromFile()).toMatchObject({ end: 0, documents: [{ ...document, fresh: false }] });
  });

  test('takes a mirror', async () => {
    const { origin, asked } = await openMirror(made.archive);
    expect(await run({ target: TARGET, mirror: origin })).toMatchObject({ end: 0 });
    expect(asked).toHaveLength(1);
  });

  test('takes an archive by a relative path', async () => {
    const archive = relative(process.cwd(), made.path);
    expect(await fromFile({ archive })).toMatchObject({ end: 0 });
  });

  test('tells what keeps it from being ready, and makes nothing', async () => {
    await writeFile(made.path, 'changed');
    expect(await fromFile()).toMatchObject({ end: 'checksum_mismatch', documents: [] });
    expect(await fromFile({ archive: `${made.path}.missing` })).toMatchObject({
      end: 'invalid_input',
    });
    expect(await run({ target: TARGET, mirror: 'http://example.com' })).toMatchObject({
      end: 'invalid_input',
    });
    expect(await fromFile({ target: 'windows-amd64' })).toMatchObject({ end: 'invalid_target' });
    expect(await run({ verify: true, target: 'linux-x64' })).toMatchObject({
      end: 'invalid_target',
    });
    expect(await run({ verify: true, target: TARGET })).toMatchObject({ end: 'binary_not_found' });
  });

  test.for([
    { archive: 'a', mirror: 'b' },
    { verify: true, archive: 'a' },
    { verify: true, mirror: 'a' },
    { binary: 'a', verify: true },
    { binary: 'a', target: TARGET },
    { binary: 'a', archive: 'a' },
  ])('refuses %o, which do not go together', async input => {
    expect(await run(input)).toMatchObject({ end: 'invalid_input' });
    expect(existsSync(home)).toBe(false);
  });

  test('of the shipped manifest finds nothing ready in a new directory', async () => {
    expect(await sitAt(nodePrepare, home, { verify: true, target: TARGET })).toMatchObject({
      end: 'binary_not_found',
    });
  });
});

describe('node prepare --verify', () => {
  test('takes the hash of the prepared binary anew', async () => {
    await fromFile();
    const verified = await run({ verify: true, target: TARGET });
    expect(verified).toMatchObject({ end: 0, documents: [{ verified: true, origin: 'release' }] });
    const [{ path } = {}] = verified.documents;
    await writeFile(String(path), 'changed');
    expect(await run({ verify: true, target: TARGET })).toMatchObject({ end: 'checksum_mismatch' });
    await rm(join(String(path), '..', 'runtime.json'));
    expect(await run({ verify: true, target: TARGET })).toMatchObject({
      end: 'runtime_manifest_missing',
    });
  });

  test('takes that of one’s own where the settings name one', async () => {
    const { path, sha256 } = await own();
    await run({ binary: path });
    expect(await run({ verify: true })).toMatchObject({
      end: 0,
      documents: [{ verified: true, path, sha256, version: '0.20.1-beta', origin: 'own' }],
    });
    await writeFile(path, scriptOf('lnd version 0.20.2-beta commit='));
    expect(await run({ verify: true })).toMatchObject({ end: 'checksum_mismatch' });
    await rm(path);
    expect(await run({ verify: true })).toMatchObject({ end: 'binary_not_found' });
  });
});

describe('node prepare --binary', () => {
  test('names an lnd of one’s own by its hash', async () => {
    const { path, sha256 } = await own();
    expect(await run({ binary: relative(process.cwd(), path) })).toMatchObject({
      end: 0,
      documents: [{ named: true, path, sha256, version: '0.20.1-beta', inEffect: true }],
      asked: [],
    });
    expect((await settingsFile()).lnd).toEqual({ binary: { path, sha256 } });
  });

  test('leaves the rest of the settings as it was, and can be taken back', async () => {
    await sitAt(settingsSet, home, { path: 'lnd.alias', value: 'mine' });
    await run({ binary: (await own()).path });
    expect((await settingsFile()).lnd.alias).toBe('mine');
    await sitAt(settingsSet, home, { path: 'lnd.binary', value: '{}' });
    await fromFile();
    expect(await run({ verify: true, target: TARGET })).toMatchObject({ end: 0 });
  });

  test.for([
    ['an old one', 'lnd version 0.18.0-beta commit=', 'lnd_version_unsupported'],
    ['another program', 'btcd version 0.25.0', 'lnd_version_unsupported'],
  ] as const)('does not name %s', async ([, says, end]) => {
    expect(await run({ binary: (await own(says)).path })).toMatchObject({ end });
    expect(await run({ binary: join(parent, 'missing') })).toMatchObject({
      end: 'binary_not_found',
    });
    expect(existsSync(join(home, 'settings.json'))).toBe(false);
  });

  describe('where a PIN guards a wallet of lnd', () => {
    beforeEach(async () => {
      await sitAt(settingsSet, home, { path: 'network', value: 'regtest' });
      await sitAt(settingsSet, home, { path: 'wallet.kind', value: 'lnd' });
      await sitAt(pinSet, home, {}, PIN, PIN, true);
    });
    const counted = async () => {
      const session = { home: findHome(home, {}), clock: systemClock } as Session;
      return (await openRules(session)).settings.read().policy.lnd?.binary;
    };

    test('it counts once the PIN was typed', async () => {
      const { path, sha256 } = await own();
      const named = await run({ binary: path }, PIN);
      expect(named).toMatchObject({
        end: 0,
        documents: [{ inEffect: true }],
        asked: ['Approval PIN'],
      });
      expect(named.told.join()).toContain(path);
      expect(await counted()).toEqual({ path, sha256 });
    });

    test.for([
      ['with a wrong PIN', 'a wrong guess', 'pin_wrong'],
      ['with none', undefined, 'pin_required'],
    ] as const)('it does not count %s', async ([, typed, end]) => {
      const { path } = await own();
      expect(await run({ binary: path }, typed)).toMatchObject({
        end,
        documents: [{ inEffect: false }],
      });
      expect(await counted()).toEqual({ path: '', sha256: '' });
    });
  });
});

describe('while it fetches', () => {
  /** Runs it in front of somebody who reads, and gives all that they saw. */
  async function watched({ json, interactive }: { json: boolean; interactive: boolean }) {
    const { origin } = await openMirror(made.archive);
    const said: string[] = [];
    const bar: (number | undefined)[] = [];
    const nobody = async () => {
      throw new Error('nobody asks');
    };
    const session: Session = {
      home: findHome(home, {}),
      clock: systemClock,
      output: {
        json,
        answer: (document, text) => void said.push(json ? JSON.stringify(document) : text),
        refuse: problem => void said.push(problem.message),
        print: text => void said.push(text),
        remark: text => void said.push(text),
        unread: new AbortController().signal,
      },
      terminal: {
        interactive,
        choose: nobody,
        sats: nobody,
        agree: nobody,
        type: nobody,
        secret: nobody,
        apart: nobody,
        watch: async words => {
          said.push(words);
          return { show: share => void bar.push(share), end: last => void said.push(last) };
        },
      },
    };
    await command().run(session, { verify: false, target: TARGET, mirror: origin });
    return { said, bar };
  }

  test('a human sees a bar that moves to its end, and then what there is', async () => {
    const { said, bar } = await watched({ json: false, interactive: true });
    expect(bar[0]).toBe(0);
    expect(bar.at(-1)).toBe(1);
    expect(said).toEqual([
      `Fetching lnd ${VERSION} for ${TARGET}`,
      'Fetched, checked and unpacked.',
      expect.stringMatching(
        /^lnd 0\.20\.9-beta for linux-amd64 is ready: .*\nSHA-256 [0-9a-f]{64}, as one source says$/,
      ),
    ]);
  });

  test('a file gets a few lines', async () => {
    const { said, bar } = await watched({ json: false, interactive: false });
    expect(bar).toEqual([]);
    expect(said[0]).toMatch(/^Fetching lnd v0\.20\.9-beta for linux-amd64, 0 kB of \d+ kB$/);
    expect(said.length).toBeGreaterThanOrEqual(4);
    expect(said.length).toBeLessThanOrEqual(7);
  });

  test('a program gets one document', async () => {
    const { said, bar } = await watched({ json: true, interactive: true });
    expect(bar).toEqual([]);
    expect(said).toHaveLength(1);
    expect(JSON.parse(said[0] ?? '')).toMatchObject({ prepared: true });
  });

  test('whoever named another is told that it is that which is run', async () => {
    const { path } = await own();
    await run({ binary: path });
    const { said } = await watched({ json: false, interactive: false });
    expect(said.at(-1)).toContain(`The settings name another, which is run instead: ${path}`);
  });
});
