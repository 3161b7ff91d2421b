import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import service from 'ln-service';
import type { Binaries } from './binaries.ts';
import { type Chain, startChain } from './chain.ts';
import { newOperator, type Operator } from './operator.ts';
import { type Peer, startPeer } from './peer.ts';
import { freePort } from './port.ts';
import { until } from './until.ts';

/** A Lightning network on this machine: a chain, a node of somebody else, and an operator with none yet. */
export interface Network {
  readonly directory: string;
  readonly binaries: Binaries;
  readonly chain: Chain;
  /** The other side: it has all the money that the chain was made with. */
  readonly merchant: Peer;
  readonly operator: Operator;
  /** Where btcd takes the connections of nodes. */
  readonly chainPort: number;
  /** Sends money of the merchant to an address, and makes the block that confirms it. */
  send(address: string, sats: number): Promise<void>;
  /** Makes blocks once the funding of a channel, or its closing, waits for one. */
  confirm(blocks: number): Promise<void>;
  close(): Promise<void>;
}

/** Brings a network up: 15 s. */
export async function bringUp(binaries: Binaries): Promise<Network> {
  const directory = await mkdtemp(join(tmpdir(), 'tollkeeper-regtest-'));
  const chainPort = await freePort();
  const merchant = await startPeer({
    binaries,
    directory: join(directory, 'merchant'),
    alias: 'merchant',
    chainPort,
  });
  const place = {
    binaries,
    directory: join(directory, 'chain'),
    peerPort: chainPort,
    rpcPort: await freePort(),
  };
  const chain = await startChain({ ...place, miner: merchant.address });
  const operator = await newOperator(directory, await settingsFor(chainPort));
  const confirm = async (blocks: number) => {
    await until('a transaction waits', async () => (await chain.waiting()).length > 0);
    await chain.mine(blocks);
  };
  return {
    directory,
    binaries,
    chain,
    merchant,
    operator,
    chainPort,
    confirm,
    async send(address, tokens) {
      const { lnd } = merchant;
      await until('the merchant has its money', async () => {
        const { chain_balance } = await service.getChainBalance({ lnd });
        return chain_balance > tokens;
      });
      await service.sendToChainAddress({ lnd, address, tokens });
      await confirm(1);
    },
    async close() {
      await operator.leave();
      await merchant.close();
      await chain.close();
      await rm(directory, { recursive: true, force: true });
    },
  };
}

/** Ports that no other rig takes, for lnd binds the one for peers only once its wallet is open. */
async function settingsFor(chainPort: number): Promise<object> {
  return {
    network: 'regtest',
    lnd: {
      peers: [`127.0.0.1:${chainPort}`],
      rpcPort: await freePort(),
      peerPort: await freePort(),
    },
    hosts: { private: ['127.0.0.1:*'] },
    // Tests ask more often, and say no more often, than a human wants to be bothered.
    approvals: { maxPerHour: 100, coolDownMinutes: 0, maxPending: 50 },
  };
}
