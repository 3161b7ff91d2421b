import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  accessOf,
  type Decision,
  decide,
  defaultSettings,
  loosens,
  type Matter,
  mayContact,
  type Policy,
  policyHash,
  reservable,
  type Settings,
  type Spending,
  strictest,
  type WrittenSettings,
} from '../../src/policy/index.ts';
import { cases, hosts, policies, policyFrom, sums } from './arbitrary.ts';

const RANK = { deny: 0, ask: 1, approve: 2 } as const;

/** Holds every word of one policy on a purchase against another's, which must be looser or the same. */
function neverLooser(tight: Policy, loose: Policy, matter: Matter, spending: Spending): void {
  const [low, high] = [tight, loose].map(policy => decide(policy, matter, spending)) as [
    Decision,
    Decision,
  ];
  expect(RANK[low.kind]).toBeLessThanOrEqual(RANK[high.kind]);
  if (low.kind === 'approve' && high.kind === 'approve')
    expect(low.ceiling).toBeLessThanOrEqual(high.ceiling);
  if (low.kind === 'ask') {
    const asked = decide(loose, { ...matter, requireApproval: true }, spending);
    expect(asked.kind).toBe('ask');
    if (asked.kind === 'ask') expect(low.ceiling).toBeLessThanOrEqual(asked.ceiling);
  }
  const [sends, may] = [tight, loose].map(policy => mayContact(policy, matter));
  if (sends === 'send') expect(may).toBe('send');
  if (sends === 'ask') expect(['ask', 'send']).toContain(may);
}

