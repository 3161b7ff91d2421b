import { chmod, cp, mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { withRecord } from './lease-row.ts';
import { openShell, type Shell } from './shell.ts';

let shell: Shell;
let used: string;
let home: string;
beforeAll(async () => {
  shell = await openShell();
  used = shell.freshHome();
  await shell.run(used, 'status');
});
beforeEach(async () => {
  home = shell.freshHome();
  await cp(used, home, { recursive: true });
});
afterAll(() => shell.close());

/** The doctor's exit code, and what it says of one thing. */
async function diagnosis(name: string) {
  const { code, documents } = await shell.run(home, 'doctor', '--json');
  const [{ healthy, checks }] = documents();
  expect(healthy).toBe(code === 0);
  return { code, check: checks.find((check: { name: string }) => check.name === name) };
}

describe('the doctor', () => {
  test('finds nothing wrong where nothing is yet, and makes nothing', async () => {
    home = shell.freshHome();
    const { code, stdout } = await shell.run(home, 'doctor');
    expect(code).toBe(0);
    expect(stdout).toContain('not there yet');
    await expect(readdir(home)).rejects.toThrow('ENOENT');
  });

  test('finds nothing wrong with a data directory in use', async () => {
    const { code, documents } = await shell.run(home, 'doctor', '--json');
    expect(code).toBe(0);
    const [{ healthy, checks }] = documents();
    expect(healthy).toBe(true);
    expect(checks.map(({ name }: { name: string }) => name)).toEqual([
      'node',
      'data directory',
      'disk',
      'keys',
      'PIN',
      'settings',
      'task record',
      'wallet',
    ]);
    expect(new Set(checks.map(({ level }: { level: string }) => level))).toEqual(new Set(['ok']));
  });

  test('names the place and the fix of a broken setting', async () => {
    await writeFile(join(home, 'settings.json'), '{\n  "caps": { "daySat": 5 }\n}\n', {
      mode: 0o600,
    });
    const { code, check } = await diagnosis('settings');
    expect(code).toBe(5);
    expect(check.level).toBe('fail');
    expect(check.finding).toContain('Line 2, column 13: caps.daySat is not a setting.');
    expect(check.finding).toContain('Did you mean caps.daySats?');
  });

  test('shows a setting whose name is made of control characters as plain text', async () => {
    const name = '\u001b[2J\u202e';
    await writeFile(join(home, 'settings.json'), JSON.stringify({ [name]: 1 }), { mode: 0o600 });
    const { code, stdout } = await shell.run(home, 'doctor');
    expect(code).toBe(5);
    expect(stdout).toContain('is not a setting');
    expect(stdout).not.toContain('\u001b');
    expect(stdout).not.toContain('\u202e');
  });

  test.each([
    ['that is none of SQLite', 'this is no database '.repeat(100)],
    ['of somebody else', undefined],
  ])('calls a record %s damaged, and leaves it as it is', async (_what, text) => {
    const path = join(home, 'tollkeeper.db');
    await rm(path);
    if (text === undefined) foreignDatabase(path);
    else await writeFile(path, text);
    const before = await readFile(path);
    const { code, check } = await diagnosis('task record');
    expect(code).toBe(5);
    expect(check).toMatchObject({ level: 'fail', hint: expect.stringContaining('backup') });
    expect(await readFile(path)).toEqual(before);
  });

  test('finds damage in the midst of a record that opens well', async () => {
    const path = join(home, 'tollkeeper.db');
    const bytes = await readFile(path);
    const page = rootOf(path, 'credential');
    bytes.fill(0xa5, (page - 1) * 4096, page * 4096);
    await writeFile(path, bytes);
    expect((await shell.run(home, 'tasks')).code).toBe(0);
    const { code, check } = await diagnosis('task record');
    expect(code).toBe(5);
    expect(check.level).toBe('fail');
  });

  test('tells a record by a newer version from a damaged one', async () => {
    const db = new DatabaseSync(join(home, 'tollkeeper.db'));
    db.exec('PRAGMA user_version = 99');
    db.close();
    const { code, check } = await diagnosis('task record');
    expect(code).toBe(5);
    expect(check.finding).toContain('store_newer');
    expect(check.hint).toBe('Update Tollkeeper.');
  });

  test('says of a restored record that the wallet has to tell first what it paid', async () => {
    withRecord(home, db => db.exec('INSERT INTO restoration VALUES (2, 1, NULL)'));
    const { check } = await diagnosis('task record');
    expect(check).toMatchObject({ level: 'warn', finding: expect.stringContaining('restored') });
    await shell.run(home, 'recover');
    expect((await diagnosis('task record')).check.level).toBe('ok');
  });

  test('does not make new keys in place of lost ones', async () => {
    await rm(join(home, 'keys', 'data.key'));
    const { code, check } = await diagnosis('keys');
    expect(code).toBe(5);
    expect(check).toMatchObject({ level: 'fail', hint: expect.stringContaining('backup') });
    expect(await readdir(join(home, 'keys'))).not.toContain('data.key');
  });

  test('finds a sandbox ledger that is none', async () => {
    await rm(join(home, 'sandbox.db'));
    await writeFile(join(home, 'sandbox.db'), 'x'.repeat(2000), { mode: 0o600 });
    const { code, check } = await diagnosis('wallet');
    expect(code).toBe(5);
    expect(check.level).toBe('fail');
  });

  test('warns where others may look, and says how to close it', async () => {
    await chmod(home, 0o755);
    await chmod(join(home, 'keys', 'master.key'), 0o644);
    const { code, check } = await diagnosis('data directory');
    expect(code).toBe(0);
    expect(check).toEqual({
      name: 'data directory',
      level: 'warn',
      finding: `others may look into ., ${join('keys', 'master.key')}`,
      hint: `Close them: chmod -R go-rwx ${home}`,
    });
  });

  test('says that a file stands in place of the directory, as every command does', async () => {
    await rm(home, { recursive: true });
    await writeFile(home, 'mine');
    const { code, check } = await diagnosis('data directory');
    expect(code).toBe(5);
    expect(check.finding).toContain('is not a directory');
    const { code: other, documents } = await shell.run(home, 'tasks', '--json');
    expect(other).toBe(5);
    expect(documents()).toEqual([
      { error: expect.objectContaining({ code: 'store_unavailable', money: 'not_moved' }) },
    ]);
    expect(await readFile(home, 'utf8')).toBe('mine');
  });

  test.each([
    ['supervised', 'node init'],
    ['remote', 'node connect'],
  ])('calls a wallet of a %s node ill where that was never reached', async (mode, begin) => {
    const lnd = { mode, ...(mode === 'remote' ? { address: '127.0.0.1:1' } : {}) };
    const settings = JSON.stringify({ network: 'regtest', wallet: { kind: 'lnd' }, lnd });
    await writeFile(join(home, 'settings.json'), settings, { mode: 0o600 });
    const kept = await diagnosis('Lightning node');
    expect([kept.code, kept.check.level]).toEqual([5, 'fail']);
    expect(kept.check.hint).toContain(`tollkeeper ${begin}`);
    expect(kept.check.hint).toContain(`--home ${home}`);
    const status = await shell.run(home, 'node', 'status');
    expect(status.stdout).toContain(`tollkeeper ${begin}`);
    expect((await shell.run(home, 'status')).stdout).toMatch(/Wallet +lnd, NOT READY\n/);

    home = shell.freshHome();
    await mkdir(home, { mode: 0o700 });
    await writeFile(join(home, 'settings.json'), settings, { mode: 0o600 });
    const keyless = await diagnosis('Lightning node');
    expect([keyless.code, keyless.check.level]).toEqual([5, 'fail']);
    expect(keyless.check.hint).toContain(`tollkeeper ${begin}`);
  });

  test('says that everything is paused, and how it goes on', async () => {
    await shell.run(home, 'pause', '--reason', 'too dear');
    const { code, check } = await diagnosis('pause');
    expect(code).toBe(0);
    expect(check).toMatchObject({
      level: 'warn',
      finding: expect.stringMatching(/all spending and selling is paused since .* \(too dear\)/),
      hint: `To let it go on: tollkeeper resume --home ${home}`,
    });
    await shell.run(home, 'resume', '--yes');
    expect((await diagnosis('pause')).check).toBeUndefined();
  });

  test('warns of an active paywall that serves nothing', async () => {
    await shell.run(home, 'upstream', 'add', 'mine', 'http://127.0.0.1:3111', '--yes');
    await shell.run(
      home,
      ...['paywall', 'create', 'Weather', '--host', 'api.example', '--path', '/**'],
      ...['--upstream', 'mine', '--price', '10', '--yes'],
    );
    expect((await diagnosis('selling')).check).toMatchObject({ level: 'ok' });
    await shell.run(home, 'upstream', 'remove', 'mine', '--yes');
    expect((await diagnosis('selling')).check).toMatchObject({
      level: 'warn',
      finding: 'Weather serves nothing. No upstream has this name.',
      hint: expect.stringContaining('upstream add'),
    });
  });

  test('survives a PIN that is damaged, and guards the settings all the more', async () => {
    await mkdir(join(home, 'keys'), { recursive: true });
    await writeFile(join(home, 'keys', 'pin.json'), '{', { mode: 0o600 });
    const settings = '{ "caps": { "daySats": 50000 } }';
    await writeFile(join(home, 'settings.json'), settings, { mode: 0o600 });
    const { code, check } = await diagnosis('PIN');
    expect(code).toBe(5);
    expect(check.finding).toContain('keys/pin.json is damaged');
    expect((await diagnosis('settings')).check).toMatchObject({
      level: 'warn',
      finding: expect.stringContaining('caps.daySats'),
    });
  });
});

/** The page, counted from 1, where a table begins. */
function rootOf(path: string, table: string): number {
  const db = new DatabaseSync(path);
  const found = db.prepare('SELECT rootpage FROM sqlite_schema WHERE name = ?').get(table);
  db.close();
  return Number(found!.rootpage);
}

function foreignDatabase(path: string): void {
  const db = new DatabaseSync(path);
  db.exec('CREATE TABLE mine (it TEXT)');
  db.close();
}
