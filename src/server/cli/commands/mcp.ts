import * as z from 'zod';
import type { Toolset } from '../../../tools/index.ts';
import { setsNamed } from '../../mcp/sets.ts';
import { defineCommand } from '../command.ts';
import { EXIT } from '../exit.ts';

const error = 'must be buyer, seller, or buyer,seller';
const tools = z.string().transform((text, context): readonly Toolset[] => {
  const sets = setsNamed(text);
  if (sets === undefined) context.issues.push({ code: 'custom', message: error, input: text });
  return sets ?? z.NEVER;
});

/** Serves MCP until the client closes. Clients start it; a plain `tollkeeper mcp` comes here no more than its help does. */
export const mcp = defineCommand({
  usage: 'mcp',
  summary: 'Serve the tools to an MCP client over stdio',
  details:
    'An MCP client starts this by itself: name it in the client’s configuration. It lists the tools that buy; those that sell are listed where --tools says so, for every model reads the whole list on every connection.',
  options: [['--tools <sets>', 'buyer (the default), seller, or buyer,seller']],
  examples: ['tollkeeper mcp --home ~/other-wallet', 'tollkeeper mcp --tools buyer,seller'],
  input: z.strictObject({ tools: tools.default(['buyer']) }),
  async run({ home }, { tools: sets }) {
    const { serveMcp } = await import('../../mcp/serve.ts');
    serveMcp(home, sets);
    return EXIT.done;
  },
});
