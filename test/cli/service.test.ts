import { spawn, spawnSync } from 'node:child_process';
import { existsSync, realpathSync } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { listenTo } from './listener.ts';
import { BUNDLE, openShell, type Shell } from './shell.ts';

let shell: Shell;
beforeAll(async () => {
  shell = await openShell();
});
afterAll(() => shell.close());

const commandFor = (home: string) => [process.execPath, realpathSync(BUNDLE), 'up', '--home', home];
/** A data directory whose name means something to a shell, to systemd and to XML. */
const oddHome = () => join(shell.freshHome(), `a $HOME %h "b" <c> & 'd' \\n`);

/** The words of a unit's command line, as systemd.service(5) reads them. */
function wordsOf(unit: string): string[] {
  const line = /^ExecStart=(.*)$/m.exec(unit)?.[1] ?? '';
  return [...line.matchAll(/"((?:[^"\\]|\\.)*)"/g)].map(([, word = '']) =>
    word.replace(/\\(.)|\$\$|%%|[$%]/g, (found, escaped) =>
      found.length === 1 ? '(expanded)' : (escaped ?? found[0]),
    ),
  );
}

/** The command of a plist, as Python's parser reads it. */
function argumentsOf(plist: string): string[] {
  const read =
    'import json, plistlib, sys; print(json.dumps(plistlib.loads(sys.stdin.buffer.read())))';
  const { stdout, stderr, status } = spawnSync('python3', ['-c', read], {
    input: plist,
    encoding: 'utf8',
  });
  expect(stderr).toBe('');
  expect(status).toBe(0);
  const { ProgramArguments, Label, KeepAlive } = JSON.parse(stdout);
  expect(Label).toMatch(/^local\.tollkeeper(-[0-9a-f]{8})?$/);
  expect(KeepAlive).toEqual({ SuccessfulExit: false });
  return ProgramArguments;
}

/** Not everywhere installed; what the tests read of a unit themselves they read everywhere. */
const VERIFIER = 'systemd-analyze';

/** What systemd itself says of a unit, where it is installed. */
async function verified(unit: string): Promise<string> {
  const directory = shell.freshHome();
  await mkdir(directory, { recursive: true });
  const path = join(directory, 'tollkeeper-tried.service');
  await writeFile(path, unit);
  const env = { ...process.env, XDG_RUNTIME_DIR: directory };
  const { error, stderr } = spawnSync(VERIFIER, ['verify', '--user', path], {
    env,
    encoding: 'utf8',
  });
  return error === undefined
    ? stderr
        .split('\n')
        .filter(line => line.includes('tried'))
        .join()
    : '';
}

describe('the printed service', () => {
  test.each([
    ['systemd', wordsOf],
    ['launchd', argumentsOf],
  ])('for %s runs this very program on this very directory', async (kind, words) => {
    const home = oddHome();
    const { code, stdout, stderr } = await shell.run(home, 'up', `--print-service=${kind}`);
    expect(code).toBe(0);
    expect(words(stdout)).toEqual(commandFor(home));
    expect(stderr).toContain(kind === 'systemd' ? 'systemctl --user' : 'launchctl bootstrap');
    expect(existsSync(home)).toBe(false);
    if (kind === 'systemd') expect(await verified(stdout)).toBe('');
  });

  test('is the one of this platform, when none is named', async () => {
    const { stdout } = await shell.run(shell.freshHome(), 'up', '--print-service');
    expect(stdout).toContain(process.platform === 'darwin' ? '<plist' : '[Service]');
  });

  test('restarts after a failure, and gains no rights', async () => {
    const { stdout } = await shell.run(shell.freshHome(), 'up', '--print-service', 'systemd');
    for (const line of [
      'Restart=on-failure',
      'NoNewPrivileges=yes',
      'UMask=0077',
      'KillMode=process',
    ])
      expect(stdout).toContain(`\n${line}\n`);
  });

  test('has a name of its own for each data directory', async () => {
    const [one, other] = await Promise.all(
      [shell.freshHome(), shell.freshHome()].map(home =>
        shell.run(home, 'up', '--print-service=systemd', '--json'),
      ),
    );
    expect(one?.documents()[0].path).not.toBe(other?.documents()[0].path);
  });

  test.each(['sysv', ''])('is refused for a manager that is called "%s"', async kind => {
    const { code, stdout } = await shell.run(shell.freshHome(), 'up', `--print-service=${kind}`);
    expect(code).toBe(2);
    expect(stdout).toBe('');
  });

  test('is refused for a path that cannot be seen whole', async () => {
    const home = join(shell.freshHome(), 'a\nExecStartPre=b');
    const { code, stdout } = await shell.run(home, 'up', '--print-service=systemd');
    expect(code).toBe(2);
    expect(stdout).toBe('');
  });
});

describe('of a directory under a passphrase', () => {
  const PASSPHRASE = 'correct horse battery staple';
  const printed = (home: string, kind: string) =>
    spawnSync(process.execPath, [BUNDLE, 'up', `--print-service=${kind}`, '--home', home], {
      env: { ...shell.env, TOLLKEEPER_PASSPHRASE: PASSPHRASE },
      encoding: 'utf8',
    });

  test.each(['systemd', 'launchd'])('the service for %s never holds it', kind => {
    const { stdout, stderr } = printed(shell.freshHome(), kind);
    expect(stdout + stderr).not.toContain('horse');
    const file = /\/\S+\.env/.exec(stderr)?.[0] ?? 'none';
    expect(stdout).toContain(file);
    expect(file.startsWith(shell.env.HOME ?? '')).toBe(true);
  });

  test('the service for launchd reads it from its file', async () => {
    const home = shell.freshHome();
    const { stdout, stderr } = printed(home, 'launchd');
    const file = /\/\S+\.env/.exec(stderr)?.[0] ?? '';
    await mkdir(dirname(file), { recursive: true });
    await writeFile(file, `TOLLKEEPER_PASSPHRASE='${PASSPHRASE}'\n`, { mode: 0o600 });
    const [program = '', ...args] = argumentsOf(stdout);
    const service = listenTo(spawn(program, args, { env: shell.env, stdio: 'pipe' }));
    await service.told('This process pays from here on.');
    service.kill('SIGTERM');
    expect(await service.exit).toBe(0);
    expect((await shell.run(home, 'status')).code).toBe(5);
  });
});
