import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { newId, systemClock, type TaskId } from '../../src/base/index.ts';
import { ending, reads, requested } from '../contract/task-store/fixture.ts';
import { storeAt } from '../store/place.ts';
import { FREE_HAND } from '../task/parts.ts';
import { type Agent, type Market, openMarket } from './market.ts';
import { openShell, type Shell } from './shell.ts';

const STORY = [
  'requested',
  'challenged',
  'approved',
  'reserved',
  'sending',
  'settled',
  'delivered',
];
const NAME = '\u001b[2J\u202ean agent\n';

let shell: Shell;
let market: Market;
let agent: Agent;
let taskId: string;
let foreignId: TaskId;
beforeAll(async () => {
  shell = await openShell();
  market = await openMarket(shell);
  await market.settle(FREE_HAND);
  foreignId = await recordForeignTask();
  agent = await market.agent(NAME);
  ({ taskId } = await agent.buy('the first'));
});
afterAll(async () => {
  await agent.close();
  await market.close();
  await shell.close();
});

/** Records a task of another owner, and its end, before any process could drive it. */
async function recordForeignTask(): Promise<TaskId> {
  const store = await storeAt(market.home);
  const owner = 'somebody else';
  const id = newId('task');
  await store.tasks.open({ owner, key: id }, id, requested());
  const over = ending({ kind: 'cancelled', at: systemClock.now() });
  await store.tasks.append(id, reads({ owner }), over);
  store.close();
  return id;
}

const run = (...args: string[]) => shell.run(market.home, ...args);
// biome-ignore lint/suspicious/noExplicitAny: a document of any kind of fact.
type Event = any;
const events = async (...args: string[]): Promise<readonly Event[]> =>
  (await run('events', '--json', ...args)).documents();

/** A follower, and what it prints as it prints it. */
function follow(...args: string[]) {
  const child = shell.start(market.home, 'events', '--follow', '--json', ...args);
  const lines = createInterface(child.stdout!)[Symbol.asyncIterator]();
  const ended = once(child, 'exit');
  return {
    child,
    ended,
    next: async (): Promise<Event> => JSON.parse((await lines.next()).value as string),
  };
}

describe('the events', () => {
  test('are the facts of a purchase, one a line, each with what matters', async () => {
    const found = await events();
    expect(found.map(({ kind }) => kind)).toEqual(STORY);
    for (const event of found) {
      expect(event).toMatchObject({ taskId, number: expect.any(Number) });
      expect(new Date(event.at).toISOString()).toBe(event.at);
    }
    const [asked, challenged, approved, reserved, , settled, delivered] = found;
    expect(asked).toMatchObject({ method: 'GET', url: expect.stringMatching(/\/weather$/) });
    const { host } = asked;
    expect(asked.caller).toBe('an agent');
    expect(challenged).toMatchObject({ host, amountMsats: 10_000 });
    expect(approved).toMatchObject({ by: { kind: 'rule' }, ceilingMsats: 15_100 });
    expect(reserved).toMatchObject({ host, amountMsats: 10_000, feeLimitMsats: 5100 });
    expect(settled).toMatchObject({ host, amountMsats: 10_000, feeMsats: 0 });
    expect(delivered).toMatchObject({ status: 200, bytes: expect.any(Number) });
  });

  test('show a human number, time, purchase, kind and what it was about', async () => {
    const { code, stdout } = await run('events');
    expect(code).toBe(0);
    const lines = stdout.trimEnd().split('\n');
    expect(lines).toHaveLength(STORY.length);
    expect(lines[0]).toMatch(
      /^ +\d+ {2}\d{4}-\d\d-\d\d \d\d:\d\d:\d\d UTC {2}task_[0-9a-f-]{36} {2}requested {3}GET 127\.0\.0\.1:\d+, by an agent \(its own words\)$/,
    );
    expect(lines[5]).toMatch(/settled {5}127\.0\.0\.1:\d+, 10 sats, fees in$/);
  });

  test('hold no secret, nothing of a body, and nothing that a terminal obeys', async () => {
    const { stdout } = await run('events', '--json');
    const plain = await run('events');
    const { stdout: shown } = await run('show', taskId);
    const seller = /\| (.*)$/m.exec(shown)?.[1] ?? 'no preview';
    for (const text of [stdout, plain.stdout]) {
      expect(text).not.toMatch(/preimage|macaroon|token|authorization|preview|lnbcrt/i);
      expect(text).not.toContain(seller);
      expect(text).toMatch(/^[\n\P{C}]*$/u);
    }
  });

  test('can be gone through in parts, and of one purchase alone', async () => {
    const second = await agent.buy('the second');
    const all = await events();
    expect(await events('--limit', '3')).toEqual(all.slice(-3));
    const { number } = all[4]!;
    expect(await events('--since', `${number}`, '--limit', '2')).toEqual(all.slice(5, 7));
    const mine = await events('--task', second.taskId);
    expect(mine.map(({ kind }) => kind)).toEqual(STORY);
    expect(new Set(mine.map(event => event.taskId))).toEqual(new Set([second.taskId]));
  });

  test('are those of the local user alone', async () => {
    expect((await events()).map(event => event.taskId)).not.toContain(foreignId);
    const foreign = await run('events', '--task', foreignId);
    expect(foreign.code).toBe(4);
  });

  test('of a purchase that is not there are not found', async () => {
    const { code, documents } = await run('events', '--task', newId('task'), '--json');
    expect(code).toBe(4);
    expect(documents()).toEqual([{ error: expect.objectContaining({ code: 'task_not_found' }) }]);
  });

  test('have no limit where they have no end', async () => {
    const { code, stderr } = await run('events', '--follow', '--limit', '3');
    expect(code).toBe(2);
    expect(stderr).toContain('With --follow there is no end, so no --limit.');
  });

  test('end well when the reader has read enough', async () => {
    const child = shell.start(market.home, 'events');
    child.stdout!.destroy();
    expect(await once(child, 'exit')).toEqual([0, null]);
  });
});

