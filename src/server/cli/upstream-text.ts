import type { Upstream } from '../../paywall/index.ts';

/** An upstream as it leaves the program. */
export function showUpstream({ name, url, headerNames, timeoutMs, registeredAt }: Upstream) {
  return { name, url, headerNames, timeoutMs, registeredAt: new Date(registeredAt).toISOString() };
}
