import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, inject, test } from 'vitest';
import { MINUTE } from '../../src/base/index.ts';
import { bringUp, type Network } from './bring-up.ts';
import { CHANNEL, openNode } from './node.ts';
import type { Answer } from './operator.ts';
import { until } from './until.ts';

// A machine is lost with everything on it. What is left: 24 words on paper, and a copy of the channel backup.

let network: Network;
let words: readonly string[];
let backup: string;
let owned: number;

beforeAll(async () => {
  network = await bringUp(inject('binaries'));
  words = await openNode(network);
  const { operator, directory } = network;
  backup = join(directory, 'channel.backup');
  expect(await operator.does('node', 'backup', backup)).toMatchObject({ channels: true });
  const { onChain, outbound } = await status();
  owned = onChain + outbound;
  await operator.does('node', 'stop');
  await rm(join(operator.home, 'lnd'), { recursive: true });
});
afterAll(() => network?.close());

const status = async (): Promise<Answer> => (await network.operator.run('node', 'status')).answer;

/** Types words at `node init --restore`; its exit code, and what the screen showed. */
async function restore(typed: readonly string[], ...args: string[]) {
  const human = network.operator.sit('node', 'init', '--restore', ...args);
  await human.see(/◆ +The 24 words, in order/);
  human.type(typed.join(' '));
  await human.see(/◆ +Their passphrase/);
  human.type('');
  return { code: await human.ended, screen: human.screen() };
}

test('words that are not in their order make nothing', async () => {
  const [first = '', second = '', ...rest] = words;
  const { code, screen } = await restore([second, first, ...rest]);
  expect(code).toBe(1);
  expect(screen).toContain('not in their order');
  expect(await status()).toMatchObject({
    lifecycle: 'stopped',
    wallet: 'uninitialized',
    recovery: 'none',
  });
});

test('the words and the channel backup bring all of the money back', {
  timeout: 6 * MINUTE,
}, async () => {
  const { code } = await restore(words, '--channel-backup', backup);
  expect(code).toBe(0);
  await network.operator.does('node', 'start');
  expect((await status()).recovery).toBe('restore_ready');

  // The merchant closes the channel, since we ask it to; its money is ours again some blocks later.
  const least = owned - 50_000 * 1000;
  const found = await until(
    'the money is back',
    async () => {
      await network.chain.mine(1);
      const seen = await status();
      return seen.onChain >= least && seen;
    },
    5 * MINUTE,
  );
  expect(found.onChain).toBeGreaterThan((CHANNEL.sats - CHANNEL.push) * 1000);
  await until('nothing more is looked for', async () => {
    await network.chain.mine(1);
    return (await status()).recovery === 'restored';
  });
});

test('and is not made a second time', async () => {
  const human = network.operator.sit('node', 'init', '--restore');
  expect(await human.ended).toBe(4);
  expect(human.screen()).toContain('The node has a wallet already');
  // It may still be catching up with the last blocks.
  await until('the node is as it was', async () => (await status()).health === 'healthy');
});