describe('followed, the events', () => {
  /** The number of the newest fact, from which nothing can be missed. */
  const newest = async () => `${(await events('--limit', '1'))[0].number}`;

  test('come as any process writes them, until Ctrl-C', async () => {
    const { child, ended, next } = follow('--since', await newest());
    const bought = await agent.buy('followed');
    for (const kind of STORY) {
      expect(await next()).toMatchObject({ kind, taskId: bought.taskId });
    }
    child.kill('SIGINT');
    expect(await ended).toEqual([0, null]);
  });

  test('begin with what happens from now on', async () => {
    const { child, next, ended } = follow();
    const seen = next();
    let met = false;
    void seen.then(() => {
      met = true;
    });
    // Nobody can tell from outside when it has begun to look; what it misses lies before that.
    const bought: string[] = [];
    while (!met) bought.push((await agent.buy(`from now on ${bought.length}`)).taskId);
    expect(bought).toContain((await seen).taskId);
    child.kill('SIGTERM');
    expect(await ended).toEqual([0, null]);
  });

  test('of one purchase leave out the others', async () => {
    const waiting = await market.settle({}).then(() => agent.buy('alone'));
    const { child, next } = follow('--since', '0', '--task', waiting.taskId);
    const kinds = ['requested', 'challenged', 'asked'];
    for (const kind of kinds) expect((await next()).kind).toBe(kind);
    expect((await run('deny', waiting.taskId)).code).toBe(0);
    expect(await next()).toMatchObject({ kind: 'declined', taskId: waiting.taskId });
    child.kill('SIGINT');
    await market.settle(FREE_HAND);
  });

  test('end when the reader goes away', async () => {
    const { child, ended, next } = follow('--since', '0');
    await next();
    hangUp(child);
    await agent.buy('nobody reads this');
    expect(await ended).toEqual([0, null]);
  });

  test('go on after a restore, whose numbers begin further back', async () => {
    await agent.close();
    const file = join(market.home, 'a backup');
    expect((await run('backup', file)).code).toBe(0);
    const last = await newest();
    agent = await market.agent();
    await agent.buy('forgotten');
    await agent.close();
    const { child, next } = follow('--since', last);
    for (const kind of STORY) expect((await next()).kind).toBe(kind);
    expect((await run('restore', file, '--yes')).code).toBe(0);
    agent = await market.agent();
    const { taskId: fresh } = await agent.buy('after it');
    expect(await next()).toMatchObject({ kind: 'requested', taskId: fresh });
    child.kill('SIGINT');
  });
});

/** Closes our end of a child's stdout. */
function hangUp({ stdout }: ChildProcess): void {
  stdout?.destroy();
}
