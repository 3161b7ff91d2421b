import { once } from 'node:events';
import * as z from 'zod';
import { showSats } from '../../../base/index.ts';
import { accessOf } from '../../../policy/index.ts';
import type { Shop } from '../../../wallet/index.ts';
import { sats, whole } from '../argument.ts';
import { defineCommand } from '../command.ts';
import { EXIT } from '../exit.ts';
import { interruption } from '../interruption.ts';
import { table } from '../layout.ts';
import { openRules } from '../rules.ts';
import type { Session } from '../session.ts';

/** Runs the sandbox's shop until it is interrupted. */
export const sandboxShop = defineCommand({
  usage: 'sandbox shop',
  summary: 'Run a small shop on loopback that sells for play money, until Ctrl-C',
  options: [
    ['--port <port>', 'where to listen; 0 takes any free port (default 8402)'],
    ['--price <sats>', 'the price of the cheapest thing (default 10)'],
  ],
  examples: ['tollkeeper sandbox shop', 'tollkeeper sandbox shop --port 0 --price 3 --json'],
  input: z.strictObject({ port: whole(0, 65_535).optional(), price: sats.optional() }),
  async run(session, { port, price }) {
    const { openShop } = await import('../../../wallet/index.ts');
    const shop = await openShop({
      home: session.home.path,
      clock: session.clock,
      ...(port === undefined ? {} : { port }),
      ...(price === undefined ? {} : { priceSats: price }),
    });
    const interrupted = once(interruption(), 'abort');
    const document = { url: shop.url, port: Number(new URL(shop.url).port) };
    try {
      session.output.answer(document, `${listing(shop)}\n\nCtrl-C ends it.`);
      await warnIfClosed(session, shop);
      await interrupted;
    } finally {
      await shop.close();
    }
    return EXIT.done;
  },
});

function listing({ url, items }: Shop): string {
  const rows = items.map(({ method, path, price, about }) => [
    `  ${method}`,
    `${url}${path}`,
    showSats(price),
    about,
  ]);
  return `The shop is open at ${url} and sells for play money:\n${table(rows)}`;
}

/** A buyer reaches no loopback port that the settings do not name. */
async function warnIfClosed(session: Session, { url }: Shop): Promise<void> {
  const { settings } = await openRules(session);
  const { settings: stated, policy } = settings.read();
  const judged = accessOf(policy)(new URL(url));
  if (judged.ok && judged.value.privateAddresses) return;
  const hosts = JSON.stringify([...stated.hosts.private, new URL(url).host]);
  const set = session.home.command(`settings set hosts.private '${hosts}'`);
  session.output.remark(`The settings do not let anyone buy there. To open it: ${set}`);
}
