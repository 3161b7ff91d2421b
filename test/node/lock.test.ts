import { spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { beforeEach, describe, expect, onTestFinished, test, vi } from 'vitest';
import { holderOf, takeLock } from '../../src/node/lock.ts';
import { processOf } from '../../src/node/process-id.ts';

vi.setConfig({ testTimeout: 60_000 });

let home: string;
let path: string;
beforeEach(async () => {
  home = await mkdtemp(join(tmpdir(), 'tollkeeper-lock-'));
  path = join(home, 'keeper.lock');
  return () => rm(home, { recursive: true });
});

async function taken() {
  const lock = await takeLock(path);
  if (!lock.ok) throw new Error(lock.code);
  return lock.value;
}

/** A holder that is no more: its number is this process's, its start is not. */
const dead = (id: string = randomUUID()) =>
  JSON.stringify({ pid: process.pid, startedAt: 'long ago', id });

/** A process that takes the lock once it is told to, and what it says of it. */
async function taker() {
  const child = spawn(process.execPath, [join(import.meta.dirname, 'worker.ts'), 'lock', path]);
  onTestFinished(() => void child.kill('SIGKILL'));
  const lines = createInterface({ input: child.stdout });
  const heard = async () => JSON.parse((await once(lines, 'line'))[0]);
  expect(await heard()).toBe('ready');
  return {
    go(): Promise<string> {
      const said = heard();
      child.stdin.write('go\n');
      return said;
    },
    async die() {
      child.kill('SIGKILL');
      await once(child, 'exit');
    },
    pid: child.pid!,
  };
}

describe('a lock', () => {
  test('is one process’s until it is released', async () => {
    const lock = await taken();
    expect(await holderOf(path)).toEqual(processOf(process.pid));
    expect(await takeLock(path)).toEqual({ ok: false, code: 'node_busy' });
    await lock.release();
    expect(await holderOf(path)).toBeUndefined();
    await taken();
  });

  test('dies with its process, by whatever death', async () => {
    const other = await taker();
    expect(await other.go()).toBe('taken');
    expect(await takeLock(path)).toEqual({ ok: false, code: 'node_busy' });
    expect((await holderOf(path))?.pid).toBe(other.pid);
    await other.die();
    expect(await holderOf(path)).toBeUndefined();
    const lock = await taken();
    expect(await lock.isHeld()).toBe(true);
    expect(readdirSync(home)).toEqual(['keeper.lock']);
  });

  test('that was given to another is held no more, and stays the other’s', async () => {
    const lock = await taken();
    writeFileSync(path, dead());
    expect(await lock.isHeld()).toBe(false);
    await lock.release();
    expect(existsSync(path)).toBe(true);
  });

  test('whose taker died in the middle of taking it is taken all the same', async () => {
    const [first, second] = [randomUUID(), randomUUID()];
    writeFileSync(path, dead(first));
    writeFileSync(`${path}.${first}`, dead(second));
    writeFileSync(`${path}.${first}.${second}`, dead());
    await taken();
  });

  test.each([
    '',
    '{',
    '{}',
    '{"pid":7,"startedAt":"x"}',
    '{"pid":7,"startedAt":"x","id":"../../x"}',
  ])('that is damaged is nobody’s to take: %j', async text => {
    writeFileSync(path, text);
    await expect(takeLock(path)).rejects.toMatchObject({ code: 'node_busy' });
    expect(readFileSync(path, 'utf8')).toBe(text);
  });
});

describe('of many processes that want the lock of a dead one at the same time', () => {
  test('exactly one gets it, again and again', async () => {
    const rounds = 3;
    for (let round = 0; round < rounds; round += 1) {
      writeFileSync(path, dead());
      const takers = await Promise.all(Array.from({ length: 6 }, taker));
      const said = await Promise.all(takers.map(each => each.go()));
      expect(said.toSorted()).toEqual([...Array(5).fill('node_busy'), 'taken']);
      const winner = takers[said.indexOf('taken')]!;
      expect((await holderOf(path))?.pid).toBe(winner.pid);
      await Promise.all(takers.map(each => each.die()));
    }
  });

  test('exactly one of this process’s own tries gets it, through hundreds of races', async () => {
    for (let round = 0; round < 40; round += 1) {
      writeFileSync(path, dead());
      const tries = await Promise.all(Array.from({ length: 10 }, () => takeLock(path)));
      const winners = tries.filter(each => each.ok);
      expect(winners).toHaveLength(1);
      expect(await winners[0]!.value.isHeld()).toBe(true);
    }
  });
});
