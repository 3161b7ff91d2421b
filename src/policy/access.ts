import { ok, type Refused, type Result, refuse } from '../base/index.ts';
import { matchesAny, matchesHost } from './host.ts';
import type { Policy } from './policy.ts';

/** What the operator opened for a host beyond https to public addresses. */
export interface Access {
  readonly privateAddresses: boolean;
  readonly plainHttp: boolean;
}

/**
 * Judges URLs by the host lists: blocked first, then the allow-list, which is the whole of what is
 * allowed once it names anything; being listed as private opens addresses, not purchases.
 */
export function accessOf(policy: Policy): (url: URL) => Result<Access> {
  const { hosts } = policy;
  return ({ host }) => {
    const privateAddresses = matchesAny(hosts.private, host);
    const plainHttp = privateAddresses || matchesAny(hosts.plainHttp, host);
    return unlisted(policy, host) ?? ok({ privateAddresses, plainHttp });
  };
}

/**
 * Whether the first, unpaid request may leave: GET and HEAD are free on every allowed host, another
 * method (RFC 9110 §9.2.1: not safe) needs a host that was opened for it, or a human's word.
 */
export function mayContact(
  policy: Policy,
  { host, method }: { readonly host: string; readonly method: string },
): 'send' | 'ask' | Refused {
  return unlisted(policy, host) ?? (isOpen(policy, host, method) ? 'send' : 'ask');
}

/** Whether the method may be sent to the host without asking. */
export function isOpen(policy: Policy, host: string, method: string): boolean {
  if (method === 'GET' || method === 'HEAD') return true;
  return policy.hosts.methods.some(
    opened => opened.methods.includes(method) && matchesHost(opened.host, host),
  );
}

/** The refusal of a host by the lists, if they refuse it. */
export function unlisted(policy: Policy, host: string): Refused | undefined {
  const { allow, block } = policy.hosts;
  if (matchesAny(block, host)) return refuse('host_blocked');
  if (allow.length > 0 && !matchesAny(allow, host)) return refuse('host_not_allowlisted');
  return undefined;
}
