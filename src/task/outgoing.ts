import type { Outgoing } from '../http/index.ts';
import type { Means } from './means.ts';
import { purchaseOf } from './purchase.ts';
import type { Task } from './store.ts';

/** The request of a task as it leaves, its sealed body opened; `authorization` is a secret. */
export async function outgoingOf(
  { tasks }: Pick<Means, 'tasks'>,
  task: Task,
  url: string,
  authorization: string | undefined,
): Promise<Outgoing> {
  const { method, headers, bodyDigest } = purchaseOf(task.facts).requested.request;
  const secret = bodyDigest === undefined ? undefined : await tasks.reveal(task.id, 'requested');
  return {
    url,
    method,
    headers,
    redirects: authorization === undefined ? 'follow' : 'refuse',
    ...(secret === undefined ? {} : { body: secret.body }),
    ...(authorization === undefined ? {} : { authorization }),
  };
}
