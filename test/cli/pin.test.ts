import { execFile, execFileSync } from 'node:child_process';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { approve } from '../../src/server/cli/commands/approve.ts';
import { cancel } from '../../src/server/cli/commands/cancel.ts';
import { pinSet } from '../../src/server/cli/commands/pin-set.ts';
import { settingsConfirm } from '../../src/server/cli/commands/settings-confirm.ts';
import { settingsSet } from '../../src/server/cli/commands/settings-set.ts';
import { sitAt } from './human.ts';
import { type Market, openMarket } from './market.ts';
import { BUNDLE, openShell, type Shell } from './shell.ts';

const PIN = 'correct horse';

let shell: Shell;
beforeAll(async () => {
  shell = await openShell();
});
afterAll(() => shell.close());

const setPin = (home: string) => sitAt(pinSet, home, {}, PIN, PIN);
const settingsOf = async (home: string) => {
  const { documents } = await shell.run(home, 'settings', '--json');
  return documents()[0];
};

describe('the PIN', () => {
  let home: string;
  beforeEach(() => {
    home = shell.freshHome();
  });

  test('is typed twice, and confirms the settings as they stand', async () => {
    expect(await setPin(home)).toMatchObject({
      end: 0,
      documents: [{ set: true, settingsConfirmed: true }],
    });
  });

  test.each([
    ['differs the second time', [PIN, 'correct hoarse'], 'invalid_input'],
    ['is too short', ['12345', '12345'], 'invalid_input'],
    ['is not typed', [undefined], 'pin_required'],
    ['is not typed again', [PIN, undefined], 'pin_required'],
  ])('is not set when it %s', async (_what, typed, end) => {
    expect(await sitAt(pinSet, home, {}, ...typed)).toMatchObject({ end, documents: [] });
    // Without one, a loosening counts at once.
    const set = await sitAt(settingsSet, home, { path: 'caps.daySats', value: '20000' });
    expect(set).toMatchObject({ end: 0, documents: [{ inEffect: true }] });
  });

  test('is changed only by whoever knows it', async () => {
    await setPin(home);
    const guessed = await sitAt(pinSet, home, {}, 'a wrong guess', 'my own pin', 'my own pin');
    expect(guessed).toMatchObject({ end: 'pin_wrong', documents: [] });
    const dismissed = await sitAt(pinSet, home, {}, undefined);
    expect(dismissed).toMatchObject({ end: 'pin_required', asked: ['Current PIN'] });
  });

  test('confirms what loosens only if the human says that it is theirs', async () => {
    await shell.run(home, 'settings', 'set', 'caps.daySats', '20000');
    const doubted = await sitAt(pinSet, home, {}, PIN, PIN, false);
    expect(doubted).toMatchObject({
      end: 0,
      told: ['The file allows more than was confirmed:\n  caps.daySats = 20000'],
      documents: [{ set: true, settingsConfirmed: false }],
    });
    expect((await settingsOf(home)).unconfirmed).toEqual(['caps.daySats']);
  });

  test('is needed for what loosens, not for what tightens', async () => {
    await setPin(home);
    const tighter = await shell.run(home, 'settings', 'set', 'caps.daySats', '500', '--json');
    expect(tighter.code).toBe(0);
    expect(tighter.documents()).toEqual([
      { path: 'caps.daySats', value: 500, saved: true, inEffect: true, unconfirmed: [] },
    ]);

    const looser = await shell.run(home, 'settings', 'set', 'caps.daySats', '20000', '--json');
    expect(looser.code).toBe(3);
    expect(looser.documents()).toEqual([
      {
        path: 'caps.daySats',
        value: 20_000,
        saved: true,
        inEffect: false,
        unconfirmed: ['caps.daySats'],
      },
      { error: expect.objectContaining({ code: 'pin_required', money: 'not_moved' }) },
    ]);
    const status = await shell.run(home, 'status', '--json');
    expect(status.documents()[0]).toMatchObject({
      dayCapMsats: 500_000,
      settings: 'waiting_for_confirmation',
    });
    const guessed = await sitAt(settingsConfirm, home, {}, 'a wrong guess');
    expect(guessed).toMatchObject({ end: 'pin_wrong', documents: [] });
    expect((await settingsOf(home)).unconfirmed).toEqual(['caps.daySats']);
  });

  test.each([
    ['paused', 'true', 'false'],
    ['caps.daySats', '500', '10000'],
    ['hosts.block', '["bad.example"]', '[]'],
  ])('is needed to take back that %s was set to %s', async (path, tight, loose) => {
    await setPin(home);
    // What an agent loosened before, and nobody confirmed, makes no difference.
    await shell.run(home, 'settings', 'set', 'caps.hostSats', '9000');
    expect((await shell.run(home, 'settings', 'set', path, tight)).code).toBe(0);
    const undone = await shell.run(home, 'settings', 'set', path, loose, '--json');
    expect(undone.code).toBe(3);
    expect(undone.documents()[0]).toMatchObject({ saved: true, inEffect: false });
    expect((await settingsOf(home)).unconfirmed.toSorted()).toEqual(
      [path, 'caps.hostSats'].toSorted(),
    );
    const human = await sitAt(settingsSet, home, { path, value: loose }, PIN);
    expect(human).toMatchObject({ end: 0, documents: [{ inEffect: true, unconfirmed: [] }] });
  });

  test('is needed to take back what stood in the file when it was set', async () => {
    await shell.run(home, 'settings', 'set', 'paused', 'true');
    await setPin(home);
    expect((await shell.run(home, 'settings', 'set', 'paused', 'false')).code).toBe(3);
    expect((await shell.run(home, 'status', '--json')).documents()[0]).toMatchObject({
      paused: true,
    });
  });

  test('makes an edit of the file count, after showing what it allows', async () => {
    await setPin(home);
    await writeFile(join(home, 'settings.json'), '{ "hosts": { "private": ["*.local"] } }');
    const seen = await sitAt(settingsConfirm, home, {}, PIN);
    expect(seen).toMatchObject({
      end: 0,
      told: ['The file allows more than was confirmed:\n  hosts.private = ["*.local"]'],
      documents: [{ confirmed: true, paths: ['hosts.private'] }],
    });
    expect((await settingsOf(home)).unconfirmed).toEqual([]);
  });

  test('is not asked for because of what somebody else wrote into the file', async () => {
    await setPin(home);
    await writeFile(join(home, 'settings.json'), '{ "caps": { "daySats": 50000 } }');
    const set = await shell.run(home, 'settings', 'set', 'caps.hourSats', '100', '--json');
    expect(set.code).toBe(0);
    expect(set.documents()).toEqual([
      {
        path: 'caps.hourSats',
        value: 100,
        saved: true,
        inEffect: true,
        unconfirmed: ['caps.daySats'],
      },
    ]);
  });

  test('makes a change count at once when it is typed with it', async () => {
    await setPin(home);
    const set = await sitAt(settingsSet, home, { path: 'caps.daySats', value: '20000' }, PIN);
    expect(set).toMatchObject({ end: 0, documents: [{ inEffect: true, unconfirmed: [] }] });
  });

  test('confirms no file that is broken', async () => {
    await setPin(home);
    await writeFile(join(home, 'settings.json'), '{ "caps": ');
    expect(await sitAt(settingsConfirm, home, {}, PIN)).toMatchObject({ end: 'settings_invalid' });
  });
});

