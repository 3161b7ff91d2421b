import { mkdir, readFile, rename, rm, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { type Connected, connect } from './client.ts';
import { type Desk, once, openDesk, serverCommand } from './desk.ts';

let desk: Desk;
beforeEach(async () => {
  desk = await openDesk();
});
afterEach(() => desk.close());

const buy = (client: Connected, scope = 'default') =>
  client.call('l402_fetch', { url: `${desk.shop.url}/weather`, scope });

/** Lets a server make its record and buy something, and ends it again. */
async function begin(): Promise<string> {
  const client = await desk.start('v2 legacy', () => once);
  const { output } = await buy(client);
  await client.close();
  return output.taskId;
}

/** Every tool with arguments that are good. */
const CALLS = [
  ['l402_fetch', { url: 'https://example.com/' }],
  ['l402_quote', { url: 'https://example.com/' }],
  ['l402_approve', { taskId: 'task_00000000-0000-0000-0000-000000000000' }],
  ['l402_cancel', { taskId: 'task_00000000-0000-0000-0000-000000000000' }],
  ['l402_task', { taskId: 'task_00000000-0000-0000-0000-000000000000' }],
  ['l402_tasks', {}],
  ['l402_read', { taskId: 'task_00000000-0000-0000-0000-000000000000' }],
  ['node_status', {}],
] as const;

const WRITING = CALLS.filter(([tool]) => /_(fetch|approve|cancel)$/.test(tool));

/** Calls every tool, or some: each has to say this code, and that no money moved. */
async function expectAllToSay(
  client: Connected,
  code: string,
  calls: readonly (typeof CALLS)[number][] = CALLS,
): Promise<void> {
  for (const [tool, args] of calls) {
    const { isError, output, texts } = await client.call(tool, args);
    expect(isError, tool).toBe(true);
    expect(output.error, tool).toMatchObject({ code, money: 'not_moved' });
    expect(texts.join(), tool).not.toContain(desk.home);
  }
}

describe('a data directory that cannot be made', () => {
  test.each([
    ['because a file is there', 'file'],
    ['because a file is on the way', 'file/deeper'],
    ['because the system has no such place', '/proc/nowhere'],
  ])('%s is store_unavailable to every tool', async (_why, path) => {
    await writeFile(join(desk.home, 'file'), 'mine');
    const command = serverCommand(join(path.startsWith('/') ? '' : desk.home, path), desk.home);
    const client = await connect('v2 modern', command, undefined);
    try {
      await expectAllToSay(client, 'store_unavailable');
      expect(await readFile(join(desk.home, 'file'), 'utf8')).toBe('mine');
    } finally {
      await client.close();
    }
  });

  test.each([
    ['logs', 'store_unavailable'],
    ['keys', 'key_unavailable'],
    ['tollkeeper.db/deeper', 'store_unavailable'],
  ])('for a part, where %s has a wrong kind, says %s', async (part, code) => {
    const path = join(desk.home, part);
    if (part.includes('/')) await mkdir(path, { recursive: true });
    else await writeFile(path, 'mine');
    await expectAllToSay(await desk.start('v1'), code);
  });
});

describe('a data directory whose record is damaged', () => {
  test('is store_corrupt to every tool, and is left as it is', async () => {
    await begin();
    const path = join(desk.home, 'tollkeeper.db');
    await rm(`${path}-wal`, { force: true });
    await writeFile(path, Buffer.alloc(8192, 'garbage'));
    await expectAllToSay(await desk.start('v1'), 'store_corrupt');
    expect((await readFile(path)).equals(Buffer.alloc(8192, 'garbage'))).toBe(true);
  });

  test('by a newer version is store_newer to every tool that writes, and works again with that version', async () => {
    const taskId = await begin();
    const version = (sql: string) => {
      const db = new DatabaseSync(join(desk.home, 'tollkeeper.db'));
      const row = db.prepare(sql).get();
      db.close();
      return row?.user_version;
    };
    const ours = version('PRAGMA user_version');
    version('PRAGMA user_version = 1000');
    const client = await desk.start('v2 legacy');
    await expectAllToSay(client, 'store_newer', WRITING);
    version(`PRAGMA user_version = ${ours}`);
    // The same process recovers: nobody has to restart the client.
    expect((await client.call('l402_task', { taskId })).output.status).toBe('completed');
  });

  test('without its key is key_unavailable to every tool until the key is back', async () => {
    const taskId = await begin();
    const key = join(desk.home, 'keys', 'master.key');
    await rename(key, `${key}.away`);
    const client = await desk.start('v2 modern', () => once);
    await expectAllToSay(client, 'key_unavailable');
    await rename(`${key}.away`, key);
    expect((await client.call('l402_task', { taskId })).output.status).toBe('completed');
    expect((await buy(client)).output).toMatchObject({ status: 'cached', paid: false });
  });
});

describe('broken settings', () => {
  test.each([
    ['no JSON', '{"caps": '],
    ['a misspelt cap', '{"caps": {"requestSat": 5}}'],
    ['a cap as text', '{"caps": {"requestSats": "5"}}'],
  ])('with %s stop payments, not the server, and are named', async (_how, text) => {
    const client = await desk.start('v2 legacy', () => once);
    const { taskId } = (await buy(client)).output;
    await writeFile(join(desk.home, 'settings.json'), text);
    const refused = await buy(client, 'another');
    expect(refused.output).toMatchObject({
      status: 'blocked',
      denyReasonCode: 'settings_invalid',
      money: 'not_moved',
    });
    const quoted = await client.call('l402_quote', { url: `${desk.shop.url}/weather` });
    expect(quoted.output).toMatchObject({ decision: 'deny', denyReasonCode: 'settings_invalid' });
    expect(await desk.payments()).toBe(1);
    const { output } = await client.call('node_status');
    expect(output).toMatchObject({ settings: 'broken', paused: true });
    expect(output.settingsProblem).toMatch(/settings\.json is broken.*\S/);
    expect((await client.call('l402_read', { taskId })).output.totalBytes).toBe(66);
    await desk.settle({});
    expect((await buy(client, 'a third')).output.status).toBe('completed');
  });
});

describe('a full disk', () => {
  test('for the log does not stop the server', async () => {
    await mkdir(join(desk.home, 'logs'), { mode: 0o700 });
    await symlink('/dev/full', join(desk.home, 'logs', 'tollkeeper.log'));
    let asked = 0;
    const client = await desk.start('v2 legacy', () => {
      asked += 1;
      if (asked === 1) throw new Error('a client that cannot');
      return once;
    });
    expect((await buy(client)).output.status).toBe('queued');
    expect((await buy(client)).output.status).toBe('completed');
    expect(asked).toBe(2);
  });

  test('for the record is store_unavailable, and loses nothing that was answered', async () => {
    const bought = await begin();
    const { command, args, env } = serverCommand(desk.home, desk.home);
    // A file of this server may grow to 900 KiB: there its disk ends.
    const limited = ['-c', 'ulimit -f 900; exec "$0" "$@"', command, ...args];
    const small = await connect(
      'v1',
      { command: 'bash', args: limited, ...(env && { env }) },
      undefined,
    );
    const answered: string[] = [];
    let refused: unknown;
    try {
      for (let n = 0; n < 60 && refused === undefined; n += 1) {
        const body = `${n} ${'x'.repeat(60_000)}`;
        const url = `${desk.shop.url}/translate`;
        const { output } = await small.call('l402_fetch', { url, method: 'POST', body });
        if (output.error === undefined) answered.push(output.taskId);
        else refused = output.error;
      }
      // It broke off in the midst: what it had paid by then, if anything, only the task can tell.
      expect(refused).toMatchObject({
        code: 'store_unavailable',
        retry: 'poll',
        money: 'maybe_moved',
      });
      expect((await small.call('l402_task', { taskId: bought })).output.status).toBe('completed');
    } finally {
      await small.close();
    }
    const client = await desk.start('v1');
    const { tasks } = (await client.call('l402_tasks', { limit: 200 })).output;
    const known = tasks.map(({ taskId }: { taskId: string }) => taskId);
    expect(known).toEqual(expect.arrayContaining([bought, ...answered]));
    expect(await desk.payments()).toBe(1);
  });
});
