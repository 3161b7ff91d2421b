import { parseArgs } from 'node:util';
import type { Toolset } from '../tools/index.ts';
import { findHome } from './home.ts';
import { setsNamed } from './mcp/sets.ts';

/** Runs the command that argv names. `mcp` is started without loading the command line: clients wait for it. */
export async function main(args: readonly string[], env: NodeJS.ProcessEnv): Promise<void> {
  const plain = plainMcp(args);
  if (plain !== undefined) {
    const { serveMcp } = await import('./mcp/serve.ts');
    serveMcp(findHome(plain.home, env), plain.sets);
    return;
  }
  const { runCommand } = await import('./cli/program.ts');
  await runCommand(args, env);
}

/** What a `tollkeeper mcp` names that needs nothing explained; undefined for every other command line. */
function plainMcp(
  args: readonly string[],
): { home: string | undefined; sets: readonly Toolset[] } | undefined {
  if (args[0] !== 'mcp') return undefined;
  try {
    const options = { home: { type: 'string' }, tools: { type: 'string' } } as const;
    const { home, tools = 'buyer' } = parseArgs({ args: args.slice(1), options }).values;
    const sets = setsNamed(tools);
    return sets && { home, sets };
  } catch {
    return undefined;
  }
}
