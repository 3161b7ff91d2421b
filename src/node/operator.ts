import {
  asTollkeeperError,
  type Clock,
  type Log,
  ok,
  type Result,
  refuse,
  SECOND,
} from '../base/index.ts';
import { addressOf } from './address.ts';
import { codeOf } from './diagnosis.ts';
import type { NodeFailure } from './failure.ts';
import { type Call, type NodeAddress, openLine } from './line.ts';
import type { NodePlace } from './place.ts';
import { rpc } from './rpc.ts';
import type { NodeSecret, Vault } from './vault.ts';

/** How long lnd may take to answer an operator, ms. */
const ANSWER_MS: number = 15 * SECOND;

/** What lnd says, and what we say instead. */
export type Saying = readonly [words: RegExp, detail: string];

/** How long a call may take, and what it may come to. */
export interface Asking {
  /** How long it may take, ms; a quarter of a minute if left out. */
  readonly ms?: number;
  /** What lnd may say to it that is worth saying better. */
  readonly known?: readonly Saying[];
  /** What to say when nobody knows whether lnd did it. */
  readonly unsure?: string;
}

/** Somebody who speaks to one node with one macaroon, such as a human's command with admin's. */
export interface Operator {
  /** Makes a call of ln-service's, for what is no single question. As `ask` else. */
  call<T>(call: Call<T>, asking?: Asking): Promise<Result<T>>;
  /** Calls a method of lnd's interface; refused in our words, with lnd's own in the log. Never rejects. */
  ask<T>(method: string, request: object, asking?: Asking): Promise<Result<T>>;
  close(): void;
}

/** What an operator of a supervised node needs. */
export interface OperatorOptions {
  readonly place: NodePlace;
  readonly vault: Vault;
  readonly clock: Clock;
  readonly log: Log;
}

/** Opens the line to a supervised node, for whoever may do what a role may. */
export function openOperator(
  { place, vault, clock, log }: OperatorOptions,
  role: Exclude<NodeSecret, 'password'>,
): Operator {
  return operatorAt(() => addressOf(place, role, vault, clock), clock, log);
}

/** The same to a node at any address. */
export function operatorAt(
  whereabouts: () => Promise<NodeAddress>,
  clock: Clock,
  log: Log,
): Operator {
  let address: NodeAddress | undefined;
  const line = openLine(async () => {
    address = await whereabouts();
    return address;
  }, clock);
  const refusalOf = async (failure: NodeFailure, { known = [], unsure }: Asking) => {
    const detail = known.find(([words]) => words.test(failure.said))?.[1];
    log[detail === undefined ? 'warn' : 'info']({ cause: failure }, 'lnd did not do it');
    if (detail !== undefined) return refuse('node_refused', detail);
    const isUnsure = failure.kind === 'timeout' || failure.kind === 'unreachable';
    return refuse(await codeOf(failure, address, clock), isUnsure ? unsure : undefined);
  };
  const call = async <T>(make: Call<T>, asking: Asking = {}) => {
    try {
      const answer = await line.ask(asking.ms ?? ANSWER_MS, make);
      return answer.ok ? ok(answer.value) : await refusalOf(answer.failure, asking);
    } catch (thrown) {
      const { code, detail } = asTollkeeperError(thrown);
      return refuse(code, detail);
    }
  };
  return {
    call,
    ask: <T>(method: string, request: object, asking?: Asking) =>
      call((lnd, over) => rpc<T>(lnd.default, method, request, over), asking),
    close: line.close,
  };
}
