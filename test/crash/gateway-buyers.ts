import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect, onTestFinished } from 'vitest';
import { type Client, openClient, type Stall } from '../paywall/gateway/stall.ts';
import { valuesOf } from '../paywall/gateway/wire.ts';
import type { Random } from './random.ts';

/** The upstream fails one request in so many, so that uses are given back too. */
const FAILS = 6;

/** An upstream that knows what it delivered; it ends with its test. */
export interface Shelf {
  readonly origin: string;
  /** By the name that each request's query gives: how often it was served. */
  readonly delivered: ReadonlyMap<string, number>;
}

export async function openShelf(random: Random): Promise<Shelf> {
  const delivered = new Map<string, number>();
  const server = createServer((request, response) => {
    const name = request.url?.split('?').at(-1) ?? '';
    if (random.below(FAILS) === 0) {
      response.writeHead(503).end();
      return;
    }
    delivered.set(name, (delivered.get(name) ?? 0) + 1);
    response.end('bought');
  });
  server.keepAliveTimeout = 0;
  await new Promise<void>(resolve => void server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => {
    server.close();
    server.closeAllConnections();
  });
  return { origin: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, delivered };
}

/** A token, as its buyer knows it. */
interface Bought {
  readonly name: string;
  readonly authorization: string;
  /** Uses that were answered with what was bought. */
  got: number;
  /** Requests that were never answered, for their gateway was killed. */
  cut: number;
  spent: boolean;
}

/** What came of one request with a token. */
type Used = 'got' | 'returned' | 'spent' | 'cut';

/** A buyer who outlives the gateways that it buys from. */
export interface Buyer {
  /** Buys tokens and uses them, two requests at a time, until the gateway is gone. */
  live(url: string): Promise<void>;
  /** Uses up what is left. */
  finish(url: string): Promise<void>;
  readonly bought: readonly Bought[];
  /** How many answers it got. */
  readonly answers: number;
}

export function openBuyer(stall: Stall, name: string): Buyer {
  const bought: Bought[] = [];
  // Buyers of one address are told apart by it, so that each gets an invoice of its own.
  const key = { 'l402-client-key': `the key of ${name}` };
  let answers = 0;

  const buy = async (client: Client): Promise<boolean> => {
    const demand = await client.send({ headers: key }).catch(() => undefined);
    if (demand === undefined) return false;
    expect(demand.status).toBe(402);
    answers += 1;
    const authorization = await stall.pay(valuesOf(demand.lines, 'www-authenticate'));
    bought.push({ name: `${name}-${bought.length}`, authorization, got: 0, cut: 0, spent: false });
    return true;
  };
  const use = async (client: Client, token: Bought): Promise<Used> => {
    const headers = { ...key, authorization: token.authorization };
    const target = `/v1/reports?${token.name}`;
    const answer = await client.send({ target, headers }).catch(() => undefined);
    if (answer === undefined) {
      token.cut += 1;
      return 'cut';
    }
    answers += 1;
    if (answer.status === 200) {
      token.got += 1;
      return 'got';
    }
    if (answer.status === 503) {
      expect(answer.headers['l402-use']).toBe('returned');
      return 'returned';
    }
    expect(JSON.parse(answer.body)).toMatchObject({ code: 'token_spent' });
    return 'spent';
  };
  /** A use that was refused beside another tells nothing: the other one's may have been given back since. */
  const useUp = async (client: Client, token: Bought, atOnce: number): Promise<boolean> => {
    const used = await Promise.all(Array.from({ length: atOnce }, () => use(client, token)));
    token.spent = used.every(each => each === 'spent');
    return !used.includes('cut');
  };
  const within = async (url: string, work: (client: Client) => Promise<boolean>) => {
    const client = openClient(url, 2);
    while (await work(client));
    client.close();
  };
  const current = () => bought.find(({ spent }) => !spent);
  return {
    bought,
    get answers() {
      return answers;
    },
    live: url =>
      within(url, async client => {
        const token = current();
        return token === undefined ? buy(client) : useUp(client, token, 2);
      }),
    finish: url =>
      within(url, async client => {
        const token = current();
        return token !== undefined && useUp(client, token, 1);
      }),
  };
}
