import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connect } from './connected.ts';
import type { Row } from './row.ts';

/** How much every model reads when it connects. */
export async function benchListing(): Promise<readonly Row[]> {
  const home = mkdtempSync(join(tmpdir(), 'tollkeeper-bench-'));
  const { client } = await connect(home);
  const { tools } = await client.listTools();
  await client.close();
  rmSync(home, { recursive: true, force: true });
  const bytes = Buffer.byteLength(JSON.stringify({ tools }));
  return [{ name: 'tools/list', unit: 'bytes', ours: bytes, goal: { atMost: 12_000 } }];
}
