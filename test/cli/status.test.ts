import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { withRecord } from './lease-row.ts';
import { openShell, type Shell } from './shell.ts';

let shell: Shell;
let home: string;
beforeAll(async () => {
  shell = await openShell();
});
afterAll(() => shell.close());
beforeEach(async () => {
  home = shell.freshHome();
  await mkdir(home, { recursive: true, mode: 0o700 });
});

const settle = (settings: object) =>
  writeFile(join(home, 'settings.json'), JSON.stringify(settings), { mode: 0o600 });
const status = async () => (await shell.run(home, 'status', '--json')).documents()[0];
const line = async (name: string) =>
  (await shell.run(home, 'status')).stdout.split('\n').find(each => each.startsWith(name));

test('with nothing to do nobody has to pay, and nothing is paused', async () => {
  const shown = await status();
  expect(shown).toMatchObject({ executor: 'idle', paused: false });
  expect(Object.keys(shown)).not.toEqual(expect.arrayContaining(['executorCode', 'pausedBy']));
  expect(await line('Executor')).toBe('Executor               none, and nothing waits for one');
  expect(await line('Spending')).toBe('Spending               allowed');
});

test('what may ever be spent is shown with the other budgets', async () => {
  await settle({ caps: { totalSats: 700 } });
  expect(await status()).toMatchObject({ totalCapMsats: 700_000, totalSpentMsats: 0 });
  expect(await line('Left in all')).toContain('700 sats of 700 sats');
});

test('a pause by the settings is told from one by the kill switch, which is dated and has a reason', async () => {
  await settle({ paused: true });
  const bySettings = await status();
  expect(bySettings).toMatchObject({ paused: true, pausedBy: 'settings' });
  expect(bySettings.pausedAt).toBeUndefined();
  expect(await line('Spending')).toContain('PAUSED by settings.json');
  await shell.run(home, 'pause', '--reason', 'the agent\u001b[2J buys\u202e nonsense');
  expect(await status()).toMatchObject({
    paused: true,
    pausedBy: 'kill_switch',
    pausedAt: expect.stringMatching(/^\d{4}-.*Z$/),
    pauseReason: 'the agent buys nonsense',
  });
  expect(await line('Spending')).toMatch(
    /PAUSED, and selling with it, since .* UTC \(the agent buys nonsense\)$/,
  );
});

test('a reason that somebody wrote into the record is bounded', async () => {
  await shell.run(home, 'pause');
  const reason = `${'x'.repeat(199)}${'😀'.repeat(500)}`;
  withRecord(home, db => db.prepare('UPDATE kill_switch SET reason = ?').run(reason));
  expect((await status()).pauseReason).toBe('x'.repeat(199));
});
