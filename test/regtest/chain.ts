import { randomUUID } from 'node:crypto';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { Binaries } from './binaries.ts';
import { startDaemon } from './daemon.ts';

/** A Bitcoin chain of its own: one btcd on regtest, which makes blocks when it is told to. */
export interface Chain {
  /** Makes so many blocks; the nodes see them a moment later. */
  mine(blocks: number): Promise<void>;
  height(): Promise<number>;
  /** The ids of the transactions that wait for a block. */
  waiting(): Promise<readonly string[]>;
  close(): Promise<void>;
}

/** Where a chain lives, and whose it is. */
export interface ChainPlace {
  readonly binaries: Pick<Binaries, 'btcd'>;
  readonly directory: string;
  /** Where its nodes connect to. */
  readonly peerPort: number;
  readonly rpcPort: number;
  /** Gets what the blocks are worth. btcd drops its regtest chain at each start, so it has to be known before. */
  readonly miner: string;
}

/** SegWit is active on btcd's regtest from about block 432 on; and rewards can be spent after 100 blocks. */
const FIRST_BLOCKS = 450;
const USER = 'rig';

/** Starts a chain of 450 blocks. */
export async function startChain(place: ChainPlace): Promise<Chain> {
  const { binaries, directory, peerPort, rpcPort, miner } = place;
  await mkdir(directory, { recursive: true });
  const password = randomUUID();
  const args = [
    '--regtest',
    '--nobanning',
    '--configfile=/dev/null',
    '--notls',
    `--miningaddr=${miner}`,
    `--listen=127.0.0.1:${peerPort}`,
    `--rpclisten=127.0.0.1:${rpcPort}`,
    `--rpcuser=${USER}`,
    `--rpcpass=${password}`,
    `--datadir=${join(directory, 'data')}`,
    `--logdir=${join(directory, 'logs')}`,
  ];
  const btcd = await startDaemon(binaries.btcd, args, join(directory, 'output.log'));
  const authorization = `Basic ${Buffer.from(`${USER}:${password}`).toString('base64')}`;
  const ask = async <T>(method: string, ...params: unknown[]): Promise<T> => {
    const body = JSON.stringify({ jsonrpc: '1.0', id: 1, method, params });
    const headers = { authorization, 'content-type': 'application/json' };
    const response = await fetch(`http://127.0.0.1:${rpcPort}`, { method: 'POST', headers, body });
    const { result, error } = (await response.json()) as { result: T; error: unknown };
    if (error !== null) throw new Error(`btcd ${method}: ${JSON.stringify(error)}`);
    return result;
  };
  await btcd.until('answers', () => ask<number>('getblockcount').then(() => true));
  await ask('generate', FIRST_BLOCKS);
  return {
    mine: async blocks => void (await ask('generate', blocks)),
    height: () => ask('getblockcount'),
    waiting: () => ask('getrawmempool'),
    close: () => btcd.end('SIGTERM'),
  };
}
