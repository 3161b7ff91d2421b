import { McpServer, type ServerContext } from '@modelcontextprotocol/server';
import { type Log, silent } from '../../base/index.ts';
import { BUYER_TOOLS, dispatch, type Tool } from '../../tools/index.ts';
import { surroundingsOf } from '../approval-text.ts';
import type { Tollkeeper } from '../compose.ts';
import { VERSION } from '../version.ts';
import { clientOf } from './client.ts';
import { type Dialogs, openDialogs } from './dialog.ts';
import { INSTRUCTIONS } from './instructions.ts';
import { registerBodies } from './resources.ts';
import { askByRetry, openStateCodec } from './retry.ts';
import { listedInput, listedOutput } from './schema.ts';
import { toolContext } from './tool-context.ts';

/**
 * Builds the MCP server for one connection, of either era. `open` gives the wired rooms; it is first
 * asked for when a tool is called, so that connecting has no effects.
 */
export function buildServer(open: () => Promise<Tollkeeper>): McpServer {
  const mcp = new McpServer(
    { name: 'tollkeeper', title: 'Tollkeeper', version: VERSION },
    {
      capabilities: { tools: {}, resources: {} },
      instructions: INSTRUCTIONS,
      // The SDK's own bridge to 2025 clients loses a slow human's answer; ours does not.
      inputRequired: { legacyShim: false },
      requestState: {
        verify: async (state, context) => (await codec(open)).verify(state, context),
      },
    },
  );
  let dialogs: Dialogs | undefined;
  const call = async (tool: Tool, args: unknown, context: ServerContext) => {
    let log: Log = silent;
    const contextOf = async () => {
      const tollkeeper = await open();
      log = tollkeeper.log;
      dialogs ??= openDialogs(mcp, tollkeeper);
      return toolContext(tollkeeper, clientOf(mcp, context), dialogs, context);
    };
    const dispatched = await dispatch(tool, args, contextOf, () => log);
    if (dispatched.kind === 'result') return dispatched.result;
    const around = await surroundingsOf(await open());
    return askByRetry(dispatched.question, around, await codec(open), context);
  };
  for (const tool of BUYER_TOOLS) {
    const { name, title, description, annotations } = tool;
    const inputSchema = listedInput(tool);
    const outputSchema = listedOutput(tool);
    const listed = { title, description, annotations, inputSchema, outputSchema };
    mcp.registerTool(name, listed, (args, context) => call(tool, args, context));
  }
  registerBodies(mcp, open);
  spendFirstRequestId(mcp);
  return mcp;
}

/** Older clients ignore that a request with id 0 was withdrawn: so a ping takes that id before any form can. */
function spendFirstRequestId({ server }: McpServer): void {
  server.oninitialized = () => void server.ping().catch(() => undefined);
}

async function codec(open: () => Promise<Tollkeeper>) {
  const { sealer } = await open();
  return openStateCodec(sealer.derive('mcp-request-state'));
}
