import type { Code } from '../base/index.ts';

/**
 * Whether lnd is there, as its keeper drives it. `backoff` waits after lnd ended by itself. `failed` could not start
 * it, and looks again at `retryAt`; or has given up after a crash loop, and waits for a new wish.
 */
export type Lifecycle = 'stopped' | 'starting' | 'running' | 'stopping' | 'backoff' | 'failed';
/** Whether lnd does its work: `healthy` is active by its own word and in step with the chain. */
export type Health = 'unknown' | 'starting' | 'healthy' | 'unhealthy';
/** The wallet inside lnd. `initialized` is one that exists while lnd does not run, or does not say more yet. */
export type WalletState = 'uninitialized' | 'initialized' | 'locked' | 'unlocked';

/** A process of the machine. The start time tells it from a later one that got the same number. */
export interface ProcessId {
  readonly pid: number;
  /** As the operating system has it; only ever compared. */
  readonly startedAt: string;
}

/** What the keeper last saw of its node. */
export interface NodeState {
  readonly lifecycle: Lifecycle;
  readonly health: Health;
  readonly wallet: WalletState;
  /** Why it failed, waits, is unhealthy or stays locked. */
  readonly code: Code | undefined;
  /** The last lines that lnd wrote before it failed; secrets redacted. */
  readonly lines: readonly string[];
  /** How often in a row it ended before it was ready. */
  readonly crashes: number;
  /** When it is tried again, ms since 1970. */
  readonly retryAt: number | undefined;
  /** When this was seen, ms since 1970. */
  readonly at: number;
  /** The process that has charge of it; without one it may run, but nobody looks after it. */
  readonly keeper: ProcessId | undefined;
  readonly lnd: ProcessId | undefined;
  /** `host:port` of its gRPC. */
  readonly socket: string | undefined;
  readonly version: string | undefined;
  readonly height: number | undefined;
  readonly synced: boolean;
}
