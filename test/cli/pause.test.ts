import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';
import { MINUTE, SECOND } from '../../src/base/index.ts';
import { pause } from '../../src/server/cli/commands/pause.ts';
import { pinSet } from '../../src/server/cli/commands/pin-set.ts';
import { resume } from '../../src/server/cli/commands/resume.ts';
import { kindsOf, visitMarket } from '../task/market.ts';
import { FREE_HAND } from '../task/parts.ts';
import { sitAt } from './human.ts';
import { type Agent, type Market, openMarket } from './market.ts';
import { openShell, type Shell } from './shell.ts';

const PIN = 'correct horse';

let shell: Shell;
beforeAll(async () => {
  shell = await openShell();
});
afterAll(() => shell.close());

describe('while spending is paused', () => {
  let market: Market;
  let agent: Agent;
  beforeAll(async () => {
    market = await openMarket(shell);
    await market.settle({
      ...FREE_HAND,
      approvals: { maxPerHour: 100, coolDownMinutes: 0 },
    });
    agent = await market.agent();
  });
  afterAll(async () => {
    await agent.close();
    await market.close();
  });
  const run = (...args: string[]) => shell.run(market.home, ...args);
  afterEach(async () => {
    await market.sandbox.setBehaviour({ kind: 'instant' });
    await run('resume', '--yes');
  });

  test('a server that runs already pays nothing from that moment on, until a human resumes', async () => {
    expect(await agent.buy('before')).toMatchObject({ status: 'completed' });
    const paused = await run('pause', '--reason', 'the agent buys nonsense', '--json');
    expect(paused.code).toBe(0);
    expect(paused.documents()).toEqual([
      {
        paused: true,
        since: expect.stringMatching(/^20\d\d-/),
        reason: 'the agent buys nonsense',
        wasPaused: false,
      },
    ]);
    const before = await market.counts();
    const blocked = {
      status: 'blocked',
      denyReasonCode: 'global_pause_active',
      money: 'not_moved',
    };
    expect(await agent.buy('meanwhile')).toMatchObject(blocked);
    expect(await market.counts()).toEqual(before);
    expect((await run('status', '--json')).documents()[0]).toMatchObject({ paused: true });

    expect((await run('resume', '--yes')).code).toBe(0);
    expect(await agent.buy('after')).toMatchObject({ status: 'completed' });
    expect((await market.counts()).payments).toBe(before.payments + 1);
  });

  test('what is on its way goes on to its end and is delivered', async () => {
    await market.sandbox.setBehaviour({ kind: 'stuck' });
    const before = await market.counts();
    const buying = agent.buy('on its way');
    const hash = await vi.waitUntil(
      async () => {
        const { documents } = await run('events', '--json', '--limit', '2');
        const [reserved, sending] = documents();
        return sending?.kind === 'sending' && (reserved.paymentHash as string);
      },
      { timeout: 30_000, interval: 20 },
    );
    expect((await run('pause')).code).toBe(0);
    await market.sandbox.resolve(hash, 'settle');
    expect(await buying).toMatchObject({ status: 'completed', money: 'moved' });
    expect((await market.counts()).payments).toBe(before.payments + 1);
  });
});

test('a payment that the wallet never heard of is not sent again before spending goes on', async () => {
  let handed = 0;
  const market = await visitMarket({
    settings: FREE_HAND,
    means: plain => ({
      ...plain,
      async wallet() {
        const wallet = await plain.wallet();
        return {
          ...wallet,
          async pay(payment) {
            handed += 1;
            return handed === 1 ? { kind: 'unknown', cause: 'unreachable' } : wallet.pay(payment);
          },
        };
      },
    }),
  });
  const seller = await market.seller();
  const task = await market.buy(`${seller.origin}/a`);
  await market.until(task, one => kindsOf(one).includes('sending'));
  await market.store.killSwitch.pause();
  await market.pass(MINUTE, 5 * SECOND);
  expect(await market.status(task)).toMatchObject({ status: 'running', money: 'maybe_moved' });
  expect([handed, await market.debits()]).toEqual([1, 0]);
  await market.store.killSwitch.resume();
  expect(await market.outlast(task)).toMatchObject({ status: 'completed' });
  expect([handed, await market.debits()]).toEqual([2, 1]);
});

