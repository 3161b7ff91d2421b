import * as z from 'zod';
import { MINUTE, refuse } from '../../../base/index.ts';
import { type Entry, type Fact, hostOf, type Strand } from '../../../task/index.ts';
import type { Tollkeeper } from '../../compose.ts';
import { LOCAL_OWNER } from '../../owner.ts';
import { flag, taskId, whole } from '../argument.ts';
import { defineCommand } from '../command.ts';
import { EXIT } from '../exit.ts';
import { factDocument } from '../fact-document.ts';
import { interruption } from '../interruption.ts';
import { oneLine, showTime } from '../layout.ts';
import { withTollkeeper } from '../opened.ts';
import type { Session } from '../session.ts';
import { aboutOf } from '../timeline.ts';

/** How many facts are read at once. */
const PAGE = 500;

/** Lists what happened to purchases, fact by fact, and goes on with what happens. */
export const events = defineCommand({
  usage: 'events',
  summary: 'Show what happens to purchases, fact by fact',
  details:
    'One line each, oldest first: the number of the fact, when, which purchase, what, and what it was about. Numbers only go up, so a script goes on with --since. With --follow it goes on until Ctrl-C with whatever any process writes.',
  options: [
    ['--follow', 'go on from now, or from --since, as things happen'],
    ['--since <number>', 'only facts after the one of this number'],
    ['--task <id>', 'only facts of this purchase'],
    ['--limit <n>', 'without --follow: at most so many, 1 to 500 (default 50)'],
  ],
  examples: ['tollkeeper events', 'tollkeeper events --follow --json'],
  input: z.strictObject({
    follow: flag,
    since: whole(0, Number.MAX_SAFE_INTEGER).optional(),
    task: taskId.optional(),
    limit: whole(1, PAGE).optional(),
  }),
  async run(session, { follow, since, task, limit }) {
    if (follow && limit !== undefined)
      return refuse('invalid_input', 'With --follow there is no end, so no --limit.');
    return withTollkeeper(session.home, async tollkeeper => {
      const found = task && (await tollkeeper.buyer.find(LOCAL_OWNER, task));
      if (found && !found.ok) return found;
      const strand = { owner: LOCAL_OWNER, taskId: found?.value.id };
      if (follow) await goOn(session, tollkeeper, strand, since);
      else await list(session, tollkeeper, strand, since, limit ?? 50);
      return EXIT.done;
    });
  },
});

async function list(
  session: Session,
  { store: { journal } }: Tollkeeper,
  strand: Strand,
  since: number | undefined,
  limit: number,
): Promise<void> {
  const found = await (since === undefined
    ? journal.last(limit, strand)
    : journal.after(since, limit, strand));
  for (const entry of found) show(session, entry);
}

async function goOn(
  session: Session,
  { store: { journal, news } }: Tollkeeper,
  strand: Strand,
  since: number | undefined,
): Promise<void> {
  const ended = AbortSignal.any([interruption(), session.output.unread]);
  let number = since ?? (await journal.newest());
  while (!ended.aborted) {
    const mark = news.mark();
    // After a restore, what happens from here on has numbers that were given before.
    const newest = await journal.newest();
    const found = await journal.after(Math.min(number, newest), PAGE, strand);
    for (const entry of found) show(session, entry);
    number = found.at(-1)?.number ?? newest;
    if (found.length < PAGE) await news.after(mark, MINUTE, ended);
  }
}

function show({ output }: Session, { number, taskId, fact }: Entry): void {
  const { at, kind } = fact;
  const head = { number, at: new Date(at).toISOString(), taskId, kind };
  const about = [whereOf(fact), aboutOf(fact)].filter(Boolean).join(', ');
  const text = `${String(number).padStart(6)}  ${showTime(at)}  ${taskId}  ${kind.padEnd(10)}  ${about}`;
  output.answer({ ...head, ...factDocument(fact) }, text.trimEnd());
}

/** What was asked for, and who is paid: the timeline of a single purchase need not say that. */
function whereOf(fact: Fact): string {
  switch (fact.kind) {
    case 'requested':
      return `${fact.request.method} ${oneLine(hostOf(fact.request), 60)}`;
    case 'challenged':
      return oneLine(hostOf(fact.quote), 60);
    case 'reserved':
      return oneLine(fact.host, 60);
    case 'settled':
      return oneLine(hostOf(fact.credential), 60);
    default:
      return '';
  }
}
