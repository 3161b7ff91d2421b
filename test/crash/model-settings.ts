import type { WrittenSettings } from '../../src/policy/index.ts';

/** The sellers. */
export const SHOPS = ['a.example', 'b.example'] as const;
export type Shop = (typeof SHOPS)[number];

const usual = {
  paused: false,
  caps: { requestSats: 150, hostSats: 250, hourSats: 350, daySats: 450, totalSats: 1200 },
  fees: { baseSats: 1, percent: 1 },
  hosts: {
    block: [] as string[],
    methods: SHOPS.map(host => ({ host, methods: ['POST' as const] })),
  },
  autoApprove: [] as { host: string; maxSats: number; maxSatsPerDay: number }[],
  approvals: { expiresMinutes: 10, maxPending: 4, maxPerHour: 12, coolDownMinutes: 2 },
  payments: { maxInFlight: 2, maxInFlightPerHost: 1 },
} satisfies WrittenSettings;

/** What the operator may write, by name. */
export const SETTINGS = {
  usual,
  tight: {
    ...usual,
    caps: { ...usual.caps, requestSats: 90, hostSats: 150, hourSats: 200 },
    approvals: { ...usual.approvals, maxPending: 1, maxPerHour: 2 },
  },
  ruled: { ...usual, autoApprove: [{ host: 'a.example', maxSats: 100, maxSatsPerDay: 250 }] },
  barred: { ...usual, hosts: { ...usual.hosts, block: ['b.example'] } },
  halted: { ...usual, paused: true },
} satisfies Record<string, WrittenSettings>;

export type SettingsName = keyof typeof SETTINGS;
