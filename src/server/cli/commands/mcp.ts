import * as z from 'zod';
import { defineCommand } from '../command.ts';
import { EXIT } from '../exit.ts';

/** Serves MCP until the client closes. Clients start it; a plain `tollkeeper mcp` comes here no more than its help does. */
export const mcp = defineCommand({
  usage: 'mcp',
  summary: 'Serve the tools to an MCP client over stdio',
  details: 'An MCP client starts this by itself: name it in the client’s configuration.',
  examples: ['tollkeeper mcp --home ~/other-wallet'],
  input: z.strictObject({}),
  async run({ home }) {
    const { serveMcp } = await import('../../mcp/serve.ts');
    serveMcp(home);
    return EXIT.done;
  },
});
