import { CODES, type TaskId } from '../base/index.ts';
import type { Status } from '../task/index.ts';
import { addressed } from './problem.ts';

/** The call or the human act that moves a task on. `command` spells a command line for a human. */
export function nextFor(
  taskId: TaskId,
  { status, code, final }: Status,
  command: (words: string) => string,
): string {
  if (code === 'APPROVAL_REQUIRED') {
    return `A human approves by answering the form, or at a terminal with: ${command(`approve ${taskId}`)}. Then call l402_task with this taskId and waitMs.`;
  }
  if (!final) return 'Call l402_task with this taskId and waitMs; do not buy again.';
  if (code === 'approval_declined' || code === 'approval_expired') {
    return 'Only if the human wants it: l402_approve with this taskId asks again.';
  }
  if (code !== undefined) return addressed(CODES[code].hint, command);
  return status === 'completed' || status === 'cached'
    ? 'Done. l402_read with this taskId returns the whole body.'
    : 'Done.';
}
