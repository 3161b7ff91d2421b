import { LOCAL_OWNER } from '../src/server/owner.ts';
import type { Order } from '../src/task/index.ts';

/** A plain GET as the benchmarks order it. */
export function plainOrder(url: string, scope = 'default'): Order {
  return {
    request: { owner: LOCAL_OWNER, method: 'GET', url, headers: {}, bodyDigest: undefined, scope },
    body: undefined,
    wishes: {
      maxSpend: undefined,
      requireApproval: false,
      forceRefresh: false,
      cacheTtlMs: undefined,
      idempotencyKey: undefined,
    },
    caller: 'bench',
  };
}
