import type { TaskId } from '../base/index.ts';

/** Where MCP clients find the bodies that were bought; `{taskId}` is a task's id. */
export const BODY_URI_TEMPLATE = 'tollkeeper://body/{taskId}';

/** The resource URI of the body that a task bought. */
export function bodyUri(taskId: TaskId): string {
  return `tollkeeper://body/${taskId}`;
}
