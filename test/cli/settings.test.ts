import { mkdir, readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { openShell, type Shell } from './shell.ts';

let shell: Shell;
let home: string;
let file: string;
beforeAll(async () => {
  shell = await openShell();
});
beforeEach(() => {
  home = shell.freshHome();
  file = join(home, 'settings.json');
});
afterAll(() => shell.close());

describe('settings', () => {
  test('are shown with value, default and meaning, and looking makes nothing', async () => {
    const { code, documents } = await shell.run(home, 'settings', '--json');
    expect(code).toBe(0);
    const [shown] = documents();
    expect(shown).toMatchObject({ file, valid: true, issues: [], unconfirmed: [] });
    expect(shown.settings).toContainEqual({
      path: 'caps.daySats',
      value: 10_000,
      default: 10_000,
      confirmed: true,
      values: '0 to 100000000',
      meaning: expect.stringContaining('24 hours'),
    });
    await expect(stat(home)).rejects.toThrow('ENOENT');
  });

  test('are changed one by one, in a file of the owner alone', async () => {
    const set = await shell.run(home, 'settings', 'set', 'caps.daySats', '2000', '--json');
    expect(set.code).toBe(0);
    expect(set.documents()).toEqual([
      { path: 'caps.daySats', value: 2000, saved: true, inEffect: true, unconfirmed: [] },
    ]);
    expect(JSON.parse(await readFile(file, 'utf8'))).toEqual({ caps: { daySats: 2000 } });
    expect((await stat(file)).mode & 0o777).toBe(0o600);
    const { stdout } = await shell.run(home, 'settings');
    expect(stdout).toContain('caps.daySats = 2000  (default 10000;');
  });

  test.each([
    ['a value of the wrong kind', ['caps.daySats', 'plenty'], 'caps.daySats must be a number'],
    ['a value out of range', ['approvals.expiresMinutes', '0'], 'must be 1 or more'],
    ['a name that is none', ['caps.daySat', '5'], 'Did you mean caps.daySats?'],
    ['a group', ['caps', '5'], 'must be a group'],
  ])('refuse %s with 2 and stay as they are', async (_what, args, complaint) => {
    await shell.run(home, 'settings', 'set', 'caps.daySats', '2000');
    const before = await readFile(file, 'utf8');
    const { code, stderr } = await shell.run(home, 'settings', 'set', ...args);
    expect(code).toBe(2);
    expect(stderr).toContain(complaint);
    expect(stderr).toContain('settings.json was not changed.');
    expect(await readFile(file, 'utf8')).toBe(before);
  });

  test('that are broken are shown with what is wrong, and end with 2', async () => {
    await mkdir(home);
    await writeFile(file, '{ "paused": "yes" }');
    const { code, documents } = await shell.run(home, 'settings', '--json');
    expect(code).toBe(2);
    const [{ valid, issues }] = documents();
    expect(valid).toBe(false);
    expect(issues).toEqual([
      {
        path: 'paused',
        problem: 'must be true or false',
        fix: expect.any(String),
        place: { line: 1, column: 3 },
      },
    ]);
    const { stdout } = await shell.run(home, 'settings');
    expect(stdout).toContain('Nothing is paid, for the file is broken:');
  });

  test('need no confirmation without a PIN', async () => {
    const { code, documents } = await shell.run(home, 'settings', 'confirm', '--json');
    expect(code).toBe(4);
    expect(documents()).toEqual([{ confirmed: false }]);
  });
});
