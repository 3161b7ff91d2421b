import * as z from 'zod';
import { refuse, SECOND } from '../../../base/index.ts';
import { purchaseOf, statusOf, type Task } from '../../../task/index.ts';
import type { Tollkeeper } from '../../compose.ts';
import { defineCommand } from '../command.ts';
import { adviceOn, type Doubt, doubtOf, doubtsOf, doubtText, isInDoubt } from '../doubt.ts';
import { EXIT, type Exit } from '../exit.ts';
import { counted } from '../layout.ts';
import { withTollkeeper } from '../opened.ts';
import { outcomeOf } from '../outcome.ts';
import type { Session } from '../session.ts';
import { auditText, heardWithin } from '../wallets-word.ts';

/** How long the wallet, and the process that may talk to it, have to answer, ms. */
const PATIENCE: number = 20 * SECOND;

/** Shows what money is in doubt, and has the wallet asked about it. Pays nothing that was not approved and begun. */
export const recover = defineCommand({
  usage: 'recover',
  summary: 'Show what money is in doubt, and have the wallet asked about it now',
  details:
    'A payment is in doubt while its sum is held and the wallet has said neither that it paid nor that it never will. The wallet is asked, here or by the process that has the lease, for 20 seconds at most; then each purchase is shown with what came of it. After a restore, it also shows what the wallet paid since the backup. Nothing is ever bought again. Ends with 0 if nothing is in doubt any more, 1 if something still is, 4 if nothing was.',
  examples: ['tollkeeper recover', 'tollkeeper recover --json'],
  input: z.strictObject({}),
  run: session =>
    withTollkeeper(session.home, async tollkeeper => {
      const { store } = tollkeeper;
      if (store.access() === 'read_only') return refuse('store_newer');
      const doubts = await doubtsOf(tollkeeper);
      const isDue = (await store.audits.due()) !== undefined;
      if (doubts.length === 0 && !isDue) return nothing(session);
      const what = [
        ...(doubts.length > 0 ? [counted(doubts.length, 'payment')] : []),
        ...(isDue ? ['what it paid since the backup'] : []),
      ];
      session.output.remark(
        `The wallet is asked about ${what.join(' and ')}, for 20 seconds at most …`,
      );
      return cleared(session, tollkeeper, doubts, isDue);
    }),
});

/** Has the doubts looked into, and says what came of each. */
async function cleared(
  { output }: Session,
  tollkeeper: Tollkeeper,
  doubts: readonly Doubt[],
  isDue: boolean,
): Promise<Exit> {
  tollkeeper.wake();
  const [reports, audit] = await Promise.all([
    Promise.all(doubts.map(doubt => reportOn(tollkeeper, doubt))),
    isDue ? heardWithin(tollkeeper, PATIENCE) : undefined,
  ]);
  const isClear = audit?.audited !== false && reports.every(({ result }) => result !== 'in_doubt');
  const said = [...reports.map(({ text }) => text), ...(audit ? [auditText(audit)] : [])];
  output.answer({ purchases: reports.map(documentOf), audit }, said.join('\n\n'));
  return isClear ? EXIT.done : EXIT.failed;
}

function nothing({ output }: Session): Exit {
  output.answer({ purchases: [] }, 'No money is in doubt.');
  return EXIT.nothing;
}

type Report = Awaited<ReturnType<typeof reportOn>>;

async function reportOn(tollkeeper: Tollkeeper, { task }: Doubt) {
  const isEnough = ({ facts }: Task, now: number) => statusOf(facts, now).final;
  const after = await tollkeeper.buyer.wait(task, { ms: PATIENCE, isEnough });
  const { shown, text: outcome } = await outcomeOf(tollkeeper, after);
  const doubt = doubtOf(after);
  const advice = isInDoubt(after) ? await adviceOn(tollkeeper, doubt) : undefined;
  const history = doubtText(doubt, shown.realMoney);
  const text = [outcome, history, ...(advice === undefined ? [] : [`→ ${advice}`])].join('\n');
  return { doubt, result: resultOf(after), shown, advice, text };
}

function resultOf({ facts }: Task): 'paid' | 'released' | 'in_doubt' {
  const { settled, end } = purchaseOf(facts);
  if (settled !== undefined) return 'paid';
  return end === undefined ? 'in_doubt' : 'released';
}

function documentOf({ doubt, result, shown, advice }: Report): object {
  const { task, since, held, paymentHash, invoiceEnds, deeds } = doubt;
  return {
    taskId: task.id,
    result,
    since: new Date(since).toISOString(),
    heldMsats: held,
    paymentHash,
    invoiceExpiresAt: new Date(invoiceEnds).toISOString(),
    done: deeds.map(({ at, kind }) => ({ at: new Date(at).toISOString(), kind })),
    advice,
    task: shown,
  };
}
