import type { IncomingMessage } from 'node:http';
import type { Item } from './catalogue.ts';
import { incomeOf } from './income.ts';
import type { Ledger } from './ledger.ts';
import { bodyOf, problemReply, type Reply } from './reply.ts';
import { admits, charge, SERVICE } from './till.ts';

/** What the counter sells, and the ledger into which it is paid. */
export interface Counter {
  readonly ledger: Ledger;
  readonly items: readonly Item[];
}

/**
 * Answers one request. A path is compared letter by letter, so it has no second spelling that the catalogue
 * and a token's caveat could read differently.
 */
export async function answer(counter: Counter, request: IncomingMessage): Promise<Reply> {
  if ((request.headersDistinct.host ?? []).length > 1) return problemReply(400, 'Two hosts.');
  const path = (request.url ?? '').split('?', 1)[0] ?? '';
  const item = counter.items.find(each => each.path === path);
  if (item) return allowing(item.method, request, () => sell(counter.ledger, item, request));
  if (path === '/') return allowing('GET', request, async () => listing(counter.items));
  if (path === '/payments') {
    return allowing('GET', request, async () => json(await incomeOf(counter.ledger, SERVICE)));
  }
  return problemReply(404, 'Not for sale here.');
}

/** HEAD asks for what GET would answer, so it may go, and costs, where GET does (RFC 9110 §9.3.2). */
async function allowing(
  method: Item['method'],
  request: IncomingMessage,
  reply: () => Promise<Reply>,
): Promise<Reply> {
  const asked = request.method === 'HEAD' ? 'GET' : request.method;
  return asked === method
    ? reply()
    : problemReply(405, `Only ${method} works here.`, { allow: method });
}

/** The whole of L402 from the seller's side: who carries a good token gets the thing, who does not a 402. */
async function sell(ledger: Ledger, item: Item, request: IncomingMessage): Promise<Reply> {
  const { authorization = [] } = request.headersDistinct;
  if (!(await admits(ledger, authorization, item))) {
    const challenge = await charge(ledger, item);
    return problemReply(402, 'Payment required.', { 'www-authenticate': challenge });
  }
  const body = await bodyOf(request);
  return body === undefined
    ? problemReply(413, 'Too much.', { connection: 'close' })
    : json(item.deliver(body));
}

function listing(items: readonly Item[]): Reply {
  return json({
    shop: SERVICE,
    forSale: items.map(({ price, method, path, about }) => ({
      method,
      path,
      priceSats: Number(price / 1000n),
      about,
    })),
    free: ['/', '/payments'],
  });
}

function json(value: unknown): Reply {
  return { status: 200, value };
}
