import { createServer } from 'node:http';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { text } from 'node:stream/consumers';
import { msat } from '../../src/base/index.ts';
import type { Payment } from '../../src/task/wallet.ts';
import { openSandbox, openSandboxWallet } from '../../src/wallet/index.ts';
import type { Bank, Booked } from './bank-port.ts';
import { machineClock } from './machine-clock.ts';
import { decode, encode } from './wire.ts';

// The bank: a sandbox wallet in a process of its own, which is never killed and so holds the truth. It
// serves every method of a wallet, and those of `Bank`, to whoever opens its socket; and its money by the wire of
// an lnd, if it is told where to say how that is reached.
const [home = '', clockFile = '', socket = '', lndFile] = process.argv.slice(2);
const clock = machineClock(clockFile);
const wallet = await openSandboxWallet({ home, clock });
const sandbox = await openSandbox({ home, clock });
const ledger = new DatabaseSync(join(home, 'sandbox.db'), { timeout: 5000 });

const orders = new Map<string, number>();
const looks = new Map<string, number>();
let longest = Number.POSITIVE_INFINITY;
let ending: { readonly end: 'settle' | 'fail'; readonly looks: number } | undefined;

const bank: Omit<Bank, keyof typeof sandbox> = {
  async payments() {
    await sandbox.counts();
    const rows = ledger.prepare('SELECT hash, state, msat + fee_msat AS cost FROM payment').all();
    return rows.map(row => ({ ...row, cost: msat(BigInt(Number(row.cost))) }) as Booked);
  },
  async forget(hash) {
    for (const table of ['settlement', 'payment']) {
      ledger.prepare(`DELETE FROM ${table} WHERE hash = :hash`).run({ hash });
    }
  },
  orders: async hash => orders.get(hash) ?? 0,
  async endStuck(end, after) {
    ending = { end, looks: after };
  },
  async hurry(ms) {
    longest = ms;
  },
};

async function pay(payment: Payment) {
  orders.set(payment.paymentHash, (orders.get(payment.paymentHash) ?? 0) + 1);
  return wallet.pay({ ...payment, waitMs: Math.min(longest, payment.waitMs) });
}

async function lookUp(hash: string) {
  const outcome = await wallet.lookUp(hash);
  if (outcome.kind === 'in_flight') await looked(hash);
  return outcome;
}

/** Somebody looked at a payment that is under way. */
async function looked(hash: string): Promise<void> {
  looks.set(hash, (looks.get(hash) ?? 0) + 1);
  if (ending && (looks.get(hash) ?? 0) >= ending.looks) await sandbox.resolve(hash, ending.end);
}

const service: Record<string, unknown> = { ...sandbox, ...bank, ...wallet, pay, lookUp };

const server = createServer(async (request, response) => {
  const method = service[request.url?.slice(1) ?? ''] as (...args: unknown[]) => Promise<unknown>;
  try {
    const value = await method(...(decode(await text(request)) as unknown[]));
    response.end(encode([value]));
  } catch (thrown) {
    response.writeHead(500).end(String(thrown));
  }
});
if (lndFile !== undefined) {
  const { serveAsLnd } = await import('./lnd-bank.ts');
  await serveAsLnd({ home, clock, file: lndFile, orders, looked });
}
server.listen(socket, () => process.stdout.write('open\n'));
// It lives as long as the test that started it.
process.stdin.on('end', () => process.exit()).resume();
