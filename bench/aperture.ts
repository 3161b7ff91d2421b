import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import service from 'ln-service';
import { Agent, request } from 'undici';
import { SECOND } from '../src/base/index.ts';
import { formatCredential, parseChallenge } from '../src/l402/index.ts';
import { openAperture } from '../test/regtest/aperture.ts';
import { binaries, hasGo } from '../test/regtest/binaries.ts';
import { ourLnd } from '../test/regtest/books.ts';
import { bringUp, type Network } from '../test/regtest/bring-up.ts';
import { openNode } from '../test/regtest/node.ts';
import { gatewayParts } from './gateway-parts.ts';
import { type Load, load, middle } from './load.ts';
import { loadRows } from './load-rows.ts';
import { median, type Row } from './row.ts';

const CONNECTIONS = 32;
const ROUNDS = 5;
const ROUND_MS: number = 2 * SECOND;
const HOST = 'api.example';
/** Challenges in a round, each for a path of its own: so each needs an invoice. */
const CHALLENGES = 200;

/** What either gateway did in one round. */
interface Round extends Load {
  readonly challenges: number;
}

/**
 * Our gateway against a real Aperture, before the same server and paid to the same real lnd, in turns. Nothing where
 * there is no Go to build those with.
 */
export async function benchAperture(): Promise<readonly Row[]> {
  if (!(await hasGo())) return [];
  const network = await bringUp(await binaries());
  const parts = gatewayParts();
  try {
    await openNode(network);
    const { origin: upstream } = await parts.open('upstream');
    const home = join(network.directory, 'gateway');
    mkdirSync(home);
    const ours = await parts.open('gateway', upstream, home, 'uncounted', addressIn(network));
    const aperture = await openAperture(network, new URL(upstream).host);
    const rows = rowsOf(await inTurns(network, ours.origin, aperture.origin));
    await aperture.close();
    return rows;
  } finally {
    parts.close();
    await network.close();
  }
}

/** The file with the address of the lnd that both are paid to. */
function addressIn({ directory, merchant }: Network): string {
  const file = join(directory, 'merchant.json');
  const admin = join(merchant.directory, 'data/chain/bitcoin/regtest/admin.macaroon');
  const certificate = readFileSync(join(merchant.directory, 'tls.cert'), 'utf8');
  const macaroon = readFileSync(admin, 'hex');
  writeFileSync(file, JSON.stringify({ socket: merchant.rpc, certificate, macaroon }));
  return file;
}

interface Both {
  readonly ours: Round;
  readonly theirs: Round;
}

/** The medians of the rounds; the first warms up. */
async function inTurns(network: Network, ours: string, theirs: string): Promise<Both> {
  const heads = [await headFor(network, ours), await headFor(network, theirs)] as const;
  const rounds: [Round[], Round[]] = [[], []];
  for (let round = 0; round <= ROUNDS; round += 1) {
    for (const [at, origin] of [ours, theirs].entries()) {
      const loaded = await load(origin, heads[at] ?? '', CONNECTIONS, ROUND_MS);
      const challenges = await challenged(origin, `${round}`);
      if (round > 0) rounds[at]?.push({ ...loaded, challenges });
    }
  }
  const [mine, other] = rounds.map(all => ({
    ...middle(all),
    challenges: median(all.map(({ challenges }) => challenges)),
  })) as [Round, Round];
  return { ours: mine, theirs: other };
}

/** A request with a credential that our operator's lnd paid for. */
async function headFor({ operator }: Network, origin: string): Promise<string> {
  const path = '/cheap/reports';
  const { headers, body } = await request(`${origin}${path}`, { headers: { host: HOST } });
  await body.dump();
  const challenge = parseChallenge([headers['www-authenticate'] ?? []].flat());
  if (!challenge.ok) throw new Error(challenge.detail);
  const { token, invoice } = challenge.value;
  const { secret } = await service.pay({ lnd: await ourLnd(operator), request: invoice.text });
  const authorization = formatCredential({ token, preimage: secret });
  return `GET ${path} HTTP/1.1\r\nHost: ${HOST}\r\nAccept: */*\r\nAuthorization: ${authorization}\r\n\r\n`;
}

/** How many challenges a second it makes, each with an invoice of its own. */
async function challenged(origin: string, round: string): Promise<number> {
  const dispatcher = new Agent({ connections: CONNECTIONS });
  const startedAt = performance.now();
  let next = 0;
  const ask = async (): Promise<void> => {
    while (next < CHALLENGES) {
      next += 1;
      const url = `${origin}/cheap/${round}/${next}`;
      const { statusCode, body } = await request(url, { headers: { host: HOST }, dispatcher });
      await body.dump();
      if (statusCode !== 402) throw new Error(`${statusCode}`);
    }
  };
  await Promise.all(Array.from({ length: CONNECTIONS }, ask));
  const seconds = (performance.now() - startedAt) / 1000;
  await dispatcher.close();
  return CHALLENGES / seconds;
}

function rowsOf({ ours, theirs }: Both): readonly Row[] {
  const name = `gateway: valid credential, ${CONNECTIONS} connections`;
  const aperture = 'Aperture 0.5.0';
  const goals = { atLeast: 2.5, p99AtMost: 0.5 };
  return [
    ...loadRows(name, ours, { name: aperture, load: theirs }, goals),
    {
      name: 'gateway: challenge with an invoice of a real lnd',
      unit: 'requests/s',
      ours: ours.challenges,
      against: { name: aperture, value: theirs.challenges },
      goal: { atLeast: 1 },
    },
  ];
}
