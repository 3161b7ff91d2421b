import type { Code, Msat, TaskId } from '../base/index.ts';
import type { Allowance, Spending } from '../policy/index.ts';
import type { Bought, Fact, NewFact, SecretKind, Secrets } from './fact.ts';
import type { SentPayment } from './wallet.ts';

/** What a transaction reads beside the task's own facts, named by the caller. */
export interface Reads {
  /** Whose books: the task's own owner, or the task is not found. */
  readonly owner: string;
  /** Whose books: the only host that the decision may then hold a sum for. */
  readonly host: string;
  readonly now: number;
  /** Tells whether another task already used this payment hash. */
  readonly paymentHash?: string;
}

/**
 * The books as one transaction saw them: what the policy reads of an owner's spending, and what else
 * stands in the way of a payment. A held reservation counts in every window whatever its age, and a row
 * dated after `now` counts too: a clock that goes back frees nothing.
 */
export interface Books extends Spending {
  /** The task that already used `paymentHash`, if any. */
  readonly hashTask: TaskId | undefined;
  /** Whether the record was restored and the wallet has not told yet what it paid since. */
  readonly unaudited: boolean;
  /** The newest fencing number of the executor lease; 0 when nobody ever held it. */
  readonly fence: number;
}

/**
 * What a decision wants: facts to append, or a refusal that appends nothing. `open` says whether
 * anything is left to do after them; the store keeps it as an index and never judges it itself.
 */
export type Verdict =
  | { readonly append: readonly NewFact[]; readonly open: boolean }
  | { readonly reject: Code; readonly detail?: string };

/** A task's facts and the number that the next one will have. */
export interface Task {
  readonly id: TaskId;
  readonly facts: readonly Fact[];
}

/** What finds a task again: at most one is open per owner and key, whatever names were given to it. */
export interface OpenKey {
  readonly owner: string;
  /** The key of the request. */
  readonly key: string;
  /** The caller's own name for the purchase: it finds its task also when that is done. */
  readonly name?: string;
}

/** Which tasks to list: newest first. */
export interface Listing {
  readonly owner: string;
  readonly limit: number;
  /** Only tasks created before this, ms. */
  readonly before?: number;
  readonly openOnly?: boolean;
}

/** The record of every purchase. Each method is one transaction. */
export interface TaskStore {
  /** Finds the task of the name, else the open one of the key, or creates `taskId`, open, with its first fact. */
  open(key: OpenKey, taskId: TaskId, first: NewFact): Promise<{ task: Task; joined: boolean }>;
  /**
   * Loads the task and the books, calls the synchronous and pure `decide`, and appends what it returns.
   * `decide` may run twice. A rejected promise leaves the outcome unknown: reload, never send.
   */
  append(
    taskId: TaskId,
    reads: Reads,
    decide: (facts: readonly Fact[], books: Books) => Verdict,
  ): Promise<{
    readonly facts: readonly Fact[];
    readonly rejected?: Code;
    readonly detail?: string;
  }>;
  load(taskId: TaskId): Promise<Task | undefined>;
  /** Opens the sealed part of the task's newest fact of a kind. For the loop alone. */
  reveal<K extends SecretKind>(taskId: TaskId, kind: K): Promise<Secrets[K] | undefined>;
  list(listing: Listing): Promise<readonly Task[]>;
  /** Ids and fact counts of the tasks, of every owner, that are not done. */
  unfinished(): Promise<readonly { readonly id: TaskId; readonly length: number }[]>;
}

/** A place in the stream of news, to wait behind. */
export type Mark = string & { readonly of: 'news' };

/** Tells when the record changed, whichever process changed it. */
export interface News {
  mark(): Mark;
  /** Resolves as soon as something was written after the mark, or after `ms`, or when aborted. */
  after(mark: Mark, ms: number, signal?: AbortSignal): Promise<void>;
}

