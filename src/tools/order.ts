import { type Msat, msat, ok, type Result, refuse } from '../base/index.ts';
import { checkHeaders, parseTarget } from '../http/index.ts';
import { bodyDigest, isSafe, type Method, type Order, type Wishes } from '../task/index.ts';
import type { ToolContext } from './context.ts';

/** The arguments that make an order. */
export interface OrderInput {
  readonly url: string;
  readonly method?: Method | undefined;
  readonly headers?: Readonly<Record<string, string>> | undefined;
  readonly body?: string | undefined;
  readonly scope?: string | undefined;
  readonly maxSpendMsats?: number | undefined;
  readonly requireApproval?: boolean | undefined;
  readonly forceRefresh?: boolean | undefined;
  readonly cacheTtlMs?: number | undefined;
  readonly idempotencyKey?: string | undefined;
}

/** Arguments as an order, its URL and headers checked; `url_invalid`, `HEADER_INVALID` or `invalid_input` otherwise. */
export function orderOf({ owner, caller }: ToolContext, input: OrderInput): Result<Order> {
  const url = parseTarget(input.url);
  if (!url.ok) return url;
  const headers = checkHeaders(input.headers ?? {});
  if (!headers.ok) return headers;
  const { method = 'GET', body, scope = 'default' } = input;
  if (body !== undefined && isSafe(method))
    return refuse('invalid_input', 'body: not with GET or HEAD.');
  const request = {
    owner,
    method,
    url: url.value.href,
    headers: headers.value,
    bodyDigest: bodyDigest(body),
    scope,
  };
  return ok({ request, body, wishes: wishesOf(input), caller });
}

function wishesOf(input: OrderInput): Wishes {
  return {
    maxSpend: limitOf(input),
    requireApproval: input.requireApproval ?? false,
    forceRefresh: input.forceRefresh ?? false,
    cacheTtlMs: input.cacheTtlMs,
    idempotencyKey: input.idempotencyKey,
  };
}

function limitOf({ maxSpendMsats }: OrderInput): Msat | undefined {
  return maxSpendMsats === undefined ? undefined : msat(maxSpendMsats);
}
