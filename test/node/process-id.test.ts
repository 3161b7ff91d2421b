import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { expect, onTestFinished, test, vi } from 'vitest';
import { isAlive, processIn, processOf, signal, startByPs } from '../../src/node/process-id.ts';

function sleeper() {
  const child = spawn('sleep', ['60']);
  onTestFinished(() => void child.kill('SIGKILL'));
  return { child, pid: child.pid!, exit: once(child, 'exit') };
}

test('a process is known by its number and its start, as long as it runs', async () => {
  const { child, pid, exit } = sleeper();
  const known = processOf(pid)!;
  expect(known).toMatchObject({ pid });
  expect(isAlive(known)).toBe(true);
  expect(processOf(pid)).toEqual(known);
  expect(processOf(process.pid)?.startedAt).not.toBe(known.startedAt);
  child.kill('SIGKILL');
  await exit;
  expect(isAlive(known)).toBe(false);
  expect(processOf(pid)).toBeUndefined();
});

test('a later process with the same number is another, and gets no signal', async () => {
  const { pid, exit } = sleeper();
  const earlier = { pid, startedAt: 'before' };
  expect(isAlive(earlier)).toBe(false);
  expect(signal(earlier, 'SIGKILL')).toBe(false);
  expect(isAlive(processOf(pid)!)).toBe(true);
  expect(signal(processOf(pid)!, 'SIGKILL')).toBe(true);
  expect(await exit).toEqual([null, 'SIGKILL']);
});

test('what is left of an ended process, whose parent takes no notice, is no process', async () => {
  // The shell becomes a program that never asks after the child that it had.
  const parent = spawn('sh', ['-c', 'sleep 0.05 & echo $!; exec sleep 60']);
  onTestFinished(() => void parent.kill('SIGKILL'));
  const [line] = await once(parent.stdout, 'data');
  const pid = Number(String(line));
  const state = () => spawnSync('ps', ['-o', 'stat=', '-p', `${pid}`]).stdout.toString();
  await vi.waitUntil(() => state().startsWith('Z'));
  expect(processOf(pid)).toBeUndefined();
  expect(startByPs(pid)).toBeUndefined();
});

test('where there is no /proc, ps tells the start, whatever the time zone', () => {
  const { pid } = sleeper();
  const start = startByPs(pid);
  expect(start).toMatch(/^\w{3} \w{3} +\d+ \d\d:\d\d:\d\d \d{4}$/);
  vi.stubEnv('TZ', 'Asia/Tokyo');
  onTestFinished(() => void vi.unstubAllEnvs());
  expect(startByPs(pid)).toBe(start);
  expect(startByPs(2 ** 22 + 1)).toBeUndefined();
});

test.each([
  [{ pid: 0, startedAt: 'a' }],
  [{ pid: 1, startedAt: 'a' }],
  [{ pid: -7, startedAt: 'a' }],
  [{ pid: 7.5, startedAt: 'a' }],
  [{ pid: '7', startedAt: 'a' }],
  [{ pid: 7, startedAt: '' }],
  [{ pid: 7 }],
  [null],
  ['7'],
])('what cannot be a process that we started is not read as one: %j', written => {
  expect(processIn(written)).toBeUndefined();
});
