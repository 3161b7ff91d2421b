import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { Client } from '@modelcontextprotocol/client';
import { StdioClientTransport } from '@modelcontextprotocol/client/stdio';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Market, openMarket } from './market.ts';
import { BUNDLE, openShell, type Shell } from './shell.ts';

const NEWER = { code: 'store_newer', money: 'not_moved' };

let shell: Shell;
let market: Market;
let home: string;
let bought: string;
let waiting: string;
let before: Awaited<ReturnType<Market['counts']>>;
beforeAll(async () => {
  shell = await openShell();
  market = await openMarket(shell);
  ({ home } = market);
  bought = await market.queue('bought');
  await shell.run(home, 'approve', bought, '--once');
  waiting = await market.queue('waiting');
  // From here on the record is one of a version that does not exist yet.
  const db = new DatabaseSync(join(home, 'tollkeeper.db'));
  db.exec('PRAGMA user_version = 1000');
  db.close();
  before = await market.counts();
});
afterAll(async () => {
  await market.close();
  await shell.close();
});

/** Everything in the record but the numbers of its lease. */
function facts(): unknown {
  const db = new DatabaseSync(join(home, 'tollkeeper.db'), { readOnly: true });
  try {
    return db.prepare('SELECT task_id, seq, kind FROM fact ORDER BY number').all();
  } finally {
    db.close();
  }
}

describe('on a record of a newer version, at the terminal,', () => {
  test('purchases are listed and shown', async () => {
    const listed = await shell.run(home, 'tasks', '--json');
    expect(listed.code).toBe(0);
    const tasks = listed.documents()[0].tasks;
    expect(tasks.map(({ taskId }: { taskId: string }) => taskId)).toEqual([waiting, bought]);
    const shown = await shell.run(home, 'show', bought, '--json');
    expect(shown.documents()[0].task).toMatchObject({ taskId: bought, status: 'completed' });
  });

  test('the status says that it is only read', async () => {
    const { code, documents } = await shell.run(home, 'status', '--json');
    expect(code).toBe(0);
    expect(documents()[0]).toMatchObject({ record: 'newer_read_only', executor: 'idle' });
    expect((await shell.run(home, 'status')).stdout).toContain('NEWER VERSION');
  });

  test('the doctor says so, and what to do', async () => {
    const { code, documents } = await shell.run(home, 'doctor', '--json');
    expect(code).toBe(5);
    const checks: readonly { name: string }[] = documents()[0].checks;
    expect(checks.find(({ name }) => name === 'task record')).toMatchObject({
      level: 'fail',
      finding: expect.stringContaining('newer version'),
      hint: expect.stringContaining('Update Tollkeeper'),
    });
  });

  test.for([['approve', '--once'], ['deny'], ['cancel', '--yes']] as const)(
    '%s is refused',
    async ([command, ...options]) => {
      const recorded = facts();
      const { code, stderr, stdout } = await shell.run(
        home,
        command,
        waiting,
        ...options,
        '--json',
      );
      expect(code).not.toBe(0);
      expect(stdout + stderr).toContain('store_newer');
      expect(facts()).toEqual(recorded);
    },
  );
});

test('an agent reads what there is on a record of a newer version, and buys nothing', async () => {
  const recorded = facts();
  const client = new Client({ name: 'a test client', version: '1.0.0' });
  const args = [BUNDLE, 'mcp', '--home', home];
  const { env } = shell;
  await client.connect(new StdioClientTransport({ command: process.execPath, args, env }));
  const call = async (name: string, input: Record<string, unknown> = {}) =>
    (await client.callTool({ name, arguments: input })).structuredContent;

  expect(await call('node_status')).toMatchObject({ record: 'newer_read_only' });
  expect(await call('l402_tasks')).toMatchObject({
    tasks: [{ taskId: waiting }, { taskId: bought }],
  });
  expect(await call('l402_read', { taskId: bought })).toMatchObject({ taskId: bought });
  const url = 'https://shop.example/';
  expect(await call('l402_fetch', { url })).toMatchObject({ error: NEWER });
  // A second in which the executor would take the lease for what waits, fail, and try again.
  const waited = await call('l402_task', { taskId: waiting, waitMs: 1500 });
  expect(waited).toMatchObject({ taskId: waiting, status: 'queued' });
  await client.close();

  expect(facts()).toEqual(recorded);
  expect(await market.counts()).toEqual(before);
  const logs = await Promise.all(
    (await readdir(join(home, 'logs'))).map(name => readFile(join(home, 'logs', name), 'utf8')),
  );
  expect(logs.join('')).not.toContain('the task record could not be read');
});
