import type { Clock } from '../../src/base/index.ts';
import { systemClock } from '../../src/base/index.ts';
import type { Command } from '../../src/paywall/command.ts';
import { openSeller } from '../../src/paywall/open-seller.ts';
import type { SellerRules } from '../../src/paywall/rules.ts';
import type { Seller } from '../../src/paywall/seller.ts';
import { policyHash, type WrittenSettings } from '../../src/policy/index.ts';
import type { Store } from '../../src/store/index.ts';
import { policyFrom } from '../policy/arbitrary.ts';
import { newHome, storeAt } from '../store/place.ts';

/** The rules that settings make. */
export function rulesOf(settings: WrittenSettings = {}, broken = false): SellerRules {
  const policy = policyFrom(settings);
  const { seller, approvals } = policy;
  return { seller, approvals, hash: policyHash(policy), broken };
}

/** A seller over a record of its own, with a clock and settings to change by hand. */
export interface House {
  now: number;
  settings: WrittenSettings;
  broken: boolean;
  readonly clock: Clock;
  readonly home: string;
  readonly store: Store;
  readonly seller: Seller;
  readonly rules: () => Promise<SellerRules>;
  /** Lets a human register the upstream `api`. */
  stock(url?: string): Promise<void>;
  close(): Promise<void>;
}

/** Noon of a day, so that a test that lasts some hours stays within it. */
const START = Date.UTC(2026, 0, 15, 12);

/** Opens a seller's house. */
export async function openHouse(): Promise<House> {
  const { home, remove } = await newHome();
  const dial = { now: START, settings: {}, broken: false };
  const clock: Clock = { now: () => dial.now, after: systemClock.after };
  const store = await storeAt(home, clock);
  const rules = async () => rulesOf(dial.settings, dial.broken);
  const house = Object.assign(dial, {
    clock,
    home,
    store,
    rules,
    seller: openSeller({ paywalls: store.paywalls, rules, clock }),
    stock: async (url = 'http://127.0.0.1:3000') => {
      const input = { name: 'api', url, headers: { 'x-key': 'canary' } };
      const ordered = await house.seller.order('alice', { kind: 'add_upstream', input });
      if (!ordered.ok) throw new Error(ordered.detail);
    },
    close: async () => {
      store.close();
      await remove();
    },
  });
  return house;
}

type Input<K extends Command['kind']> = Extract<Command, { kind: K }>['input'];

/** A paywall on api.example/v1/**, with what a test wants changed. */
export function toCreate(more: Partial<Input<'create'>> = {}): Command {
  return {
    kind: 'create',
    input: {
      name: 'Reports',
      policy: { fixedAmountMsats: 10_000 },
      routes: [{ hostPattern: 'api.example', pathPattern: '/v1/**', upstream: 'api' }],
      ...more,
    },
  };
}
