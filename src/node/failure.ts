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

/** gRPC's statuses, as far as they say more than that a call failed. */
export const STATUS = {
  CANCELLED: 1,
  INVALID_ARGUMENT: 3,
  DEADLINE_EXCEEDED: 4,
  NOT_FOUND: 5,
  ALREADY_EXISTS: 6,
  PERMISSION_DENIED: 7,
  UNAVAILABLE: 14,
  UNAUTHENTICATED: 16,
} as const;

/** Those that tell a failure without lnd's words. */
const STATUSES: ReadonlyMap<number | undefined, NodeFailure['kind']> = new Map([
  [STATUS.CANCELLED, 'timeout'],
  [STATUS.DEADLINE_EXCEEDED, 'timeout'],
  [STATUS.PERMISSION_DENIED, 'macaroon_refused'],
  [STATUS.UNAVAILABLE, 'unreachable'],
  [STATUS.UNAUTHENTICATED, 'macaroon_refused'],
]);

/**
 * What is said where the status is only `unknown`: by lnd v0.20 in `rpcperms/interceptor.go`, by what it reads
 * macaroons with (`macaroon.v2`, `macaroon-bakery.v2`), and by gRPC where a stream or its channel broke.
 */
const SAYINGS: readonly (readonly [NodeFailure['kind'], RegExp])[] = [
  ['locked', /^wallet locked|^wallet is encrypted/i],
  ['no_wallet', /^wallet not (created|found)/i],
  ['starting', /in the process of starting|^waiting to start|still starting/i],
  [
    'macaroon_refused',
    /^verification failed|^permission denied$|^caveat .* not satisfied|^expected 1 macaroon|^cannot get macaroon|^unmarshal v[12]|^(unknown macaroon version|invalid ID)/i,
  ],
  ['unreachable', /^Received RST_STREAM|^Channel has been shut down/i],
];

/** Reads what a call was rejected with: `[code, name, {err}]` of ln-service, an error of gRPC, or any other. */
export function failureOf(thrown: unknown): NodeFailure {
  const [, name, more] = Array.isArray(thrown) ? thrown : [undefined, undefined, { err: thrown }];
  const { code, details, message } = Object(more?.err);
  const status = typeof code === 'number' ? code : undefined;
  const words = [details, message, name].find(part => typeof part === 'string' && part !== '');
  const said = [name, words].filter(part => typeof part === 'string').join(': ');
  return { kind: kindOf(status, String(words)), status, said };
}

function kindOf(status: number | undefined, words: string): NodeFailure['kind'] {
  return STATUSES.get(status) ?? SAYINGS.find(([, saying]) => saying.test(words))?.[0] ?? 'refused';
}
