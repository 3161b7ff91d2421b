import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { describe, expect, test } from 'vitest';
import type { Bench } from './bench.ts';
import { OWNER, token } from './fixture.ts';
import { USES } from './job.ts';

const ROUNDS = 12;

/** What a process that is killed at any moment leaves behind. */
export function killedContract(bench: Bench): void {
  describe('a process that is killed', () => {
    test('while it books and takes uses loses nothing that it said, and counts nothing twice', async () => {
      const kept = Array.from({ length: 40 }, () => token());
      for (const each of kept) await bench.store.tokens.keep(each);
      const used = token();
      await bench.store.tokens.keep(used);
      const hashes = kept.map(({ paymentHash }) => paymentHash);
      const booked: string[] = [];
      let claimed = 0;
      for (let round = 0; round < ROUNDS; round += 1) {
        const said = await killAfter(bench, 3 + round * 2, used.id, hashes);
        booked.push(...said.booked);
        claimed += said.claimed;
      }
      // Each was told as booked by one process alone.
      expect(new Set(booked).size).toBe(booked.length);
      const settled = await bench.store.takings.list({ owner: OWNER, limit: 200 });
      const listed = settled.map(({ paymentHash }) => paymentHash);
      expect(new Set(listed).size).toBe(listed.length);
      expect(booked.filter(hash => !listed.includes(hash))).toEqual([]);
      // One use more than was said may be in flight at each kill, and none less.
      const taken = await bench.store.tokens.claim(used.id, USES);
      expect(taken! - 1).toBeGreaterThanOrEqual(claimed);
      expect(taken! - 1).toBeLessThanOrEqual(claimed + ROUNDS);
    });
  });
}

/** Starts a worker, kills it after so many lines, and tells what it had said by then. */
async function killAfter(
  { place }: Bench,
  lines: number,
  tokenId: string,
  hashes: readonly string[],
): Promise<{ booked: readonly string[]; claimed: number }> {
  const [command, ...args] = place.worker;
  const child = spawn(command, [...args, tokenId, hashes.join()], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const ended = once(child, 'exit');
  const booked: string[] = [];
  let claimed = 0;
  let count = 0;
  for await (const line of createInterface(child.stdout)) {
    const [what, value = ''] = line.split(' ');
    if (what === 'booked') booked.push(value);
    if (what === 'claimed') claimed += 1;
    count += 1;
    if (count === lines) child.kill('SIGKILL');
  }
  await ended;
  return { booked, claimed };
}
