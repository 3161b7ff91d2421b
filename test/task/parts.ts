import { join } from 'node:path';
import { type Clock, MINUTE, silent } from '../../src/base/index.ts';
import { type Limits, openEgress } from '../../src/http/index.ts';
import { accessOf, type Policy, policyHash, type WrittenSettings } from '../../src/policy/index.ts';
import { openKeyring } from '../../src/secrets/index.ts';
import { openStore, type Store } from '../../src/store/index.ts';
import {
  bodyDigest,
  type House,
  type Means,
  type Method,
  type Order,
  type Wishes,
} from '../../src/task/index.ts';
import { openSandboxWallet } from '../../src/wallet/index.ts';
import { policyFrom } from '../policy/arbitrary.ts';

/** What a test wants bought: a GET of the default scope by the local user, unless it says otherwise. */
export interface Want extends Partial<Wishes> {
  readonly owner?: string;
  readonly method?: Method;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
  readonly scope?: string;
}

/** The parts of a buyer's process on one data directory: the real ones, put together. */
export interface Parts {
  readonly means: Means;
  readonly store: Store;
  close(): Promise<void>;
}

/** Where and how parts are opened. */
export interface Place {
  readonly home: string;
  readonly clock: Clock;
  readonly house: () => Promise<House>;
  readonly limits?: Partial<Limits> | undefined;
  /** Opens the wallet; by default the sandbox's, in the same directory. */
  readonly wallet?: Means['wallet'];
}

const LIMITS: Limits = {
  maxBodyBytes: 65_536,
  totalMs: 10_000,
  idleMs: 5_000,
  connectMs: 5_000,
  maxRedirects: 3,
};
const BODIES = { maxCount: 50, maxTotalBytes: 1_000_000, maxEach: 65_536 };
/** What every operator here opens: sellers on loopback. */
const LOOPBACK = { private: ['127.0.0.1:*'] };

/** A rule that lets every seller here be paid without a question. */
export const FREE_HAND = {
  autoApprove: [{ host: '127.0.0.1:*', maxSats: 1000, maxSatsPerDay: 10_000 }],
} satisfies WrittenSettings;

/** Opens record, wallet and way out. */
export async function openParts({ home, clock, house, limits, ...place }: Place): Promise<Parts> {
  const sealer = await openKeyring(join(home, 'keys'));
  const store = await openStore({ home, sealer, clock, bodies: BODIES });
  const wallet = await (place.wallet?.() ?? openSandboxWallet({ home, clock }));
  const egress = openEgress({ ...LIMITS, ...limits });
  return {
    means: { ...store, egress, wallet: async () => wallet, house, clock, log: silent },
    store,
    async close() {
      await egress.close();
      await wallet.close();
      store.close();
    },
  };
}

/** The policy of settings in which sellers on loopback are opened. */
export function policyOf(settings: WrittenSettings): Policy {
  return policyFrom({ ...settings, hosts: { ...LOOPBACK, ...settings.hosts } });
}

/** What the operator's settings say, as the server would pass it on. */
export function houseOf(policy: Policy, broken = false): House {
  return {
    policy,
    hash: policyHash(policy),
    broken,
    judge: accessOf(policy),
    credentialTtlMs: 10 * MINUTE,
    wantsParameters: () => false,
  };
}

/** An order as the tools would make it. */
export function orderOf(url: string, want: Want = {}): Order {
  const { owner = 'local', method = 'GET', headers = {}, body, scope = 'default' } = want;
  const digest = bodyDigest(body);
  return {
    request: { owner, method, url: new URL(url).href, headers, bodyDigest: digest, scope },
    body,
    wishes: {
      maxSpend: want.maxSpend,
      requireApproval: want.requireApproval ?? false,
      forceRefresh: want.forceRefresh ?? false,
      cacheTtlMs: want.cacheTtlMs,
      idempotencyKey: want.idempotencyKey,
    },
    caller: 'a test',
  };
}
