import {
  type Clock,
  type Log,
  type Result,
  SECOND,
  systemClock,
  TollkeeperError,
} from '../base/index.ts';
import { type Egress, openEgress } from '../http/index.ts';
import { openSeller, type Seller, type SellerRules } from '../paywall/index.ts';
import type { Settings } from '../policy/index.ts';
import { openPin, type Pin, type Sealer } from '../secrets/index.ts';
import { makeDirectory } from '../sqlite/index.ts';
import { openStore, type Store } from '../store/index.ts';
import type { Buyer, Executor, Means, Offer, Order } from '../task/index.ts';
import { askOffer, openBuyer, openExecutor, type Post } from '../task/open.ts';
import type { Home } from './home.ts';
import { houseOf } from './house.ts';
import { keysOf, openKeys } from './keys.ts';
import { openLog } from './log.ts';
import { sellerRulesOf } from './seller-rules.ts';
import { openSettings, type SettingsFile } from './settings/index.ts';
import { openWallet } from './wallet.ts';

/** Every room wired to the others, over one data directory. */
export interface Tollkeeper {
  readonly home: Home;
  readonly clock: Clock;
  readonly log: Log;
  readonly settings: SettingsFile;
  readonly pin: Pin;
  readonly sealer: Sealer;
  readonly store: Store;
  readonly means: Means;
  readonly buyer: Buyer;
  /** Asks a seller for its price and the policy for its word. */
  readonly offer: (order: Order) => Promise<Result<Offer>>;
  readonly seller: Seller;
  /** What the settings say of selling at this moment. */
  readonly rules: () => Promise<SellerRules>;
  /** Looks for open tasks, as after a start: what was under way is taken up again. */
  wake(): void;
  /** Stops taking steps, gives the lease back, and closes what was opened. Money in flight goes on. */
  close(): Promise<void>;
}

/** Opens a data directory and wires the rooms. Rejects with `store_*` or `key_unavailable`. On a standing post it keeps the lease. */
export async function compose(home: Home, post: Post = 'on_call'): Promise<Tollkeeper> {
  const clock = systemClock;
  await onDisk(makeDirectory(home.path));
  const sealer = await openKeys(home);
  const pin = openPin(keysOf(home), clock);
  let guarded = await pin.isSet();
  const settings = openSettings(home.path, () => (guarded ? sealer : undefined));
  const { http, bodies, log: logging } = settings.read().settings;
  const limits = { ...bodies, maxEach: http.maxBodyBytes };
  const store = await openStore({ home: home.path, sealer, clock, bodies: limits });
  const log = await onDisk(openLog(home.path, logging.level, clock)).catch((thrown: unknown) => {
    store.close();
    throw thrown;
  });
  const egress = wayOut(http);
  const policy = () => settings.read().policy;
  const wallet = openWallet({ home, sealer, pin, clock, log, policy });
  const now = async () => {
    guarded = await pin.isSet();
    return settings.read();
  };
  const house = async () => houseOf(await now());
  const rules = async () => sellerRulesOf(await now());
  const means: Means = { ...store, egress, wallet: wallet.get, house, clock, log };
  const executor = resting(openExecutor(means, post), store);
  return {
    home,
    clock,
    log,
    settings,
    pin,
    sealer,
    store,
    means,
    buyer: openBuyer(means, executor),
    offer: order => askOffer({ ...means, ledger: store.ledger }, order),
    seller: openSeller({ paywalls: store.paywalls, rules, clock }),
    rules,
    wake: executor.wake,
    async close() {
      // First, so that what the closing breaks off is not taken for the seller's doing.
      await executor.close();
      await egress.close();
      await wallet.close();
      store.close();
    },
  };
}

/** The way out for purchases, as the settings bound it. */
function wayOut(http: Settings['http']): Egress {
  return openEgress({
    maxBodyBytes: http.maxBodyBytes,
    totalMs: http.totalSeconds * SECOND,
    idleMs: http.idleSeconds * SECOND,
    connectMs: http.connectSeconds * SECOND,
    maxRedirects: 3,
  });
}

/** The executor, at rest while the record is a newer version's: every step of it would be refused. */
function resting({ wake, close }: Executor, { access }: Store): Executor {
  return {
    wake() {
      if (access() === 'read_write') wake();
    },
    close,
  };
}

/** What the file system refuses, as the record's own refusal: without its directory there is no record. */
function onDisk<T>(work: Promise<T>): Promise<T> {
  return work.catch((cause: unknown) => {
    const detail = 'The data directory cannot be made or written to.';
    throw new TollkeeperError('store_unavailable', detail, { cause });
  });
}
