import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fetch402 } from '@getalby/lightning-tools';
import { Agent, request } from 'undici';
import { systemClock, ZERO } from '../src/base/index.ts';
import { decodeInvoice } from '../src/l402/index.ts';
import { compose, type Tollkeeper } from '../src/server/compose.ts';
import { findHome } from '../src/server/home.ts';
import { LOCAL_OWNER } from '../src/server/owner.ts';
import { statusOf, type Wallet } from '../src/task/index.ts';
import { openSandboxWallet } from '../src/wallet/index.ts';
import { openMarket } from './market.ts';
import { plainOrder } from './order.ts';
import { type Row, race } from './row.ts';

const WARM_UP = 20;
const PURCHASES = 150;
const CACHED = 400;

/** A purchase and a cached fetch through the whole record, against clients that keep none. */
export async function benchPurchase(): Promise<readonly Row[]> {
  const home = mkdtempSync(join(tmpdir(), 'tollkeeper-bench-'));
  const shop = await openMarket(home);
  const tollkeeper = await compose(findHome(home, {}));
  const wallet = await openSandboxWallet({ home, clock: systemClock });
  const agent = new Agent();
  const urlOf = (who: string, round: number) => `${shop.url}/weather?${who}=${round}`;
  const once = {
    tollkeeper: (round: number) => buy(tollkeeper, urlOf('ours', round), `scope ${round}`),
    fetch402: (round: number) => buyWith402(wallet, urlOf('theirs', round)),
  };
  try {
    await race(WARM_UP, {
      tollkeeper: n => once.tollkeeper(-1 - n),
      fetch402: n => once.fetch402(-1 - n),
    });
    const bought = await race(PURCHASES, once);
    const authorization = await authorizationOf(tollkeeper);
    const url = urlOf('ours', 0);
    const again = {
      tollkeeper: () => buy(tollkeeper, url, 'scope 0'),
      undici: () => fetchRaw(agent, url, authorization),
    };
    await race(WARM_UP, again);
    const cached = await race(CACHED, again);
    return [
      {
        name: 'purchase: 402 → paid → 200, every step durable',
        unit: 'ms',
        ours: bought.tollkeeper,
        against: { name: 'lightning-tools fetch402, no record', value: bought.fetch402 },
        goal: { atMost: 2 },
      },
      {
        name: 'cached fetch, with its task recorded',
        unit: 'ms',
        ours: cached.tollkeeper,
        against: { name: 'undici request, no record', value: cached.undici },
        goal: { atMost: 1.3 },
      },
    ];
  } finally {
    await tollkeeper.close();
    await wallet.close();
    await agent.close();
    await shop.close();
    rmSync(home, { recursive: true, force: true });
  }
}

async function buy({ buyer }: Tollkeeper, url: string, scope: string): Promise<void> {
  const task = await buyer.buy(plainOrder(url, scope));
  if (!task.ok) throw new Error(task.code);
  const isOver: Parameters<typeof buyer.wait>[1]['isEnough'] = ({ facts }, now) =>
    statusOf(facts, now).final;
  const { facts } = await buyer.wait(task.value, { ms: 10_000, isEnough: isOver });
  const { status, code } = statusOf(facts, systemClock.now());
  if (status !== 'completed' && status !== 'cached') throw new Error(`${status} ${code}`);
}

async function buyWith402(wallet: Wallet, url: string): Promise<void> {
  const payInvoice = async ({ invoice }: { invoice: string }) => {
    const decoded = decodeInvoice(invoice);
    if (!decoded.ok) throw new Error(decoded.code);
    const { paymentHash, amount = ZERO } = decoded.value;
    const attemptId = crypto.randomUUID();
    const payment = { paymentHash, invoice, amount, feeLimit: ZERO, attemptId, waitMs: 10_000 };
    const outcome = await wallet.pay(payment);
    if (outcome.kind !== 'settled') throw new Error(outcome.kind);
    return { preimage: outcome.preimage };
  };
  const response = await fetch402(url, {}, { wallet: { payInvoice } });
  if (response.status !== 200) throw new Error(String(response.status));
  await response.text();
}

async function authorizationOf({ store }: Tollkeeper): Promise<string> {
  const [newest] = await store.tasks.list({ owner: LOCAL_OWNER, limit: 1 });
  if (newest === undefined) throw new Error('nothing was bought');
  const challenged = await store.tasks.reveal(newest.id, 'challenged');
  const settled = await store.tasks.reveal(newest.id, 'settled');
  return `L402 ${challenged?.token}:${settled?.preimage}`;
}

async function fetchRaw(dispatcher: Agent, url: string, authorization: string): Promise<void> {
  const { statusCode, body } = await request(url, { dispatcher, headers: { authorization } });
  await body.text();
  if (statusCode !== 200) throw new Error(String(statusCode));
}
