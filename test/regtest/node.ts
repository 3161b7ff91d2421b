import type { Network } from './bring-up.ts';
import type { Operator } from './operator.ts';
import { until } from './until.ts';

/** A channel of ours to the merchant: its size, and what of it is given to the other side at once, sats. */
export const CHANNEL = { sats: 2_000_000, push: 200_000 } as const;
/** What our node is given on-chain, sats. */
const FUNDS = 5_000_000;

/** Makes our node and its channel, by our commands alone: 20 s. The 24 words of its wallet. */
export async function openNode(network: Network): Promise<readonly string[]> {
  const { operator, binaries } = network;
  await operator.does('node', 'prepare', '--binary', binaries.lnd);
  const words = await makeWallet(operator);
  await operator.does('node', 'start');
  await fund(network);
  await openChannel(network);
  return words;
}

/** Has a wallet made, and says back the words that are asked for. */
export async function makeWallet(operator: Operator): Promise<readonly string[]> {
  const human = operator.sit('node', 'init');
  await human.see(/◆ +Have you written them down\?/);
  const words = [...human.screen().matchAll(/\d\. +([a-z]+)/g)].map(([, word = '']) => word);
  human.type('y');
  for (let asked = 0; asked < 4; asked += 1) {
    const [, place] = await human.see(/◆ +Word (\d+)/);
    human.type(words[Number(place) - 1] ?? '');
  }
  if ((await human.ended) !== 0) throw new Error(human.screen());
  return words;
}

/** Sends money to an address that our node shows. */
export async function fund({ operator, send }: Network): Promise<void> {
  const { address } = await operator.does('node', 'fund');
  await send(address, FUNDS);
  await until('our node has it', async () => {
    const { answer } = await operator.run('node', 'status');
    return answer.onChain === FUNDS * 1000;
  });
}

/** Opens our channel to the merchant; resolves when it can be paid through, either way. */
export async function openChannel({ operator, merchant, confirm }: Network): Promise<void> {
  const { sats, push } = CHANNEL;
  const size = [String(sats), '--push', String(push)];
  await operator.does('node', 'channel', 'open', merchant.uri, ...size, '--yes');
  await confirm(6);
  await until('the channel is open', async () => {
    const { channels } = await operator.does('node', 'channel', 'list');
    return channels[0]?.state === 'active' && (await merchant.isReady());
  });
}
