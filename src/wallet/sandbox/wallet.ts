import { type Log, SECOND, silent, TollkeeperError, ZERO } from '../../base/index.ts';
import type { Sql } from '../../sqlite/index.ts';
import type { Payment, PayOutcome, Wallet, WalletStatus } from '../../task/wallet.ts';
import { accept } from './acceptance.ts';
import { countsOf } from './funds.ts';
import { NETWORK } from './invoice.ts';
import { type Ledger, type LedgerPlace, openLedger } from './ledger.ts';
import { current, entryOf, outcomeOf, sentSince } from './payment.ts';

/** How long a look into the ledger may take, and how much longer than `waitMs` a payment may, in ms. */
const LEDGER_MS = 5 * SECOND;
/** How often a waiting payment looks whether another process resolved it, in ms. */
const LOOK_MS = 25;

const UNREACHABLE: PayOutcome = { kind: 'unknown', cause: 'unreachable' };
const TIMEOUT: PayOutcome = { kind: 'unknown', cause: 'timeout' };

/**
 * Opens the wallet of the sandbox: true invoices and true preimages of worthless regtest money. Any number
 * of processes may open it on one data directory. Throws `wallet_unavailable` when the ledger cannot be used.
 */
export async function openSandboxWallet(
  place: LedgerPlace & { readonly log?: Log },
): Promise<Wallet> {
  const ledger = await openLedger(place);
  const { log = silent } = place;
  const timely = <T>(ms: number, late: T, lost: T, call: Call<T>): Promise<T> =>
    within(ledger, ms, late, call).catch(cause => {
      log.warn({ cause }, 'The sandbox ledger failed.');
      return lost;
    });
  const down: WalletStatus = { ...ABOUT, ready: false, balance: ZERO };

  return {
    status: () => timely(LEDGER_MS, down, down, () => current(ledger, statusOf)),
    pay: payment =>
      timely(payment.waitMs + LEDGER_MS, TIMEOUT, UNREACHABLE, late => pay(ledger, payment, late)),
    lookUp: hash =>
      timely(LEDGER_MS, TIMEOUT, UNREACHABLE, () => current(ledger, sql => lookUp(sql, hash))),
    sent: since => current(ledger, sql => sentSince(sql, since)).catch(refuse),
    close: async () => ledger.db.close(),
  };
}

const ABOUT = { kind: 'sandbox', network: NETWORK, real: false } as const;

function refuse(cause: unknown): never {
  throw new TollkeeperError('wallet_unavailable', undefined, { cause });
}

function statusOf(sql: Sql): WalletStatus {
  return { ...ABOUT, ready: true, balance: countsOf(sql).balance };
}

function lookUp(sql: Sql, hash: string): PayOutcome {
  const entry = entryOf(sql, hash);
  return entry ? outcomeOf(entry) : { kind: 'unknown', cause: 'not_found' };
}

async function pay(ledger: Ledger, payment: Payment, late: AbortSignal): Promise<PayOutcome> {
  const until = ledger.clock.now() + payment.waitMs;
  const { outcome, heard } = await accept(ledger, payment);
  if (heard === 'unreachable') return UNREACHABLE;
  if (heard === 'timeout') {
    await ledger.clock.after(payment.waitMs, late);
    return TIMEOUT;
  }
  return outcome.kind === 'in_flight' ? ended(ledger, payment.paymentHash, until, late) : outcome;
}

/** What has become of a payment in flight: as soon as it ends, or at the time `until`, ms. */
async function ended(
  ledger: Ledger,
  hash: string,
  until: number,
  late: AbortSignal,
): Promise<PayOutcome> {
  for (;;) {
    const outcome = await current(ledger, sql => lookUp(sql, hash));
    const left = until - ledger.clock.now();
    if (outcome.kind !== 'in_flight' || left <= 0 || late.aborted) return outcome;
    await ledger.clock.after(Math.min(left, LOOK_MS), late);
  }
}

/** A piece of work that stops waiting once nobody waits for it any more. */
type Call<T> = (late: AbortSignal) => Promise<T>;

/** Waits for a call at most `ms`; what it does later still counts, for the ledger remembers it. */
async function within<T>({ clock }: Ledger, ms: number, late: T, call: Call<T>): Promise<T> {
  const done = new AbortController();
  try {
    return await Promise.race([call(done.signal), clock.after(ms, done.signal).then(() => late)]);
  } finally {
    done.abort();
  }
}
