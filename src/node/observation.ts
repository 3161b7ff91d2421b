import type { Code } from '../base/index.ts';
import type { NodeInfo } from './node-info.ts';
import type { Stage } from './unlocker.ts';

/** What was last heard of a running lnd. */
export interface Heard {
  /** `silent` when it does not say. */
  readonly stage: Stage | 'silent';
  readonly info: Pick<NodeInfo, 'version' | 'height' | 'synced'> | undefined;
  /** Why it does not say more, or what is wrong with what it says. */
  readonly code: Code | undefined;
  /** Whether it listens and yet shows no certificate that could be believed. */
  readonly isUncertified: boolean;
  /** Marks the password that could open its wallet, while that is locked; undefined if none is kept. */
  readonly password: string | undefined;
}

/** Nothing was heard, yet or any more. */
export const SILENCE: Heard = {
  stage: 'silent',
  info: undefined,
  code: undefined,
  isUncertified: false,
  password: undefined,
};

/** All that a keeper sees at one look. */
export interface Observation extends Heard {
  readonly want: 'running' | 'stopped';
  /** Tells this wish from the one before. */
  readonly wishedAt: number;
  /** Whether the lnd that we know of runs. */
  readonly isAlive: boolean;
  /** Whether there is a wallet on the disk. */
  readonly hasWallet: boolean;
  /** Why the channel backup has no fresh copy. */
  readonly backup: Code | undefined;
}

/** Whether lnd does its work: it serves, nothing is amiss, and it is in step with the chain. */
export function isReady({ stage, info, code }: Heard): boolean {
  return stage === 'serving' && code === undefined && info?.synced === true;
}