describe('with a PIN set, approving', () => {
  let market: Market;
  beforeAll(async () => {
    market = await openMarket(shell);
    await sitAt(pinSet, market.home, {}, PIN, PIN, true);
  });
  afterAll(() => market.close());

  test('needs it typed at a terminal: a script is refused, and nothing is paid', async () => {
    const id = await market.queue('script');
    const before = await market.counts();
    const { code, documents } = await shell.run(market.home, 'approve', id, '--once', '--json');
    expect(code).toBe(3);
    expect(documents()).toEqual([{ error: expect.objectContaining({ code: 'pin_required' }) }]);
    expect(await market.counts()).toEqual(before);
    expect((await shell.run(market.home, 'deny', id)).code).toBe(0);
  });

  test('asks about each question in turn, and for the PIN before each yes', async () => {
    const ids = [await market.queue('1'), await market.queue('2'), await market.queue('3')];
    const seen = await sitAt(approve, market.home, {}, 'once', PIN, 'no', 'today', 100, PIN);
    expect(seen.end).toBe(3);
    expect(seen.asked).toEqual([
      'Your decision',
      'Approval PIN',
      'Your decision',
      'Your decision',
      'Up to how many sats today',
      'Approval PIN',
    ]);
    expect(seen.documents.map(({ taskId, answer }) => [taskId, answer])).toEqual([
      [ids[0], 'approved'],
      [ids[1], 'denied'],
      [ids[2], 'approved'],
    ]);
    expect(seen.documents.map(({ task }) => (task as { status: string }).status)).toEqual([
      'completed',
      'blocked',
      'completed',
    ]);
    const none = await sitAt(approve, market.home, {});
    expect(none).toMatchObject({ end: 4, documents: [{ pending: 0 }], asked: [] });
    const { documents } = await shell.run(market.home, 'allowances', '--json');
    const [{ allowances }] = documents();
    await shell.run(market.home, 'allowances', 'revoke', allowances[0].id);
  });

  test('needs it once more for a question that came after the one it was typed for', async () => {
    const id = await market.queue('asked anew');
    await market.settle({ fees: { baseSats: 3 } });
    const seen = await sitAt(approve, market.home, { id, once: true }, PIN, 'once', PIN);
    expect(seen.asked).toEqual(['Approval PIN', 'Your decision', 'Approval PIN']);
    expect(seen).toMatchObject({ end: 0, documents: [{ task: { status: 'completed' } }] });
  });

  test('ends with a wrong PIN, and the question still waits', async () => {
    const id = await market.queue('guessed');
    const before = await market.counts();
    const guessed = await sitAt(approve, market.home, { id }, 'once', 'a wrong guess');
    expect(guessed).toMatchObject({ end: 'pin_wrong', documents: [] });
    const dismissed = await sitAt(approve, market.home, { id }, undefined);
    expect(dismissed).toMatchObject({ end: 'APPROVAL_REQUIRED', documents: [] });
    expect(await market.counts()).toEqual(before);

    const kept = await sitAt(cancel, market.home, { id }, false);
    expect(kept).toMatchObject({ end: 3, documents: [{ cancelled: false }] });
    expect(kept.asked).toEqual([expect.stringMatching(/^Cancel GET http.*\/weather\?$/)]);
    const over = await sitAt(cancel, market.home, { id }, true);
    expect(over).toMatchObject({ end: 0, documents: [{ cancelled: true }] });
  });
});

