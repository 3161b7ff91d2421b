import * as z from 'zod';
import { DAY, type Msat, sum } from '../../../base/index.ts';
import type { Income } from '../../../paywall/index.ts';
import type { Tollkeeper } from '../../compose.ts';
import { LOCAL_OWNER } from '../../owner.ts';
import { whole } from '../argument.ts';
import { barChart } from '../bar-chart.ts';
import { defineCommand } from '../command.ts';
import { EXIT } from '../exit.ts';
import { paywallMeant } from '../found-paywall.ts';
import { oneLine, showMoney, table } from '../layout.ts';
import { withTollkeeper } from '../opened.ts';

/** How many days are shown where nobody says how many. */
const DAYS = 30;

/** Shows what paywalls earned, by paywall and by day. */
export const income = defineCommand({
  usage: 'income',
  summary: 'Show what your paywalls earned, by paywall and by day',
  details:
    'Days are of UTC. Play money is counted apart, and so are payments for no invoice of the record, which are no paywall’s.',
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
      const unknown = found === undefined ? await takings.unknown(since) : undefined;
      const names = await namesIn(tollkeeper);
      const document = {
        since: new Date(since).toISOString(),
        totals: byMoney(rows).map(({ real, its }) => ({
          realMoney: real,
          totalMsats: total(its),
          payments: payments(its),
        })),
        unknownPayments: unknown,
        days: rows.map(({ paywallId, day, real, amount, payments: count }) => ({
          day,
          paywallId,
          name: names.get(paywallId),
          realMoney: real,
          amountMsats: amount,
          payments: count,
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

function payments(rows: readonly Income[]): number {
  return rows.reduce((count, { payments: more }) => count + more, 0);
}

/** Real money first; what did not come in is left out. */
function byMoney(rows: readonly Income[]) {
  return [true, false]
    .map(real => ({ real, its: rows.filter(row => row.real === real) }))
    .filter(({ its }) => its.length > 0);
}

function textOf(rows: readonly Income[], names: Names, unknown: number | undefined): string {
  const shown = byMoney(rows).map(({ real, its }) => moneyText(its, names, real));
  if (shown.length === 0) shown.push('Nothing came in.');
  if (unknown) shown.push(`${unknown} payments came in for no invoice of this record.`);
  return shown.join('\n\n');
}

function moneyText(rows: readonly Income[], names: Names, real: boolean): string {
  const byPaywall = [...Map.groupBy(rows, ({ paywallId }) => paywallId)].map(([id, its]) => [
    oneLine(names.get(id) ?? id, 40),
    String(payments(its)),
    showMoney(total(its), real),
  ]);
  const byDay = [...Map.groupBy(rows, ({ day }) => day)]
    .map(([day, its]) => ({ label: day, amount: total(its) }))
    .toSorted((one, other) => (one.label < other.label ? -1 : 1));
  const all = `In all: ${showMoney(total(rows), real)}`;
  return [table([HEAD, ...byPaywall]), '', barChart(byDay), '', all].join('\n');
}

const HEAD = ['PAYWALL', 'PAYMENTS', 'INCOME'];
