/** Why lnd did not do what it was asked for. `said` is its own text: for the log alone. */
export interface NodeFailure {
  readonly kind:
    | 'unreachable'
    | 'timeout'
    | 'macaroon_refused'
    | 'locked'
    | 'no_wallet'
    | 'starting'
    | 'refused';
  /** The gRPC status, where lnd gave one. */
  readonly status: number | undefined;
  readonly said: string;
}

/** gRPC status codes. */
const DEADLINE_EXCEEDED = 4;
const UNAVAILABLE = 14;
const UNAUTHENTICATED = 16;

/** What lnd says on its wire, for it has no codes for them: v0.20 `rpcperms/interceptor.go`, `macaroons/`. */
const SAYINGS: readonly (readonly [NodeFailure['kind'], RegExp])[] = [
  ['locked', /wallet locked|wallet is encrypted/i],
  ['no_wallet', /wallet not created|wallet not found/i],
  ['starting', /in the process of starting up|not yet ready|still starting/i],
  ['macaroon_refused', /verification failed|permission denied|macaroon|invalid caveat/i],
];

/** Reads what an ln-service call was rejected with: `[code, name, {err}]`, or an error of its own. */
export function failureOf(thrown: unknown): NodeFailure {
  const [, name, more] = Array.isArray(thrown) ? thrown : [500, String(thrown), undefined];
  const { code, details } = (more?.err ?? {}) as { code?: number; details?: string };
  const said = [name, details].filter(part => typeof part === 'string').join(': ');
  return { kind: kindOf(code, said), status: code, said };
}

function kindOf(code: number | undefined, said: string): NodeFailure['kind'] {
  if (code === UNAVAILABLE) return 'unreachable';
  if (code === DEADLINE_EXCEEDED) return 'timeout';
  if (code === UNAUTHENTICATED) return 'macaroon_refused';
  return SAYINGS.find(([, words]) => words.test(said))?.[0] ?? 'refused';
}
