import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { SECOND } from '../src/base/index.ts';
import { bought, headFor } from './gateway.ts';
import { gatewayParts } from './gateway-parts.ts';
import { load } from './load.ts';
import type { Row } from './row.ts';

const CONNECTIONS = 32;
/** Until V8 has made its young generation as large as it will be. */
const WARMING = 200_000;
const REQUESTS = 1_000_000;
const ROUND_MS: number = 5 * SECOND;
const MB = 1_000_000;

/** What a million paid requests leave behind in the gateway's memory. */
export async function benchGatewayMemory(): Promise<readonly Row[]> {
  const home = mkdtempSync(join(tmpdir(), 'tollkeeper-bench-'));
  const parts = gatewayParts();
  try {
    const upstream = await parts.open('upstream');
    const { origin, memory } = await parts.open('gateway', upstream.origin, home, 'uncounted');
    const head = headFor(await bought(home, origin));
    await requests(WARMING, origin, head);
    const before = await memory();
    await requests(REQUESTS, origin, head);
    const after = await memory();
    const row = (what: 'rss' | 'heapUsed', said: string): Row => ({
      name: `gateway: ${said} after ${REQUESTS.toLocaleString('en')} requests`,
      unit: 'MB',
      ours: after[what] / MB,
      against: {
        name: `after the first ${WARMING.toLocaleString('en')}`,
        value: before[what] / MB,
      },
      goal: { atMost: 1.1 },
    });
    return [row('heapUsed', 'live heap'), row('rss', 'resident memory')];
  } finally {
    parts.close();
    rmSync(home, { recursive: true, force: true });
  }
}

/** At least so many, in rounds. */
async function requests(count: number, origin: string, head: string): Promise<void> {
  for (let done = 0; done < count; ) {
    const { perSecond } = await load(origin, head, CONNECTIONS, ROUND_MS);
    done += (perSecond * ROUND_MS) / SECOND;
  }
}
