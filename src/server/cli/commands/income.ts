import * as z from 'zod';
import { DAY, type Msat, showSats, sum } from '../../../base/index.ts';
import type { Income } from '../../../paywall/index.ts';
import type { Tollkeeper } from '../../compose.ts';
import { LOCAL_OWNER } from '../../owner.ts';
import { whole } from '../argument.ts';
import { barChart } from '../bar-chart.ts';
import { defineCommand } from '../command.ts';
import { EXIT } from '../exit.ts';
import { paywallMeant } from '../found-paywall.ts';
import { oneLine, table } from '../layout.ts';
import { withTollkeeper } from '../opened.ts';

/** How many days are shown where nobody says how many. */
const DAYS = 30;
/** How many payments that belong to no invoice are counted. */
const MOST_UNKNOWN = 1000;

/** Shows what paywalls earned, by paywall and by day. */
export const income = defineCommand({
  usage: 'income',
  summary: 'Show what your paywalls earned, by paywall and by day',
  details: 'Days are of UTC. What came in for no invoice of the record is counted apart.',
  options: [
    ['--days <n>', `how many days back, today among them (default ${DAYS})`],
    ['--paywall <paywall>', 'only this one, by its id or its name'],
  ],
  examples: ['tollkeeper income', 'tollkeeper income --days 7 --json'],
  input: z.strictObject({ days: whole(1, 3650).optional(), paywall: z.string().optional() }),
  run: ({ home, clock, output }, { days = DAYS, paywall }) =>
    withTollkeeper(home, async tollkeeper => {
      const found = paywall === undefined ? undefined : await paywallMeant(tollkeeper, paywall);
      if (found?.ok === false) return found;
      const today = Math.floor(clock.now() / DAY) * DAY;
      const since = today - (days - 1) * DAY;
      const { takings } = tollkeeper.store.paywalls;
      const all = await takings.income(LOCAL_OWNER, since);
      const rows = all.filter(row => found === undefined || row.paywallId === found.value.id);
      const unknown = (await takings.unknown(MOST_UNKNOWN)).length;
      const names = await namesIn(tollkeeper);
      const document = {
        since: new Date(since).toISOString(),
        totalMsats: total(rows),
        payments: rows.reduce((count, { payments }) => count + payments, 0),
        unknownPayments: unknown,
        days: rows.map(({ paywallId, day, amount, payments }) => ({
          day,
          paywallId,
          name: names.get(paywallId),
          amountMsats: amount,
          payments,
        })),
      };
      output.answer(document, textOf(rows, names, unknown));
      return EXIT.done;
    }),
});

type Names = ReadonlyMap<string, string>;

async function namesIn({ seller }: Tollkeeper): Promise<Names> {
  const all = await seller.paywalls(LOCAL_OWNER);
  return new Map(all.map(({ id, name }) => [id, name]));
}

function total(rows: readonly Income[]): Msat {
  return sum(...rows.map(({ amount }) => amount));
}

function textOf(rows: readonly Income[], names: Names, unknown: number): string {
  const stray = unknown === 0 ? [] : [`${unknown} payments came in for no invoice of this record.`];
  if (rows.length === 0) return ['Nothing came in.', ...stray].join('\n');
  const byPaywall = [...Map.groupBy(rows, ({ paywallId }) => paywallId)].map(([id, its]) => [
    oneLine(names.get(id) ?? id, 40),
    String(its.reduce((count, { payments }) => count + payments, 0)),
    showSats(total(its)),
  ]);
  const byDay = [...Map.groupBy(rows, ({ day }) => day)]
    .map(([day, its]) => ({ label: day, amount: total(its) }))
    .toSorted((one, other) => (one.label < other.label ? -1 : 1));
  const all = `In all: ${showSats(total(rows))}`;
  return [table([HEAD, ...byPaywall]), '', barChart(byDay), '', all, ...stray].join('\n');
}

const HEAD = ['PAYWALL', 'PAYMENTS', 'INCOME'];
