import type { TaskId } from '../../base/index.ts';
import { holderOf, statusOf } from '../../task/index.ts';
import type { Tollkeeper } from '../compose.ts';
import { oneLine } from './layout.ts';
import { outcomeOf, showCost } from './outcome.ts';
import type { Session } from './session.ts';
import { type Tell, tellOf } from './tell.ts';

/** How many facts are read at once. */
const PAGE = 500;

/** What a process that stays has to tell: who executes, and how purchases get on. */
export interface Bulletin {
  /** Tells what is new since the last time. */
  tell(): Promise<void>;
}

/** Opens the bulletin; it begins with what happens from now on. */
export async function openBulletin(session: Session, tollkeeper: Tollkeeper): Promise<Bulletin> {
  const tell = tellOf(session);
  const executor = openExecutorNews(tell, tollkeeper);
  const purchases = await openPurchaseNews(tell, tollkeeper);
  return {
    async tell() {
      await executor.tell();
      await purchases.tell();
    },
  };
}

/** Who holds the executor lease, whenever that is another process than before. */
function openExecutorNews(tell: Tell, { store: { lease } }: Tollkeeper): Bulletin {
  let told: string | undefined;
  return {
    async tell() {
      const held = await lease.holder();
      const by = held && holderOf(held.holder);
      const name = by && `${by.post}/${by.pid}`;
      if (by === undefined || name === told) return;
      told = name;
      const isOurs = by.pid === process.pid;
      const text = isOurs ? 'This process pays from here on.' : waitingText(by);
      tell({ event: isOurs ? 'executing' : 'standing_by', ...by }, text);
    },
  };
}

function waitingText({ post, pid }: NonNullable<ReturnType<typeof holderOf>>): string {
  return post === 'standing'
    ? `Standing by: another \`tollkeeper up\`, process ${pid}, pays. This one takes over when it ends.`
    : `Standing by: process ${pid} pays. This one takes over when that one ends, or had nothing to do for 10 seconds.`;
}

/** How each purchase gets on: a line whenever its status is found to be another than before. */
async function openPurchaseNews(tell: Tell, tollkeeper: Tollkeeper): Promise<Bulletin> {
  const { journal, tasks } = tollkeeper.store;
  let number = await journal.newest();
  /** The last that was told of each purchase that is not over. */
  const told = new Map<TaskId, string>();
  const tellOne = async (id: TaskId): Promise<void> => {
    const task = await tasks.load(id);
    if (task === undefined) return;
    const { status, code, final } = statusOf(task.facts, tollkeeper.clock.now());
    const state = code === undefined ? status : `${status} (${code})`;
    if (told.get(id) === state) return;
    if (final) told.delete(id);
    else told.set(id, state);
    const { shown } = await outcomeOf(tollkeeper, task);
    const { money, method, host, amountMsats, feeMsats } = shown;
    const cost = amountMsats === undefined ? '' : `  ${showCost(shown)}`;
    tell(
      { event: 'purchase', taskId: id, status, code, money, method, host, amountMsats, feeMsats },
      `${id}  ${state}  ${method} ${oneLine(host, 60)}${cost}`,
    );
  };
  return {
    async tell() {
      // After a restore, what happens from here on has numbers that were given before.
      number = Math.min(number, await journal.newest());
      for (let more = true; more; ) {
        const found = await journal.after(number, PAGE);
        number = found.at(-1)?.number ?? number;
        for (const id of new Set(found.map(({ taskId }) => taskId))) await tellOne(id);
        more = found.length === PAGE;
      }
    },
  };
}
