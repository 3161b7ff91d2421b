import { TollkeeperError } from '../../base/index.ts';
import type { Answer, Call, NodeFailure, NodeLine } from '../../node/index.ts';

/** Makes a call that ends within `ms`, and never rejects. */
export function ask<T>(line: NodeLine, ms: number, call: Call<T>): Promise<Answer<T>> {
  return line.ask(ms, call).catch(lost);
}

/** The same for what cannot go on without the value: rejects with `wallet_unavailable`. */
export async function demand<T>(line: NodeLine, ms: number, call: Call<T>): Promise<T> {
  const answer = await ask(line, ms, call);
  if (answer.ok) return answer.value;
  throw new TollkeeperError('wallet_unavailable', undefined, { cause: answer.failure });
}

/** A line that there is nothing to dial for, such as to a node that has no wallet yet. */
function lost(cause: unknown): { readonly ok: false; readonly failure: NodeFailure } {
  return { ok: false, failure: { kind: 'unreachable', status: undefined, said: String(cause) } };
}
