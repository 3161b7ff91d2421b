import { HOUR, msat } from '../../../src/base/index.ts';
import type { Paywall } from '../../../src/paywall/index.ts';

/** A paywall before one upstream that sells everything. */
export function paywallOf(url: string): Paywall {
  return {
    id: 'pw_1',
    owner: 'local',
    name: 'Everything',
    description: undefined,
    status: 'active',
    opened: true,
    policy: {
      pricingMode: 'fixed',
      fixedAmountMsats: msat(1500),
      maxPerRequestMsats: undefined,
      allowedHosts: [],
      blockedHosts: [],
      quotaPerMinute: undefined,
      quotaPerDay: undefined,
      killSwitch: false,
      freeRequestsPerDay: 0,
      usesPerToken: 5,
      tokenTtlMs: HOUR,
      tokenScope: 'route',
      bindMethod: false,
      bindBody: false,
    },
    routes: [
      {
        id: 'route_1',
        hostPattern: 'shop.example',
        pathPattern: '/**',
        methods: ['GET', 'HEAD', 'POST'],
        target: { kind: 'url', url },
        timeoutMs: 5000,
        priority: 0,
        priceMsats: undefined,
      },
    ],
    metadata: {},
    approved: undefined,
    createdAt: 0,
    updatedAt: 0,
  };
}
