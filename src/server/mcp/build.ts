import { McpServer, type ServerContext } from '@modelcontextprotocol/server';
import { type Log, silent, TollkeeperError } from '../../base/index.ts';
import { dispatch, type Tool, type Toolset, toolsOf } from '../../tools/index.ts';
import type { Tollkeeper } from '../compose.ts';
import { VERSION } from '../version.ts';
import { clientOf } from './client.ts';
import { type Dialogs, openDialogs } from './dialog.ts';
import { instructionsFor } from './instructions.ts';
import { registerBodies } from './resources.ts';
import { stateCodecOf } from './retry.ts';
import { listedInput, listedOutput } from './schema.ts';
import { registerSubscriptions } from './subscribe.ts';
import { registerTasks } from './task-resource.ts';
import type { TaskWatch } from './task-watch.ts';
import { toolContext } from './tool-context.ts';

/**
 * Builds the MCP server for one connection, of either era. `open` gives the wired rooms; it is first
 * asked for when a tool is called, a resource read or subscribed to, so that connecting has no effects.
 * `sets` are the tools that it lists.
 */
export function buildServer(
  open: () => Promise<Tollkeeper>,
  watch: TaskWatch,
  sets: readonly Toolset[],
): McpServer {
  const mcp = new McpServer(
    { name: 'tollkeeper', title: 'Tollkeeper', version: VERSION },
    {
      capabilities: {
        tools: { listChanged: false },
        resources: { subscribe: true, listChanged: false },
      },
      instructions: instructionsFor(sets),
      // The SDK's own bridge to 2025 clients loses a slow human's answer; ours does not.
      inputRequired: { legacyShim: false },
      requestState: {
        verify: async (state, context) => stateCodecOf(await open()).verify(state, context),
      },
    },
  );
  let dialogs: Dialogs | undefined;
  const call = async (tool: Tool, args: unknown, context: ServerContext) => {
    let log: Log = silent;
    const contextOf = async () => {
      const tollkeeper = await open();
      log = tollkeeper.log;
      // Before the tool begins: then it is sure that no money moved.
      if (!tool.annotations.readOnlyHint) refuseNewer(tollkeeper);
      dialogs ??= openDialogs(mcp, tollkeeper);
      return toolContext(tollkeeper, clientOf(mcp, context), dialogs, context);
    };
    const dispatched = await dispatch(tool, args, contextOf, () => log);
    return dispatched.kind === 'form' ? dispatched.form : dispatched.result;
  };
  for (const tool of toolsOf(sets)) {
    const { name, title, description, annotations } = tool;
    const inputSchema = listedInput(tool);
    const outputSchema = listedOutput(tool);
    const listed = { title, description, annotations, inputSchema, outputSchema };
    mcp.registerTool(name, listed, (args, context) => call(tool, args, context));
  }
  registerBodies(mcp, open);
  registerTasks(mcp, open);
  registerSubscriptions(mcp, watch);
  spendFirstRequestId(mcp);
  return mcp;
}

/** What a newer version recorded is only read. */
function refuseNewer({ store }: Tollkeeper): void {
  if (store.access() === 'read_only') throw new TollkeeperError('store_newer');
}

/** Older clients ignore that a request with id 0 was withdrawn: so a ping takes that id before any form can. */
function spendFirstRequestId({ server }: McpServer): void {
  server.oninitialized = () => void server.ping().catch(() => undefined);
}