describe('the pause', () => {
  let home: string;
  beforeEach(() => {
    home = shell.freshHome();
  });
  const run = (...args: string[]) => shell.run(home, ...args);

  test('keeps its first time and reason when it is said again', async () => {
    const first = (await run('pause', '--reason', 'first', '--json')).documents()[0];
    const { code, stdout } = await run('pause', '--reason', 'second');
    expect(code).toBe(0);
    const since = first.since.slice(0, 19).replace('T', ' ');
    expect(stdout).toContain(
      `All spending and selling is paused since ${since} UTC (first) already.`,
    );
    expect(stdout).toContain(`A human lets it go on: tollkeeper resume --home ${home}\n`);
  });

  test('needs neither keys nor a passphrase, for stopping has to work when nothing else does', async () => {
    await shell.run(home, 'status');
    await rm(join(home, 'keys'), { recursive: true });
    expect((await run('pause')).code).toBe(0);
    expect((await run('resume', '--yes')).code).toBe(0);
  });

  test('shows nothing in its reason that a terminal would obey', async () => {
    await run('pause', '--reason', '\u001b[2J\u202eevil\nSpending is allowed');
    const { stdout, stderr } = await run('resume', '--yes');
    expect(`${stdout}${stderr}`).toMatch(/^[\n\P{C}]*$/u);
    expect(stderr).not.toContain('\nSpending is allowed');
  });

  test.each([
    ['nothing', ''],
    ['too much', 'x'.repeat(201)],
  ])('takes no reason of %s', async (_what, reason) => {
    const { code, stderr } = await run('pause', '--reason', reason);
    expect(code).toBe(2);
    expect(stderr).toContain('--reason must be a text of 1 to 200 characters.');
  });
});

describe('resuming', () => {
  let home: string;
  beforeEach(() => {
    home = shell.freshHome();
  });
  const isPaused = async () =>
    (await shell.run(home, 'status', '--json')).documents()[0].paused as boolean;

  test('asks a human, who may say no', async () => {
    await sitAt(pause, home, { reason: 'a reason' });
    const no = await sitAt(resume, home, {}, false);
    expect(no).toMatchObject({ end: 3, asked: ['Let it go on?'], documents: [{ resumed: false }] });
    expect(no.told).toEqual([
      expect.stringMatching(/^All spending and selling is paused since .* \(a reason\)\.$/),
    ]);
    expect(await isPaused()).toBe(true);
    const yes = await sitAt(resume, home, {}, true);
    expect(yes).toMatchObject({ end: 0, documents: [{ resumed: true, settingsPaused: false }] });
    expect(await isPaused()).toBe(false);
  });

  test('is not done by a script that does not say so', async () => {
    await shell.run(home, 'pause');
    const { code, stderr } = await shell.run(home, 'resume');
    expect(code).toBe(3);
    expect(stderr).toContain('there is no terminal. Say --yes.');
    expect(await isPaused()).toBe(true);
  });

  test('needs the PIN where one is set, whatever a script says', async () => {
    await sitAt(pinSet, home, {}, PIN, PIN);
    expect((await shell.run(home, 'pause')).code).toBe(0);
    const { code, documents } = await shell.run(home, 'resume', '--yes', '--json');
    expect(code).toBe(3);
    expect(documents()).toEqual([{ error: expect.objectContaining({ code: 'pin_required' }) }]);
    expect(await isPaused()).toBe(true);
    const known = await sitAt(resume, home, {}, PIN);
    expect(known).toMatchObject({ end: 0, asked: ['Approval PIN'] });
    expect(await isPaused()).toBe(false);
  });

  test('is not done by whoever guesses at the PIN', async () => {
    await sitAt(pinSet, home, {}, PIN, PIN);
    await sitAt(pause, home, {});
    const guessed = await sitAt(resume, home, { yes: true }, 'a wrong guess');
    expect(guessed).toMatchObject({ end: 'pin_wrong', documents: [] });
    expect(await isPaused()).toBe(true);
  });

  test('says so when the settings stop spending too', async () => {
    await shell.run(home, 'settings', 'set', 'paused', 'true');
    const nothing = await shell.run(home, 'resume', '--yes');
    expect(nothing.code).toBe(4);
    expect(nothing.stdout).toContain('The settings still stop all spending (paused = true).');
    await shell.run(home, 'pause');
    const { code, stdout } = await shell.run(home, 'resume', '--yes');
    expect(code).toBe(0);
    expect(stdout).toContain(`tollkeeper settings set paused false --home ${home}\n`);
    expect(await isPaused()).toBe(true);
  });

  test('has nothing to do where nothing is paused', async () => {
    const { code, documents } = await shell.run(home, 'resume', '--yes', '--json');
    expect(code).toBe(4);
    expect(documents()).toEqual([{ resumed: false, settingsPaused: false }]);
  });
});
