import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Client } from '@modelcontextprotocol/client';
import { StdioClientTransport } from '@modelcontextprotocol/client/stdio';
import type { Row } from './row.ts';

/** How much every model reads when it connects. */
export async function benchListing(): Promise<readonly Row[]> {
  const home = mkdtempSync(join(tmpdir(), 'tollkeeper-bench-'));
  const program = join(import.meta.dirname, '..', 'dist', 'tollkeeper.js');
  const args = [program, 'mcp', '--home', home];
  const client = new Client({ name: 'bench', version: '1' });
  await client.connect(new StdioClientTransport({ command: process.execPath, args }));
  const { tools } = await client.listTools();
  await client.close();
  rmSync(home, { recursive: true, force: true });
  const bytes = Buffer.byteLength(JSON.stringify({ tools }));
  return [{ name: 'tools/list', unit: 'bytes', ours: bytes, goal: 12_000 }];
}
