import { readFileSync } from 'node:fs';
import service, { type AuthenticatedLnd } from 'ln-service';
import { sats } from '../src/base/index.ts';
import { placeOf } from '../src/node/index.ts';
import { readRun } from '../src/node/run-record.ts';
import { type Aperture, openAperture, PRICES } from '../test/regtest/aperture.ts';
import { binaries } from '../test/regtest/binaries.ts';
import { ourLnd } from '../test/regtest/books.ts';
import { bringUp, type Network } from '../test/regtest/bring-up.ts';
import { openNode } from '../test/regtest/node.ts';
import { openTill } from '../test/regtest/till.ts';
import { type Connected, connect } from './connected.ts';
import { type Row, race } from './row.ts';

const WARM_UP = 5;
const PURCHASES = 60;
/** What a purchase may take beside 1.25 times what lnd takes to pay, ms. */
const ALLOWANCE_MS = 50;

/** A purchase from a real Aperture with a real lnd, against that lnd's own payment of the same sum. */
export async function benchRegtest(): Promise<readonly Row[]> {
  const network = await bringUp(await binaries());
  try {
    await openNode(network);
    const aperture = await openAperture(network);
    await letBuy(network, aperture);
    const server = await connect(network.operator.home);
    const rows = await measure(network, aperture, server);
    await server.close();
    await aperture.close();
    return rows;
  } finally {
    await network.close();
  }
}

/** Lets everything here be bought without a question, for a benchmark has no human. */
async function letBuy({ operator }: Network, { host }: Aperture): Promise<void> {
  const most = 1_000_000;
  const rules = [{ host, maxSats: 2 * PRICES.cheap, maxSatsPerDay: most }];
  await operator.does('settings', 'set', 'autoApprove', JSON.stringify(rules));
  for (const cap of ['hostSats', 'hourSats', 'daySats']) {
    await operator.does('settings', 'set', `caps.${cap}`, String(most));
  }
}

async function measure(
  { operator, merchant }: Network,
  { origin }: Aperture,
  server: Connected,
): Promise<readonly Row[]> {
  const lnd = await ourLnd(operator);
  const till = openTill(merchant);
  const bills: string[] = [];
  for (let bill = 0; bill < WARM_UP + PURCHASES; bill += 1) {
    bills.push((await till.bill(sats(PRICES.cheap))).text);
  }
  const contestants = {
    tollkeeper: (round: number) => buy(server, `${origin}/cheap/${round}`, `scope ${round}`),
    lnd: () => pay(lnd, bills.pop() ?? ''),
  };
  await race(WARM_UP, { ...contestants, tollkeeper: n => contestants.tollkeeper(-1 - n) });
  const { tollkeeper, lnd: alone } = await race(PURCHASES, contestants);
  const { pid } = readRun(placeOf(operator.home, 'regtest'))?.lnd ?? {};
  return [
    {
      name: `purchase from Aperture over MCP: 402 → paid → 200; the goal is 1.25× and ${ALLOWANCE_MS} ms`,
      unit: 'ms',
      ours: tollkeeper,
      against: { name: 'lnd’s own payment of that sum', value: alone },
      goal: { atMost: Number((1.25 + ALLOWANCE_MS / alone).toPrecision(3)) },
    },
    {
      name: 'memory of the server that bought (RSS)',
      unit: 'MB',
      ours: rssOf(server.pid),
      against: { name: 'lnd', value: rssOf(pid) },
      goal: { atMost: 2 },
    },
  ];
}

async function buy(server: Connected, url: string, scope: string): Promise<void> {
  const { structuredContent } = (await server.call('l402_fetch', { url, scope })) as {
    structuredContent: { status: string; paid: boolean };
  };
  const { status, paid } = structuredContent;
  if (status !== 'completed' || !paid) throw new Error(JSON.stringify(structuredContent));
}

/** Rejects unless it was paid. */
async function pay(lnd: AuthenticatedLnd, request: string): Promise<void> {
  await service.payViaPaymentRequest({ lnd, request, max_fee: 5 });
}

/** MB. Linux only; elsewhere the figure is absent from the table as NaN. */
function rssOf(pid: number | undefined): number {
  try {
    const status = readFileSync(`/proc/${pid}/status`, 'utf8');
    return Number(/VmRSS:\s+(\d+) kB/.exec(status)?.[1]) / 1024;
  } catch {
    return Number.NaN;
  }
}
