import { onTestFinished } from 'vitest';
import { type Log, msat, silent, systemClock } from '../../../src/base/index.ts';
import type { Resolve } from '../../../src/http/index.ts';
import {
  type Gateway,
  type GatewayLimits,
  type GatewaySettings,
  openGateway,
} from '../../../src/paywall/gateway/index.ts';
import { hostNameOf } from '../../../src/paywall/host-name.ts';
import type { Pass, Place, Toll, Visitor, Wanted } from '../../../src/paywall/index.ts';
import { canonicalPath } from '../../../src/paywall/request-path.ts';
import { paywallOf } from './paywall.ts';

/** What this toll takes for paid. */
export const TICKET = 'L402 AgEEbHNhdA==:00ff';
export const CHALLENGE = [
  'LSAT macaroon="AgEEbHNhdA==", invoice="lnbc1"',
  'L402 macaroon="AgEEbHNhdA==", invoice="lnbc1", version="0", token="AgEEbHNhdA=="',
] as const;

/** A toll that knows one ticket, and what it was asked. */
export interface Booth extends Toll {
  readonly wanted: Wanted[];
  readonly visitors: Visitor[];
  /** Uses taken and not given back. */
  uses: number;
}

export interface BoothOptions {
  readonly bindsBody?: boolean;
  readonly pass?: Partial<Pass>;
}

export function boothBefore(
  upstream: string,
  { bindsBody = false, pass }: BoothOptions = {},
): Booth {
  const booth: Booth = {
    wanted: [],
    visitors: [],
    uses: 0,
    async find(wanted) {
      booth.wanted.push(wanted);
      const path = canonicalPath(wanted.target);
      const host = hostNameOf(wanted.host);
      if (!path.ok || !host.ok) return { kind: 'refused', status: 400, code: 'invalid_input' };
      if (path.value.path === '/nowhere') {
        return { kind: 'refused', status: 404, code: 'route_not_found' };
      }
      if (wanted.method === 'DELETE') {
        const allow = ['GET', 'POST'] as const;
        return { kind: 'refused', status: 405, code: 'method_not_allowed', allow };
      }
      const paywall = paywallOf(upstream);
      const [route] = paywall.routes;
      const method = wanted.method as Place['method'];
      return { paywall, route: route!, method, host: host.value, ...path.value, bindsBody };
    },
    async foresee(_place, { authorization }) {
      return { kind: 'foreseen', needsBody: authorization.includes(TICKET) };
    },
    async admit(place, visitor) {
      booth.visitors.push(visitor);
      if (place.path === '/busy') {
        const code = 'rate_limited';
        return { kind: 'refused', status: 429, code, retryAfterSeconds: 7 };
      }
      const isPaid = visitor.authorization.includes(TICKET);
      if (!isPaid && !place.path.startsWith('/free')) {
        const [amount, code] = [msat(1500), 'payment_required' as const];
        return { kind: 'charged', challenge: CHALLENGE, amount, code };
      }
      booth.uses += 1;
      let isTaken = true;
      return {
        kind: 'admitted',
        place,
        by: isPaid ? 'token' : 'free',
        holder: visitor.authorization.join() || visitor.address,
        usesLeft: isPaid ? 4 : undefined,
        freeLeft: isPaid ? undefined : 2,
        url: upstream + place.path + place.query,
        headers: { 'x-api-key': 'upstream-secret' },
        timeoutMs: 5000,
        access: { privateAddresses: true, plainHttp: true },
        async giveBack() {
          booth.uses -= isTaken ? 1 : 0;
          isTaken = false;
          return true;
        },
        ...pass,
      };
    },
    async close() {},
  };
  return booth;
}

export interface Setup {
  readonly settings?: Partial<GatewaySettings>;
  readonly limits?: Partial<GatewayLimits>;
  readonly log?: Log;
  readonly resolve?: Resolve;
}

/** A gateway on loopback that closes with its test. */
export async function openBehind(toll: Toll, setup: Setup = {}): Promise<Gateway> {
  const { settings, limits = {}, log = silent, resolve } = setup;
  const gateway = await openGateway({
    toll,
    settings: {
      listen: '127.0.0.1:0',
      admin: '',
      tls: { certificate: '', key: '' },
      trustedProxies: [],
      ...settings,
    },
    clock: systemClock,
    log,
    limits: { drainMs: 500, ...limits },
    ...(resolve === undefined ? {} : { resolve }),
  });
  onTestFinished(() => gateway.close());
  return gateway;
}
