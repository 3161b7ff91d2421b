import { parseArgs } from 'node:util';
import { findHome } from './home.ts';

/** Runs the command that argv names. `mcp` is started without loading the command line: clients wait for it. */
export async function main(args: readonly string[], env: NodeJS.ProcessEnv): Promise<void> {
  const home = mcpHome(args);
  if (home !== undefined) {
    const { serveMcp } = await import('./mcp/serve.ts');
    serveMcp(findHome(home.option, env));
    return;
  }
  const { runCommand } = await import('./cli/program.ts');
  await runCommand(args, env);
}

/** The `--home` of a plain `tollkeeper mcp`; undefined for every other command line. */
function mcpHome(args: readonly string[]): { option: string | undefined } | undefined {
  if (args[0] !== 'mcp') return undefined;
  try {
    const { values } = parseArgs({ args: args.slice(1), options: { home: { type: 'string' } } });
    return { option: values.home };
  } catch {
    return undefined;
  }
}