/** The right to talk to the wallet: one process at a time holds it. Times are the store's own clock. */
export interface Lease {
  /** Takes the lease if it is free or stale; returns its new, higher fencing number, else undefined. */
  take(holder: string): Promise<number | undefined>;
  /** Keeps it fresh; false when somebody else has taken it. */
  beat(fence: number): Promise<boolean>;
  release(fence: number): Promise<void>;
  /** Who holds it freshly, if anyone. */
  holder(): Promise<{ readonly holder: string; readonly fence: number } | undefined>;
}

/** A bought body, or a slice of it. */
export interface BodySlice {
  readonly bytes: Uint8Array;
  readonly total: number;
}

/** Bought bodies, bounded in number and bytes; the oldest go first. */
export interface Bodies {
  /** Keeps a body; false if it is too large to keep. */
  put(taskId: TaskId, bytes: Uint8Array): Promise<boolean>;
  read(taskId: TaskId, offset: number, length: number): Promise<BodySlice | undefined>;
}

/** A credential that was bought and may be used again, without its secrets. */
export interface KeptCredential extends Bought {
  /** The task that bought it. */
  readonly taskId: TaskId;
  /** How that task ended, where that matters: its answer was `lost`, or the paid seller `refused`. */
  readonly end: 'lost' | 'refused' | undefined;
}

/** What to find credentials by. */
export interface CredentialQuery {
  readonly owner: string;
  readonly key: string;
  readonly origin: string;
  readonly scope: string;
  readonly now: number;
}

/**
 * The credential cache: an index over `settled` facts, written with them. Whether a later fact is
 * `lost` or `refused` is part of it.
 */
export interface Credentials {
  /**
   * Newest first: the cached ones of the origin and scope; and the newest of the very same key, which a
   * redirect may have led to another origin, also when its answer was lost or it was refused, whatever
   * the cache's time: what was paid once is not bought again.
   */
  find(query: CredentialQuery): Promise<readonly KeptCredential[]>;
  /** The seller no longer takes it. */
  drop(taskId: TaskId): Promise<void>;
  /** It was refused elsewhere: from now on only for the very URL that it was bought for. */
  narrow(taskId: TaskId): Promise<void>;
  /** The seller took the money, its answer was lost, and now it refuses the token. */
  refuse(taskId: TaskId): Promise<void>;
}

/** The books outside a decision, to be shown. */
export interface Ledger {
  books(reads: Reads): Promise<Books>;
}

/** A pause of all spending: since when (ms), and what for. */
export interface Pause {
  readonly at: number;
  readonly reason: string | undefined;
}

/** The kill switch, one for everybody who shares the record. Every T1 and every resend reads it. */
export interface KillSwitch {
  /** The pause, if spending is paused. */
  read(): Promise<Pause | undefined>;
  /** Stops all spending; false if it was stopped already, whose reason then stays. */
  pause(reason?: string): Promise<boolean>;
  /** Lets spending go on, which only a human may want; false if nothing was paused. */
  resume(): Promise<boolean>;
}

/** What is still to be learnt from the wallet after the record was restored from a backup. */
export interface Audits {
  /** From when on (ms) the wallet has to tell its payments; undefined when nothing is to be learnt. */
  due(): Promise<number | undefined>;
  /**
   * Counts as spent what the wallet paid and no task of the record knows, and ends the audit; refused
   * when the lease's number is another by now. Returns the payments that nobody claims.
   */
  conclude(fence: number, sent: readonly SentPayment[]): Promise<readonly SentPayment[]>;
  /** The payments that nobody claims, oldest first. */
  unclaimed(): Promise<readonly SentPayment[]>;
}

/** The allowances that humans gave, to list and take back. */
export interface Allowances {
  list(owner: string, now: number): Promise<readonly (Allowance & { readonly spent: Msat })[]>;
  /** False when there is no such live allowance. */
  revoke(owner: string, id: Allowance['id']): Promise<boolean>;
}
