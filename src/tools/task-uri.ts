import type { TaskId } from '../base/index.ts';

const PREFIX = 'tollkeeper://task/';

/** Where MCP clients find tasks; `{taskId}` is a task's id. */
export const TASK_URI_TEMPLATE = `${PREFIX}{taskId}`;

/** The resource URI of a task. */
export function taskUri(taskId: TaskId): string {
  return PREFIX + taskId;
}

/** What stands for the task's id in such a URI; undefined for any other URI. */
export function taskIdIn(uri: string): string | undefined {
  return uri.startsWith(PREFIX) ? uri.slice(PREFIX.length) : undefined;
}