describe('the strictest of two policies', () => {
  test('decides nothing more loosely than either', () => {
    fc.assert(
      fc.property(cases(2), ({ policies: [a, b], matter, spending }) => {
        neverLooser(strictest(a!, b!), a!, matter, spending);
        neverLooser(strictest(a!, b!), b!, matter, spending);
      }),
      { numRuns: 3000 },
    );
  });

  test('reserves nothing that either would not, nor with a higher fee limit', () => {
    const wants = fc.record({ amount: sums, ceiling: sums, ruled: fc.boolean() });
    fc.assert(
      fc.property(cases(2), wants, ({ policies: [a, b], matter, spending }, want) => {
        const grant = want.ruled ? a!.autoApprove[0]?.grant : undefined;
        const wanted = { ...want, host: matter.host, grant };
        const both = reservable(strictest(a!, b!), spending, wanted);
        if (!both.ok) return;
        for (const policy of [a!, b!]) {
          const alone = reservable(policy, spending, wanted);
          expect(alone.ok && alone.value.feeLimit >= both.value.feeLimit).toBe(true);
        }
      }),
      { numRuns: 2000 },
    );
  });

  test('opens exactly the hosts that both open', () => {
    fc.assert(
      fc.property(policies, policies, hosts, (a, b, host) => {
        const open = (policy: Policy) => accessOf(policy)(new URL(`http://${host}/`));
        const [both, one, other] = [open(strictest(a, b)), open(a), open(b)];
        expect(both.ok).toBe(one.ok && other.ok);
        if (!both.ok || !one.ok || !other.ok) return;
        const { privateAddresses, plainHttp } = both.value;
        expect(privateAddresses).toBe(one.value.privateAddresses && other.value.privateAddresses);
        if (plainHttp) expect([one.value.plainHttp, other.value.plainHttp]).toEqual([true, true]);
      }),
      { numRuns: 3000 },
    );
  });

  test.each<[tight: WrittenSettings, loose: WrittenSettings]>([
    [{ paused: true }, { paused: false }],
    [{ caps: { requestSats: 1 } }, { caps: { requestSats: 2 } }],
    [{ caps: { hostSats: 1 } }, { caps: { hostSats: 2 } }],
    [{ caps: { hourSats: 1 } }, { caps: { hourSats: 2 } }],
    [{ caps: { daySats: 1 } }, { caps: { daySats: 2 } }],
    [{ caps: { totalSats: 1 } }, { caps: { totalSats: 2 } }],
    [{ fees: { baseSats: 1 } }, { fees: { baseSats: 2 } }],
    [{ fees: { percent: 0.1 } }, { fees: { percent: 0.2 } }],
    [{ hosts: { allow: ['a.b'] } }, { hosts: { allow: [] } }],
    [{ hosts: { allow: ['a.b'] } }, { hosts: { allow: ['*.b'] } }],
    [{ hosts: { block: ['*.b'] } }, { hosts: { block: ['a.b'] } }],
    [{ hosts: { private: ['a.b'] } }, { hosts: { private: ['a.b:*'] } }],
    [{ hosts: { plainHttp: [] } }, { hosts: { plainHttp: ['a.b'] } }],
    [
      { hosts: { methods: [{ host: 'a.b', methods: ['PUT'] }] } },
      { hosts: { methods: [{ host: '*.b', methods: ['POST', 'PUT'] }] } },
    ],
    [{ autoApprove: [] }, { autoApprove: [{ host: 'a.b', maxSats: 1, maxSatsPerDay: 1 }] }],
    [
      { autoApprove: [{ host: 'a.b', maxSats: 1, maxSatsPerDay: 1 }] },
      { autoApprove: [{ host: 'a.b', maxSats: 2, maxSatsPerDay: 2 }] },
    ],
    [{ approvals: { expiresMinutes: 1 } }, { approvals: { expiresMinutes: 2 } }],
    [{ approvals: { maxPending: 1 } }, { approvals: { maxPending: 2 } }],
    [{ approvals: { maxPerHour: 1 } }, { approvals: { maxPerHour: 2 } }],
    [{ approvals: { coolDownMinutes: 2 } }, { approvals: { coolDownMinutes: 1 } }],
    [{ payments: { maxInFlight: 1 } }, { payments: { maxInFlight: 2 } }],
    [{ payments: { maxInFlightPerHost: 1 } }, { payments: { maxInFlightPerHost: 2 } }],
    [{ seller: { paused: true } }, { seller: { paused: false } }],
    [{ seller: { hosts: ['a.b'] } }, { seller: { hosts: [] } }],
    [{ seller: { maxPriceSats: 1 } }, { seller: { maxPriceSats: 2 } }],
    [{ seller: { upstreams: { loopback: false } } }, { seller: { upstreams: { loopback: true } } }],
    [{ seller: { upstreams: { private: false } } }, { seller: { upstreams: { private: true } } }],
    [{ seller: { trustedProxies: [] } }, { seller: { trustedProxies: ['10.0.0.0/8'] } }],
    [{ seller: { requireSettled: true } }, { seller: { requireSettled: false } }],
    [{ seller: { mint: { perClient: 1 } } }, { seller: { mint: { perClient: 2 } } }],
    [{ seller: { mint: { perMinute: 1 } } }, { seller: { mint: { perMinute: 2 } } }],
    [{ seller: { mint: { open: 1 } } }, { seller: { mint: { open: 2 } } }],
  ])('is %j rather than %j, whichever comes first', (one, other) => {
    const [tight, loose] = [policyFrom(one), policyFrom(other)];
    expect(strictest(tight, loose)).toEqual(tight);
    expect(strictest(loose, tight)).toEqual(tight);
    expect(loosens(loose, tight)).toEqual([]);
    expect(loosens(tight, loose)).toHaveLength(1);
  });

  test('shares out what neither covers whole', () => {
    const from = (hosts: WrittenSettings['hosts']) => policyFrom({ hosts });
    const both = strictest(
      from({ plainHttp: ['*.b', 'c.d:*'], methods: [{ host: 'a.b:*', methods: ['PUT', 'POST'] }] }),
      from({
        plainHttp: ['a.b', 'x.b:1'],
        methods: [{ host: '*.b:1', methods: ['POST', 'PATCH'] }],
      }),
    );
    expect(both.hosts.plainHttp).toEqual(['a.b']);
    expect(both.hosts.methods).toEqual([{ host: 'a.b:1', methods: ['POST'] }]);
  });

  test('of a policy and itself is that policy, hash and all', () => {
    fc.assert(
      fc.property(policies, policy => {
        expect(strictest(policy, policy)).toEqual(policy);
        expect(loosens(policy, policy)).toEqual([]);
      }),
    );
  });

  test('keeps the tighter one whole, so that loosening the other changes no hash', () => {
    const confirmed = policyFrom({
      hosts: { allow: ['a.example', 'b.example'], block: ['c.example'] },
    });
    const edited = policyFrom({
      caps: { requestSats: 9999, daySats: 99_999 },
      hosts: { allow: ['x.example', 'b.example', '*.example', 'a.example'] },
      autoApprove: [{ host: '*.example', maxSats: 9, maxSatsPerDay: 9 }],
    });
    expect(policyHash(strictest(confirmed, edited))).toBe(policyHash(confirmed));
  });

  test('of allow-lists with nothing in common allows no host at all', () => {
    const [a, b] = ['a.example', 'b.example'].map(host => policyFrom({ hosts: { allow: [host] } }));
    for (const host of ['a.example', 'b.example', 'none'])
      expect(accessOf(strictest(a!, b!))(new URL(`https://${host}/`))).toMatchObject({
        code: 'host_not_allowlisted',
      });
  });

  test('of different networks pays nothing', () => {
    const regtest = policyFrom({});
    const mainnet: Policy = { ...regtest, network: 'bc' };
    expect(strictest(regtest, mainnet)).toEqual({ ...regtest, paused: true });
    expect(loosens(regtest, mainnet)).toEqual(['network']);
  });
});

