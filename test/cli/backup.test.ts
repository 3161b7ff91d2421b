import { copyFile, mkdir, readdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { pinSet } from '../../src/server/cli/commands/pin-set.ts';
import { restore } from '../../src/server/cli/commands/restore.ts';
import { storeAt } from '../store/place.ts';
import { FREE_HAND } from '../task/parts.ts';
import { sitAt } from './human.ts';
import { type Market, openMarket } from './market.ts';
import { openShell, type Shell } from './shell.ts';

const PIN = 'correct horse';
/** For what waits for a lease or a wallet in real time, ms: 10 s and more. */
const PATIENT = 90_000;

let shell: Shell;
beforeAll(async () => {
  shell = await openShell();
});
afterAll(() => shell.close());

let market: Market;
let file: string;
beforeEach(async () => {
  market = await openMarket(shell);
  await market.settle(FREE_HAND);
  file = join(market.home, 'a backup');
  return () => market.close();
});
const run = (...args: string[]) => shell.run(market.home, ...args);

/** Has an agent buy things, one after another, and go; the ids of their tasks. */
async function buy(...scopes: readonly string[]): Promise<readonly string[]> {
  const agent = await market.agent();
  const ids: string[] = [];
  for (const scope of scopes) {
    const { taskId, status } = await agent.buy(scope);
    expect(status).toBe('completed');
    ids.push(taskId);
  }
  await agent.close();
  return ids;
}

const spentToday = async (): Promise<number> =>
  (await run('status', '--json')).documents()[0].daySpentMsats;

describe('a backup', () => {
  test('says where it is, how large, what it holds and what opens it', async () => {
    await buy('a', 'b');
    const { code, stdout } = await run('backup', file);
    expect(code).toBe(0);
    expect(stdout).toMatch(
      /^Backed up to .*\/a backup: \d+ kB, 2 purchases, until 20\d\d-.* UTC\.\n/,
    );
    expect(stdout).toContain(`Its secrets open only with ${join(market.home, 'keys')},`);
    expect(stdout).toContain('The bought bodies are not in it either.');
    const { size, mode } = await stat(file);
    expect(mode & 0o777).toBe(0o600);
    const other = `${file} 2`;
    const { documents } = await run('backup', other, '--json');
    expect(documents()).toEqual([
      {
        backedUp: true,
        file: other,
        bytes: size,
        purchases: 2,
        newestAt: expect.stringMatching(/^20/),
      },
    ]);
  });

  test('is never written over anything', async () => {
    await buy('a');
    await writeFile(file, 'precious');
    const { code, stderr } = await run('backup', file);
    expect(code).toBe(2);
    expect(stderr).toContain('The file exists already.');
    expect(await readFile(file, 'utf8')).toBe('precious');
    const nowhere = await run('backup', join(market.home, 'nowhere', 'file'));
    expect(nowhere.code).toBe(5);
    expect(nowhere.stderr).toContain('The file cannot be made.');
  });

  test('of a record that is not there is nothing', async () => {
    const { code, documents } = await run('backup', file, '--json');
    expect(code).toBe(4);
    expect(documents()).toEqual([{ backedUp: false }]);
    await expect(stat(file)).rejects.toThrow('ENOENT');
  });

  test('leaves no half a file behind when the record is damaged', async () => {
    await mkdir(market.home, { recursive: true });
    await writeFile(join(market.home, 'tollkeeper.db'), 'no database'.repeat(1000));
    expect((await run('backup', file)).code).toBe(5);
    await expect(stat(file)).rejects.toThrow('ENOENT');
  });

  test('is whole, though a process buys all the time', async () => {
    const agent = await market.agent();
    await agent.buy('the first');
    let isOver = false;
    let bought = 0;
    const buying = (async () => {
      while (!isOver) {
        await agent.buy(`${bought}`);
        bought += 1;
      }
    })();
    const files = [1, 2, 3, 4, 5].map(each => `${file} ${each}`);
    for (const each of files) {
      const before = bought;
      expect((await run('backup', each)).code).toBe(0);
      // Something was bought meanwhile, and after it: nobody was kept from it.
      while (bought < before + 2) await agent.buy('in between');
    }
    isOver = true;
    await buying;
    await agent.close();
    for (const each of files) await checkWhole(each);
  });
});

/** Opens a copy of a record in a data directory of its own, and looks at each of its purchases. */
async function checkWhole(copy: string): Promise<void> {
  const home = `${copy} home`;
  await mkdir(join(home, 'keys'), { recursive: true });
  await copyFile(copy, join(home, 'tollkeeper.db'));
  for (const key of await readdir(join(market.home, 'keys'))) {
    await copyFile(join(market.home, 'keys', key), join(home, 'keys', key));
  }
  const store = await storeAt(home);
  await store.check();
  const tasks = await store.tasks.list({ owner: 'local', limit: 200 });
  expect(tasks.length).toBeGreaterThan(0);
  for (const { id, facts } of tasks) {
    if (facts.some(({ kind }) => kind === 'settled')) {
      expect(await store.tasks.reveal(id, 'settled')).toBeDefined();
    }
  }
  store.close();
  const db = new DatabaseSync(join(home, 'tollkeeper.db'), { readOnly: true });
  const torn = `SELECT id FROM task
    WHERE length <> (SELECT count(*) FROM fact WHERE task_id = id)`;
  expect(db.prepare(torn).all()).toEqual([]);
  db.close();
}

describe('restoring', () => {
  test('shows what it is about to do, asks, and does it with a server that goes on', {
    timeout: PATIENT,
  }, async () => {
    const [a] = await buy('a');
    await run('backup', file);
    const agent = await market.agent();
    const { taskId: b } = await agent.buy('b');
    const spent = await spentToday();
    const no = await sitAt(restore, market.home, { file }, false);
    expect(no).toMatchObject({ end: 3, documents: [{ restored: false }] });
    expect(no.told.join('\n')).toMatch(
      /a backup: 1 purchase, until .*\nThe present record knows 7 facts beyond that\./,
    );
    expect((await run('show', b)).code).toBe(0);

    const yes = await sitAt(restore, market.home, { file }, true);
    expect(yes).toMatchObject({
      end: 0,
      asked: ['Put it in the place of the present record?'],
      documents: [
        {
          restored: true,
          purchases: 1,
          damaged: false,
          cancelled: 0,
          paused: 0,
          audited: true,
          unclaimed: [{ costMsats: 10_000n }],
        },
      ],
    });
    const { kept } = yes.documents[0] as { kept: string };
    expect((await stat(kept)).size).toBeGreaterThan(0);
    expect((await run('show', a!)).code).toBe(0);
    expect((await run('show', b)).code).toBe(4);
    expect(await spentToday()).toBe(spent);
    expect(await agent.buy('a')).toMatchObject({ status: 'cached' });
    expect(await agent.buy('c')).toMatchObject({ status: 'completed' });
    expect(await spentToday()).toBe(spent + 10_000);
    await agent.close();
  });

  test('says what the wallet paid that nobody claims, and what was ended', async () => {
    await market.settle({});
    const waiting = await market.queue('waits');
    await market.settle(FREE_HAND);
    await run('backup', file);
    await buy('b', 'c');
    const { code, stdout } = await run('restore', file, '--yes');
    expect(code).toBe(0);
    expect(stdout).toMatch(/^Restored: 1 purchase, until .*\nThe record before it is kept: .*\n/);
    expect(stdout).toContain('1 unpaid purchase ended.\n');
    expect(stdout).toContain(
      'The wallet made 2 payments that the record does not know of, 20 sats in all.',
    );
    expect((await run('show', waiting)).stdout).toContain('The purchase was cancelled.');
  });

  test('pays nothing new before the wallet told, and tells when it did not', {
    timeout: PATIENT,
  }, async () => {
    await buy('a');
    await run('backup', file);
    const ledger = join(market.home, 'sandbox.db');
    await rename(ledger, `${ledger}.away`);
    await mkdir(ledger);
    const cut = await run('restore', file, '--yes', '--json');
    expect(cut.code).toBe(1);
    expect(cut.documents()).toEqual([
      expect.objectContaining({ restored: true, audited: false, unclaimed: [] }),
    ]);
    await rm(ledger, { recursive: true });
    await rename(`${ledger}.away`, ledger);
    await buy('b');
    expect(await spentToday()).toBe(20_000);
  });

  test('needs the PIN where one is set, whatever a script says', async () => {
    await sitAt(pinSet, market.home, {}, PIN, PIN, true);
    await buy('a');
    await run('backup', file);
    const [b] = await buy('b');
    const { code, documents } = await run('restore', file, '--yes', '--json');
    expect(code).toBe(3);
    expect(documents()).toEqual([{ error: expect.objectContaining({ code: 'pin_required' }) }]);
    expect((await run('show', b!)).code).toBe(0);
    const known = await sitAt(restore, market.home, { file }, PIN);
    expect(known).toMatchObject({ end: 0, asked: ['Approval PIN'] });
    expect((await run('show', b!)).code).toBe(4);
  });

  test('keeps spending paused', async () => {
    await buy('a');
    await run('backup', file);
    await run('pause');
    expect((await run('restore', file, '--yes')).code).toBe(0);
    expect((await run('status', '--json')).documents()[0]).toMatchObject({ paused: true });
  });

  test('mends a damaged record, and says that spending may have been paused', async () => {
    const [a] = await buy('a');
    await run('backup', file);
    await writeFile(join(market.home, 'tollkeeper.db'), 'no database'.repeat(1000));
    expect((await run('tasks')).code).toBe(5);
    const { code, stdout, stderr } = await run('restore', file, '--yes');
    expect(code).toBe(0);
    expect(stderr).toContain('The present record cannot be read. End every MCP client');
    expect(stdout).toContain('It may have been paused, so spending is: tollkeeper resume');
    expect((await run('show', a!)).code).toBe(0);
    expect((await run('status', '--json')).documents()[0]).toMatchObject({ paused: true });
  });

  test('brings a lost record back', async () => {
    const [a] = await buy('a');
    await run('backup', file);
    for (const suffix of ['', '-wal', '-shm'])
      await rm(join(market.home, `tollkeeper.db${suffix}`), { force: true });
    const { code, documents } = await run('restore', file, '--yes', '--json');
    expect(code).toBe(0);
    expect(documents()[0]).not.toHaveProperty('kept');
    expect((await run('show', a!)).code).toBe(0);
  });

  test.each([
    ['that is not there', 'There is no such file.', 2, () => rm(file)],
    ['that is none', 'The file is no backup of a task record', 2, () => writeFile(file, '{}')],
    ['that is empty', 'The file is no backup of a task record', 2, () => writeFile(file, '')],
    [
      'of a newer version',
      'written by a newer version',
      5,
      async () => {
        const db = new DatabaseSync(file);
        db.exec('PRAGMA user_version = 1000');
        db.close();
      },
    ],
    [
      'of other keys',
      'The backup was made with other keys',
      5,
      async () => {
        const other = shell.freshHome();
        await shell.run(other, 'status');
        await rm(file);
        await shell.run(other, 'backup', file);
      },
    ],
    [
      'without the keys that open it',
      'A backup opens only with the keys that it was made with.',
      5,
      () => rm(join(market.home, 'keys'), { recursive: true }),
    ],
  ])('refuses a backup %s, and changes nothing', async (_what, complaint, exit, spoil) => {
    await buy('a');
    await run('backup', file);
    await spoil();
    const files = await readdir(market.home);
    const { code, stderr } = await run('restore', file, '--yes');
    expect(code).toBe(exit);
    expect(stderr).toContain(complaint);
    expect(stderr).toContain('No money moved.');
    expect(await readdir(market.home)).toEqual(files);
  });
});
