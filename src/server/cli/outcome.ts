import { msat, sum } from '../../base/index.ts';
import { type Status, statusOf, type Task } from '../../task/index.ts';
import { showTask, type TaskOutput } from '../../tools/index.ts';
import { surroundingsOf } from '../approval-text.ts';
import type { Tollkeeper } from '../compose.ts';
import { EXIT, type Exit, exitFor } from './exit.ts';
import { oneLine, showMoney } from './layout.ts';
import { problemAt } from './problem.ts';

/** A task as a command shows it, and what it means for the command's end. */
export interface Outcome {
  readonly shown: TaskOutput;
  readonly text: string;
  readonly exit: Exit;
}

/** Shows where a task is now. */
export async function outcomeOf(tollkeeper: Tollkeeper, task: Task): Promise<Outcome> {
  const { clock, home } = tollkeeper;
  const { wallet } = await surroundingsOf(tollkeeper);
  const shown = showTask({ clock, wallet, command: home.command }, task);
  const status = statusOf(task.facts, clock.now());
  const { code, detail } = status;
  const problem = code && problemAt(home, detail === undefined ? { code } : { code, detail });
  const lines = [
    `${task.id}: ${status.status}`,
    `${shown.method} ${oneLine(shown.url)}`,
    showCost(shown),
    problem && `${problem.message}\n${problem.hint}`,
    showAnswer(shown),
  ];
  const text = lines.filter(line => line !== undefined).join('\n');
  return { shown, text, exit: exitOf(status) };
}

/** What was paid, or what is known of it. */
export function showCost({ amountMsats, feeMsats = 0, money, realMoney }: TaskOutput): string {
  if (amountMsats !== undefined) {
    return `Paid ${showMoney(sum(msat(amountMsats), msat(feeMsats)), realMoney)}, fees in.`;
  }
  return money === 'not_moved' ? 'Nothing was paid.' : 'Money may have moved.';
}

/** What came back, without a word of the seller's. */
export function showAnswer({
  responseStatusCode: status,
  responseContentType: type,
  responseBytes: bytes,
  responseBodySha256: sha256,
}: TaskOutput): string | undefined {
  if (status === undefined) return undefined;
  const kind = type === undefined ? '' : ` of ${oneLine(type, 60)}`;
  return `Answer: HTTP ${status}, ${bytes} bytes${kind}, sha256 ${sha256}`;
}

function exitOf({ final, code }: Status): Exit {
  if (code !== undefined) return exitFor(code);
  return final ? EXIT.done : EXIT.failed;
}