const NODE: Settings['lnd'] = {
  ...defaultSettings().lnd,
  mode: 'remote',
  address: 'node.example:10009',
  binary: { path: '/opt/lnd', sha256: 'a'.repeat(64) },
  peers: ['peer.example:8333'],
  feeUrl: 'https://fees.example/v1',
  backupDirectory: '/media/stick',
};

describe('who holds the money', () => {
  const from = policyFrom({ network: 'signet', wallet: { kind: 'lnd' }, lnd: NODE });

  test.each([
    ['lnd.mode', { mode: 'supervised' }],
    ['lnd.address', { address: 'thief.example:10009' }],
    ['lnd.binary', { binary: { path: '/tmp/lnd', sha256: 'b'.repeat(64) } }],
    ['lnd.peers', { peers: ['thief.example:8333'] }],
    ['lnd.feeUrl', { feeUrl: 'https://thief.example' }],
    ['lnd.backupDirectory', { backupDirectory: '/tmp' }],
  ] as const satisfies [string, Partial<Settings['lnd']>][])(
    'never changes without a human: %s',
    (path, change) => {
      const to = policyFrom({
        network: 'signet',
        wallet: { kind: 'lnd' },
        lnd: { ...NODE, ...change },
      });
      expect(loosens(from, to)).toEqual([path]);
      expect(strictest(from, to)).toEqual({ ...from, paused: true });
    },
  );

  test('is nobody but the sandbox for the sandbox wallet, whatever a node is set to', () => {
    expect(policyFrom({ lnd: NODE })).toEqual(policyFrom({}));
    expect(loosens(policyFrom({}), from)).toEqual(
      expect.arrayContaining(['wallet.kind', 'network', 'lnd.address']),
    );
  });
});

describe('what one policy loosens against another', () => {
  test('is nothing for the strictest of both', () => {
    fc.assert(
      fc.property(policies, policies, (from, to) => {
        expect(loosens(from, strictest(from, to))).toEqual([]);
      }),
    );
  });

  test('is named by the paths of the settings', () => {
    const from = policyFrom({
      paused: true,
      hosts: { block: ['a.example'], allow: ['b.example'] },
    });
    const to = policyFrom({
      caps: { requestSats: 1001, daySats: 5 },
      fees: { percent: 2 },
      hosts: { private: ['127.0.0.1:*'], methods: [{ host: 'b.example', methods: ['PUT'] }] },
      autoApprove: [{ host: 'b.example', maxSats: 1, maxSatsPerDay: 1 }],
      approvals: { coolDownMinutes: 1, maxPending: 1 },
    });
    expect(loosens(from, to)).toEqual([
      'paused',
      'caps.requestSats',
      'fees.percent',
      'hosts.allow',
      'hosts.block',
      'hosts.private',
      'hosts.methods',
      'autoApprove',
      'approvals.coolDownMinutes',
    ]);
  });

  test('is nothing where everything is tighter', () => {
    const to = policyFrom({
      paused: true,
      caps: { requestSats: 1 },
      hosts: { allow: ['a.example'], block: ['*.example'], private: [] },
      payments: { maxInFlight: 1 },
    });
    expect(loosens(policyFrom({}), to)).toEqual([]);
  });

  test('is always named: without a name, nothing is decided more loosely', () => {
    fc.assert(
      fc.property(cases(2), ({ policies: [from, other], matter, spending }) => {
        // Half of the fields from each, so that a policy that only tightens comes up often.
        const to = { ...from!, caps: other!.caps, autoApprove: other!.autoApprove };
        if (loosens(from!, to).length === 0) neverLooser(to, from!, matter, spending);
        const hostsOnly = { ...from!, hosts: other!.hosts };
        if (loosens(from!, hostsOnly).length === 0) neverLooser(hostsOnly, from!, matter, spending);
      }),
      { numRuns: 3000 },
    );
  });
});