/** Whether a pseudo-terminal can be had here. */
const hasKeyboard = (() => {
  try {
    execFileSync('python3', ['-c', 'import pty, termios'], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
})();

describe.skipIf(!hasKeyboard)('at a real terminal', () => {
  const UP = '\u001b[A';
  const keyboard = join(import.meta.dirname, 'keyboard.py');
  /** Plays a human at the shipped command; what the terminal showed, and the exit code. */
  const type = (home: string, args: readonly string[], ...script: readonly [string, string[]][]) =>
    new Promise<{ code: number; screen: string }>(resolve => {
      const command = [process.execPath, BUNDLE, ...args, '--home', home];
      const played = [keyboard, JSON.stringify(script), ...command];
      const env = { ...shell.env, TERM: 'xterm' };
      execFile('python3', played, { env }, (error, stdout) => {
        resolve({ code: error === null ? 0 : Number(error.code), screen: stdout });
      });
    });

  test('a human sets a PIN and approves with it, and the PIN is never shown', async () => {
    const market = await openMarket(shell);
    const { home } = market;
    const pin = [...PIN, '\r'];
    const set = await type(
      home,
      ['pin', 'set'],
      ['New PIN', pin],
      ['same again', pin],
      ['want?', ['y']],
    );
    expect(set.screen).toContain('The PIN is set, and the settings are confirmed');
    expect(set.code).toBe(0);

    const id = await market.queue('typed');
    const answers: [string, string[]][] = [
      ['Your decision', [UP, UP, '\r']],
      ['Approval PIN', pin],
    ];
    const approved = await type(home, ['approve'], ...answers);
    expect(approved.screen).toContain(`${id}: completed`);
    expect(approved.screen).toContain('Paid 10 sats (play money), fees in.');
    expect(approved.code).toBe(0);

    const other = await market.queue('enter alone');
    const entered = await type(home, ['approve', other], ['Your decision', ['\r']]);
    expect(entered.screen).toContain(`${other}: blocked`);
    expect(entered.code).toBe(3);

    const log = await readFile(join(home, 'logs', 'tollkeeper.log'), 'utf8');
    for (const text of [set.screen, approved.screen, log]) expect(text).not.toContain(PIN);
    await market.close();
  });
});
