import { type Connected, connect, type Human } from '../e2e/client.ts';
import { BUNDLE, type Operator } from './operator.ts';

/** An MCP client with a server of its own over stdio, and a human who answers its forms. */
export function startAgent({ home, env }: Operator, human: Human): Promise<Connected> {
  const args = [BUNDLE, 'mcp', '--home', home];
  return connect('v2 modern', { command: process.execPath, args, env: { ...env } }, human);
}
