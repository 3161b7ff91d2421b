import { mkdir, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { openKeyring } from '../../src/secrets/index.ts';

let parent: string;
let keys: string;
beforeEach(async () => {
  parent = await mkdtemp(join(tmpdir(), 'tollkeeper-'));
  keys = join(parent, 'home', 'keys');
});
afterEach(() => rm(parent, { recursive: true }));

const plain = Buffer.from('a preimage');
const unavailable = { code: 'key_unavailable' };

describe('sealing', () => {
  test('gives back any bytes for their purpose', async () => {
    const sealer = await openKeyring(keys);
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 2000 }), fc.string(), (bytes, purpose) => {
        const opened = sealer.open(purpose, sealer.seal(purpose, bytes));
        expect(Buffer.from(opened).equals(bytes)).toBe(true);
      }),
    );
  });

  test('seals the same bytes differently each time', async () => {
    const sealer = await openKeyring(keys);
    expect(sealer.seal('p', plain)).not.toEqual(sealer.seal('p', plain));
  });

  test.for([
    'fact/task_1/2/settled',
    'fact/task_2/1/settled',
    'fact/task_1/1/challenged',
    'other/task_1/1/settled',
    '',
  ])('what was sealed for fact/task_1/1/settled does not open for "%s"', async purpose => {
    const sealer = await openKeyring(keys);
    const sealed = sealer.seal('fact/task_1/1/settled', plain);
    expect(() => sealer.open(purpose, sealed)).toThrow(expect.objectContaining(unavailable));
  });

  test('no changed or shortened envelope opens', async () => {
    const sealer = await openKeyring(keys);
    const sealed = sealer.seal('p', plain);
    fc.assert(
      fc.property(fc.nat(sealed.length - 1), fc.integer({ min: 1, max: 255 }), (at, change) => {
        const changed = Uint8Array.from(sealed);
        changed[at]! ^= change;
        for (const bad of [changed, sealed.subarray(0, at), sealed.subarray(at + 1)]) {
          expect(() => sealer.open('p', bad)).toThrow(expect.objectContaining(unavailable));
        }
      }),
    );
  });
});

describe('the keys of a directory', () => {
  test('are made once, for their user alone, and serve every process after', async () => {
    const first = await openKeyring(keys);
    const again = await openKeyring(keys);
    expect(Buffer.from(again.open('p', first.seal('p', plain)))).toEqual(plain);
    expect((await stat(keys)).mode & 0o777).toBe(0o700);
    expect((await readdir(keys)).sort()).toEqual(['data.key', 'master.key']);
    for (const name of await readdir(keys)) {
      expect((await stat(join(keys, name))).mode & 0o777).toBe(0o600);
    }
  });

  test('are the same for all that make them at the same moment', async () => {
    const all = await Promise.all(Array.from({ length: 16 }, () => openKeyring(keys)));
    const labels = all.map(sealer => Buffer.from(sealer.derive('x')).toString('hex'));
    expect(new Set(labels).size).toBe(1);
    expect((await readdir(keys)).sort()).toEqual(['data.key', 'master.key']);
  });

  test('derive a different key of 32 bytes for each label', async () => {
    const sealer = await openKeyring(keys);
    expect(sealer.derive('a')).toHaveLength(32);
    expect(sealer.derive('a')).toEqual((await openKeyring(keys)).derive('a'));
    expect(sealer.derive('a')).not.toEqual(sealer.derive('b'));
  });

  test.for([
    ['is missing', (path: string) => rm(path)],
    ['is cut off', (path: string) => writeFile(path, 'short')],
    ['is another one', (path: string) => writeFile(path, new Uint8Array(32))],
  ] as const)('are not made anew when the key file %s', async ([, spoil]) => {
    await openKeyring(keys);
    const before = await readFile(join(keys, 'data.key'));
    await spoil(join(keys, 'master.key'));
    await expect(openKeyring(keys)).rejects.toMatchObject(unavailable);
    expect(await readFile(join(keys, 'data.key'))).toEqual(before);
  });

  test('are not made anew when the data key is damaged', async () => {
    await openKeyring(keys);
    for (const damage of ['', '{}', '{"version":2,"sealed":"00"}', '{"version":1,"sealed":"00"}']) {
      await writeFile(join(keys, 'data.key'), damage);
      await expect(openKeyring(keys)).rejects.toMatchObject(unavailable);
    }
  });

  test('under a passphrase open with it alone, and leave no key file', async () => {
    const passphrase = 'correct horse';
    const sealer = await openKeyring(keys, { passphrase });
    const again = await openKeyring(keys, { passphrase });
    expect(again.derive('x')).toEqual(sealer.derive('x'));
    expect(await readdir(keys)).toEqual(['data.key']);
    await expect(openKeyring(keys)).rejects.toMatchObject(unavailable);
    await expect(openKeyring(keys, { passphrase: 'wrong' })).rejects.toMatchObject(unavailable);
  });

  test('that were begun with a key file do not pretend to be under a passphrase', async () => {
    await openKeyring(keys);
    await expect(openKeyring(keys, { passphrase: 'new' })).rejects.toMatchObject(unavailable);
  });

  test('that cannot be written are unavailable', async () => {
    await mkdir(join(parent, 'home'));
    await writeFile(keys, 'a file');
    await expect(openKeyring(keys)).rejects.toMatchObject(unavailable);
  });
});
