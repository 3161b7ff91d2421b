import { join } from 'node:path';
import { Client } from '@modelcontextprotocol/client';
import { StdioClientTransport } from '@modelcontextprotocol/client/stdio';

/** A client, connected to a server of its own as it is shipped. */
export interface Connected {
  readonly client: Client;
  readonly pid: number;
  call(name: string, input?: Record<string, unknown>): Promise<unknown>;
  close(): Promise<void>;
}

/** Starts the server on a data directory and connects a client to it. */
export async function connect(home: string): Promise<Connected> {
  const program = join(import.meta.dirname, '..', 'dist', 'tollkeeper.js');
  const args = [program, 'mcp', '--home', home];
  const client = new Client({ name: 'bench', version: '1' });
  const transport = new StdioClientTransport({ command: process.execPath, args });
  await client.connect(transport);
  if (transport.pid === null) throw new Error('the server has ended');
  return {
    client,
    pid: transport.pid,
    call: (name, input = {}) => client.callTool({ name, arguments: input }),
    close: () => client.close(),
  };
}
