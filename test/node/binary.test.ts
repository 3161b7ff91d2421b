import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { chmod, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { execa } from 'execa';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { systemClock } from '../../src/base/index.ts';
import { binaryAt, binaryOf, prepare } from '../../src/node/index.ts';
import { processOf } from '../../src/node/process-id.ts';
import { makeUp, scriptOf, TARGET, VERSION } from './prepare/release.ts';

let home: string;
let path: string;
beforeEach(async () => {
  home = await mkdtemp(join(tmpdir(), 'tollkeeper-home-'));
  path = join(home, 'own-lnd');
});
afterEach(() => rm(home, { recursive: true }));

const NONE = { path: '', sha256: '' };
const hash = (bytes: Buffer) => createHash('sha256').update(bytes).digest('hex');

/** Puts a program there that says this, or is this script. */
async function put(script: Buffer | string): Promise<string> {
  const bytes = Buffer.from(script);
  await writeFile(path, bytes);
  await chmod(path, 0o700);
  return hash(bytes);
}
const says = (what: string) => put(scriptOf(what));

describe('what may be run', () => {
  test('is the prepared release where the settings name no other', async () => {
    const made = await makeUp();
    const order = { home, own: NONE, manifest: made.manifest, target: TARGET } as const;
    expect(await binaryOf(order)).toMatchObject({ code: 'binary_not_found' });
    await prepare({ ...order, clock: systemClock, archive: made.path });
    const released = join(home, 'lnd', 'releases', `${VERSION}-${TARGET}`, 'lnd');
    expect(await binaryOf(order)).toMatchObject({ value: { path: released, origin: 'release' } });
    await writeFile(released, 'changed');
    expect(await binaryOf(order)).toMatchObject({ code: 'checksum_mismatch' });
  });

  test('is nothing on a machine without a release, unless the settings name one', async () => {
    const { manifest } = await makeUp();
    const order = { home, manifest, target: undefined } as const;
    expect(await binaryOf({ ...order, own: NONE })).toMatchObject({ code: 'unsupported_platform' });
    const sha256 = await says('lnd version 0.20.1-beta commit=v0.20.1-beta');
    expect(await binaryOf({ ...order, own: { path, sha256 } })).toEqual({
      ok: true,
      value: { path, sha256, version: '0.20.1-beta', origin: 'own' },
    });
  });

  test('is the operator’s own only with the hash that they named it by', async () => {
    const { manifest } = await makeUp();
    const proof = join(home, 'was-run');
    const sha256 = await put(`#!/bin/sh\ntouch ${proof}\necho lnd version 0.20.1-beta commit=\n`);
    const named = (own: object) =>
      binaryOf({ home, manifest, target: TARGET, own: { path, sha256, ...own } });
    expect(await named({ sha256: '' })).toMatchObject({ code: 'node_config_invalid' });
    expect(await named({ sha256: '0'.repeat(64) })).toMatchObject({ code: 'checksum_mismatch' });
    expect(await named({ path: `${path}.missing` })).toMatchObject({ code: 'binary_not_found' });
    expect(await named({ path: home })).toMatchObject({ code: 'binary_not_found' });
    expect(existsSync(proof)).toBe(false);
    expect(await named({})).toMatchObject({ ok: true });
    expect(existsSync(proof)).toBe(true);
  });
});

describe('a binary of one’s own', () => {
  test.for([
    ['lnd version 0.20.0-beta commit=v0.20.0-beta', '0.20.0-beta'],
    ['lnd version 0.20.1-beta commit=', '0.20.1-beta'],
    ['lnd version 0.21.0-beta.rc2 commit=v0.21.0-beta.rc2-12-gabcdef', '0.21.0-beta.rc2'],
    ['lnd version 1.0.0', '1.0.0'],
  ] as const)('that says "%s" is %s', async ([said, version]) => {
    const sha256 = await says(said);
    expect(await binaryAt(path)).toEqual({
      ok: true,
      value: { path, sha256, version, origin: 'own' },
    });
  });

  test.for([
    'lnd version 0.19.3-beta commit=v0.19.3-beta',
    'lnd version 0.5.0-beta commit=',
    'lncli version 0.20.1-beta commit=',
    'btcd version 0.25.0',
    'lnd version 0.20',
    'lnd version 0.20.1-\u001b[31mbeta commit=',
    'lnd version 99999.20.1 commit=',
    '',
  ])('that says "%s" is none that is worked with', async said => {
    await says(said);
    expect(await binaryAt(path)).toMatchObject({ code: 'lnd_version_unsupported' });
  });

  test.for([
    ['fails', '#!/bin/sh\necho lnd version 0.20.1-beta commit=\nexit 1\n'],
    ['never stops talking', '#!/bin/sh\necho lnd version 0.20.1-beta commit=\nexec yes\n'],
    ['is no program', 'lnd version 0.20.1-beta commit='],
  ] as const)('that %s is none that is worked with', async ([, script]) => {
    await put(script);
    expect(await binaryAt(path)).toMatchObject({ code: 'lnd_version_unsupported' });
  });

  test('that may not be run is none that is worked with', async () => {
    await says('lnd version 0.20.1-beta commit=');
    await chmod(path, 0o600);
    expect(await binaryAt(path)).toMatchObject({ code: 'lnd_version_unsupported' });
  });

  test('that never answers is given up after 5 s, and nothing of it goes on', async () => {
    const script = [
      'sleep 100 &',
      `echo $! > ${path}.pid`,
      'echo lnd version 0.20.1-beta commit=',
      'wait',
    ];
    await put(['#!/bin/sh', ...script, ''].join('\n'));
    const before = systemClock.now();
    expect(await binaryAt(path)).toMatchObject({ code: 'lnd_version_unsupported' });
    expect(systemClock.now() - before).toBeLessThan(8000);
    const pid = Number(await readFile(`${path}.pid`, 'utf8'));
    await vi.waitUntil(() => processOf(pid) === undefined);
  });

  test('sees nothing of our environment', async () => {
    process.env.TOLLKEEPER_TEST_SECRET = '0.20.1-beta';
    await put('#!/bin/sh\necho "lnd version $TOLLKEEPER_TEST_SECRET commit="\n');
    const came = await binaryAt(path);
    delete process.env.TOLLKEEPER_TEST_SECRET;
    expect(came).toMatchObject({ code: 'lnd_version_unsupported' });
  });

  test.skipIf(process.platform === 'win32')(
    'is no pipe, which would be read for ever',
    async () => {
      await execa('mkfifo', [path]);
      expect(await binaryAt(path)).toMatchObject({ code: 'binary_not_found' });
    },
  );

  test('is at an absolute path', async () => {
    await says('lnd version 0.20.1-beta commit=');
    const near = relative(process.cwd(), path);
    expect(await binaryAt(near)).toMatchObject({ code: 'binary_not_found' });
  });
});
