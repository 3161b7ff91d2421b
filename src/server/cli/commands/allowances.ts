import * as z from 'zod';
import { minus, showSats } from '../../../base/index.ts';
import { LOCAL_OWNER } from '../../owner.ts';
import { defineCommand } from '../command.ts';
import { EXIT } from '../exit.ts';
import { oneLine, showTime, table } from '../layout.ts';
import { withTollkeeper } from '../opened.ts';

/** Lists what humans allowed for today while they approved. */
export const allowances = defineCommand({
  usage: 'allowances',
  summary: 'List the sums that hosts may still have today without being asked about',
  examples: ['tollkeeper allowances'],
  input: z.strictObject({}),
  run: ({ home, clock, output }) =>
    withTollkeeper(home, async ({ store }) => {
      const given = await store.allowances.list(LOCAL_OWNER, clock.now());
      const shown = given.map(({ id, host, limit, spent, expiresAt }) => ({
        id,
        host,
        limitMsats: limit,
        spentMsats: spent,
        leftMsats: minus(limit, spent),
        expiresAt: new Date(expiresAt).toISOString(),
      }));
      const rows = given.map(({ id, host, limit, spent, expiresAt }) => [
        id,
        oneLine(host),
        `${showSats(minus(limit, spent))} of ${showSats(limit)}`,
        showTime(expiresAt),
      ]);
      const text = rows.length === 0 ? 'No allowances.' : table([HEAD, ...rows]);
      output.answer({ allowances: shown }, text);
      return EXIT.done;
    }),
});

const HEAD = ['ALLOWANCE', 'HOST', 'LEFT', 'UNTIL'];
