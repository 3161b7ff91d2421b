import * as z from 'zod';
import { type Msat, msat } from '../../../base/index.ts';
import { STATUSES, type Status, statusOf, type Task } from '../../../task/index.ts';
import { showTask, type TaskOutput } from '../../../tools/index.ts';
import { surroundingsOf } from '../../approval-text.ts';
import type { Tollkeeper } from '../../compose.ts';
import { LOCAL_OWNER } from '../../owner.ts';
import { whole } from '../argument.ts';
import { defineCommand } from '../command.ts';
import { EXIT } from '../exit.ts';
import { oneLine, showMoney, showTime, table } from '../layout.ts';
import { withTollkeeper } from '../opened.ts';

const PAGE = 200;
/** How many pages are looked through for tasks of one status. */
const MOST_PAGES = 10;

/** Lists purchases, newest first. */
export const tasks = defineCommand({
  usage: 'tasks',
  summary: 'List purchases, newest first',
  options: [
    ['--status <status>', `only those that are: ${STATUSES.join(', ')}`],
    ['--limit <n>', 'at most so many, 1 to 200 (default 20)'],
  ],
  examples: ['tollkeeper tasks', 'tollkeeper tasks --status queued --limit 5'],
  input: z.strictObject({
    status: z.enum(STATUSES, { error: `must be one of ${STATUSES.join(', ')}` }).optional(),
    limit: whole(1, PAGE).default(20),
  }),
  run: ({ home, clock, output }, { status, limit }) =>
    withTollkeeper(home, async tollkeeper => {
      const { wallet } = await surroundingsOf(tollkeeper);
      const found = await newest(tollkeeper, status, limit);
      const shown = found.map(task => ({
        ...showTask({ clock, wallet, command: home.command }, task),
        createdAt: createdAt(task),
      }));
      const rows = shown.map(rowOf);
      const text = rows.length === 0 ? 'No purchases.' : table([HEAD, ...rows]);
      output.answer({ tasks: shown.map(briefly) }, text);
      return EXIT.done;
    }),
});

const HEAD = ['TASK', 'STATUS', 'PAID', 'REQUESTED', 'WHAT'];

type Listed = TaskOutput & { readonly createdAt: number };

/** The newest tasks, of one status if it is named. */
async function newest(
  { store, clock }: Tollkeeper,
  status: Status['status'] | undefined,
  limit: number,
): Promise<readonly Task[]> {
  const found: Task[] = [];
  let before: number | undefined;
  for (let pages = 0; pages < MOST_PAGES && found.length < limit; pages += 1) {
    const page = await store.tasks.list({
      owner: LOCAL_OWNER,
      limit: PAGE,
      ...(before === undefined ? {} : { before }),
    });
    const isWanted = (task: Task) =>
      status === undefined || statusOf(task.facts, clock.now()).status === status;
    found.push(...page.filter(isWanted));
    if (page.length < PAGE) break;
    before = page.at(-1)?.facts[0]?.at;
  }
  return found.slice(0, limit);
}

function createdAt({ facts }: Task): number {
  return facts[0]?.at ?? 0;
}

function rowOf(task: Listed): readonly string[] {
  const { taskId, status, method, url, realMoney, denyReasonCode: why } = task;
  const paid = paidFor(task);
  return [
    taskId,
    why === undefined ? status : `${status} (${why})`,
    paid === undefined ? '-' : showMoney(paid, realMoney),
    showTime(task.createdAt),
    `${method} ${oneLine(url, 60)}`,
  ];
}

function paidFor({ amountMsats, feeMsats = 0 }: TaskOutput): Msat | undefined {
  return amountMsats === undefined ? undefined : msat(amountMsats + feeMsats);
}

function briefly({ taskId, status, money, method, url, createdAt: at, ...rest }: Listed): object {
  const { amountMsats, feeMsats, denyReasonCode } = rest;
  const created = new Date(at).toISOString();
  const brief = { taskId, status, money, method, url, createdAt: created };
  return { ...brief, amountMsats, feeMsats, denyReasonCode };
}
