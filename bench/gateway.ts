import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { request } from 'undici';
import { SECOND, systemClock, ZERO } from '../src/base/index.ts';
import { formatCredential, parseChallenge } from '../src/l402/index.ts';
import { openSandboxWallet } from '../src/wallet/index.ts';
import { gatewayParts } from './gateway-parts.ts';
import { type Load, load, middle } from './load.ts';
import { loadRows } from './load-rows.ts';
import type { Row } from './row.ts';

const CONNECTIONS = 32;
const ROUNDS = 5;
const HOST = 'api.example';
const ROUND_MS: number = 2 * SECOND;

/** What judging costs: the gateway with valid credentials against a proxy that only forwards, in turns. */
export async function benchGateway(): Promise<readonly Row[]> {
  const home = mkdtempSync(join(tmpdir(), 'tollkeeper-bench-'));
  for (const name of ['counted', 'uncounted']) mkdirSync(join(home, name));
  const parts = gatewayParts();
  const open = async (...args: readonly string[]) => (await parts.open(...args)).origin;
  try {
    const upstream = await open('upstream');
    const bare = await open('bare', upstream);
    const [ours, counted] = [
      await open('gateway', upstream, join(home, 'uncounted'), 'uncounted'),
      await open('gateway', upstream, join(home, 'counted'), 'counted'),
    ];
    const results = await inTurns({
      bare: [bare, headFor('Bearer of-some-length')],
      ours: [ours, headFor(await bought(join(home, 'uncounted'), ours))],
      counted: [counted, headFor(await bought(join(home, 'counted'), counted))],
    });
    return rowsOf(results);
  } finally {
    parts.close();
    rmSync(home, { recursive: true, force: true });
  }
}

function rowsOf({ bare, ours, counted }: Record<Name, Load>): readonly Row[] {
  const name = `gateway: valid credential, ${CONNECTIONS} connections`;
  const proxy = 'bare undici reverse proxy';
  return [
    ...loadRows(name, ours, { name: proxy, load: bare }, { atLeast: 0.5, p99AtMost: 2 }),
    {
      name: `${name}, each use counted durably`,
      unit: 'requests/s',
      ours: counted.perSecond,
      against: { name: proxy, value: bare.perSecond },
      goal: { atLeast: 0.15 },
    },
  ];
}

type Name = 'bare' | 'ours' | 'counted';
type Contestants = Readonly<Record<Name, readonly [origin: string, head: string]>>;

/** The medians of the rounds, each contestant's right after another's; the first round warms up. */
async function inTurns(contestants: Contestants): Promise<Record<Name, Load>> {
  const loads: Record<Name, Load[]> = { bare: [], ours: [], counted: [] };
  for (let round = 0; round <= ROUNDS; round += 1) {
    for (const name of ['bare', 'ours', 'counted'] as const) {
      const [origin, head] = contestants[name];
      const result = await load(origin, head, CONNECTIONS, ROUND_MS);
      if (round > 0) loads[name].push(result);
    }
  }
  const { bare, ours, counted } = loads;
  return { bare: middle(bare), ours: middle(ours), counted: middle(counted) };
}

/** A request for what is sold, with this credential. */
export function headFor(authorization: string): string {
  return `GET /v1/reports HTTP/1.1\r\nHost: ${HOST}\r\nAccept: */*\r\nAuthorization: ${authorization}\r\n\r\n`;
}

/** Buys a token at a gateway, from the sandbox wallet of its data directory; the value of `Authorization`. */
export async function bought(home: string, origin: string): Promise<string> {
  const { headers } = await request(`${origin}/v1/reports`, { headers: { host: HOST } });
  const challenge = parseChallenge([headers['www-authenticate'] ?? []].flat());
  if (!challenge.ok) throw new Error(challenge.detail);
  const { token, invoice } = challenge.value;
  const wallet = await openSandboxWallet({ home, clock: systemClock });
  const { text, paymentHash, amount = ZERO } = invoice;
  const attemptId = crypto.randomUUID();
  const payment = { invoice: text, paymentHash, amount, feeLimit: ZERO, attemptId };
  const paid = await wallet.pay({ ...payment, waitMs: 10 * SECOND });
  await wallet.close();
  if (paid.kind !== 'settled') throw new Error(paid.kind);
  return formatCredential({ token, preimage: paid.preimage });
}
