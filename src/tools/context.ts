import type { InputRequiredResult } from '@modelcontextprotocol/server';
import type { AskId, Clock, Result } from '../base/index.ts';
import type { PaywallStore, Proposal, ProposalId, Seller } from '../paywall/index.ts';
import type {
  Bodies,
  Buyer,
  HumanAnswer,
  Offer,
  Order,
  Question,
  TaskStore,
} from '../task/index.ts';
import type { NodeStatus } from './node-status.ts';

/** What a human is asked about: a purchase, or a change of what is sold. */
export type Asking = Question | Proposal;

/** The way to a human through the client that made this call. */
export interface Human {
  /**
   * `dialog`: the client shows a form while the call goes on. `retry`: the call ends with the question
   * and comes again with the answer. `none`: this client cannot ask.
   */
  readonly line: 'dialog' | 'retry' | 'none';
  /** What this very call brings back from a question, in a `retry`. */
  readonly brought: Brought | undefined;
  /**
   * Puts a question in a `dialog`, one form for each, and resolves when that form is closed. Its answer
   * counts whenever it comes. Never rejects.
   */
  show(question: Asking): Promise<void>;
  /** What has the client put a question and call again, in a `retry`. */
  put(question: Asking): Promise<InputRequiredResult>;
}

/** A question that was put, and what the human said; undefined when the form was dismissed. */
export type Brought =
  | { readonly taskId: string; readonly askId: AskId; readonly given: HumanAnswer | undefined }
  | { readonly proposalId: ProposalId; readonly verdict: 'yes' | 'no' | undefined };

/** All that a tool may use. */
export interface ToolContext {
  readonly owner: string;
  /** The name that the client gives itself: a claim. */
  readonly caller: string;
  readonly buyer: Buyer;
  readonly tasks: TaskStore;
  readonly bodies: Bodies;
  readonly seller: Seller;
  readonly paywalls: Pick<PaywallStore, 'registry' | 'takings'>;
  /** Asks a seller for its price and the policy for its word, and pays nothing. */
  readonly offer: (order: Order) => Promise<Result<Offer>>;
  readonly nodeStatus: () => Promise<NodeStatus>;
  readonly human: Human;
  /** The wallet that the settings name, and whether its money is worth anything. */
  readonly wallet: { readonly kind: string; readonly real: boolean };
  /** Tells the waiting client what is going on; our own words only. */
  readonly progress: (message: string) => void;
  readonly signal: AbortSignal;
  readonly clock: Clock;
  /** A command line for a human, with `--home` when it is not the default. */
  readonly command: (words: string) => string;
}
