import {
  type McpServer,
  ResourceNotFoundError,
  ResourceTemplate,
} from '@modelcontextprotocol/server';
import { purchaseOf, type Task } from '../../task/index.ts';
import { envelope, showTask, TASK_URI_TEMPLATE, taskUri } from '../../tools/index.ts';
import { surroundingsOf } from '../approval-text.ts';
import type { Tollkeeper } from '../compose.ts';
import { LOCAL_OWNER } from '../owner.ts';

const JSON_TYPE = { mimeType: 'application/json' };
/** How many of the newest tasks that are not over are listed. */
const MOST_LISTED = 50;

/** Serves tasks as MCP resources, to their owner alone: what l402_task shows, to be subscribed to. */
export function registerTasks(mcp: McpServer, open: () => Promise<Tollkeeper>): void {
  const list = async () => {
    const { store } = await open();
    const listing = { owner: LOCAL_OWNER, limit: MOST_LISTED, openOnly: true };
    return { resources: (await store.tasks.list(listing)).map(listed) };
  };
  mcp.registerResource(
    'task',
    new ResourceTemplate(TASK_URI_TEMPLATE, { list }),
    {
      title: 'Purchase',
      description: 'A purchase as l402_task shows it. Subscribe to hear when it changes.',
      ...JSON_TYPE,
    },
    async (uri, { taskId }) => {
      const tollkeeper = await open();
      const found = await tollkeeper.buyer.find(LOCAL_OWNER, String(taskId));
      if (!found.ok) throw new ResourceNotFoundError(uri.href);
      const text = await shown(tollkeeper, found.value);
      return { contents: [{ uri: uri.href, ...JSON_TYPE, text }] };
    },
  );
}

function listed({ id, facts }: Task) {
  const { method, url } = purchaseOf(facts).requested.request;
  return { uri: taskUri(id), name: `Purchase: ${method} ${url}` };
}

/** The task as JSON. Unlike a tool's result it is one text: so the seller's words come in their envelope. */
async function shown(tollkeeper: Tollkeeper, task: Task): Promise<string> {
  const { clock, home } = tollkeeper;
  const { wallet } = await surroundingsOf(tollkeeper);
  const output = showTask({ clock, wallet, command: home.command }, task);
  const { responseBodyTextPreview: preview } = output;
  return JSON.stringify({
    ...output,
    ...(preview === undefined ? {} : { responseBodyTextPreview: envelope(preview) }),
  });
}
