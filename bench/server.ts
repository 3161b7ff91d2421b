import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { MINUTE, SECOND, systemClock } from '../src/base/index.ts';
import { LOCAL_OWNER } from '../src/server/owner.ts';
import type { Store } from '../src/store/index.ts';
import { statusOf } from '../src/task/index.ts';
import { openSandbox } from '../src/wallet/index.ts';
import { connect } from './connected.ts';
import { cpuOf } from './cpu.ts';
import { openMarket } from './market.ts';
import { openRecord } from './opened.ts';
import type { Row } from './row.ts';

const DEATHS = 3;
/** How long the idle server is watched, ms. */
const WATCHED = 20 * SECOND;

/** The server as it is shipped, beside others on one data directory: killed while it pays, and with nothing to do. */
export async function benchServer(): Promise<readonly Row[]> {
  const takeovers: number[] = [];
  for (let death = 0; death < DEATHS; death += 1) takeovers.push(await atHome(takeover));
  return [
    {
      name: `killed while it paid: until another has ended the purchase, longest of ${DEATHS}`,
      unit: 'ms',
      ours: Math.max(...takeovers),
      goal: { atMost: 12_000 },
    },
    {
      name: 'server with nothing to do, after a purchase',
      unit: '% of a core',
      ours: await atHome(idle),
      goal: { atMost: 0.5 },
    },
  ];
}

/** A data directory with a shop to buy at, and its record. */
interface Place {
  readonly home: string;
  readonly url: string;
  readonly store: Store;
}

async function atHome(measure: (place: Place) => Promise<number>): Promise<number> {
  const home = mkdtempSync(join(tmpdir(), 'tollkeeper-bench-'));
  const store = await openRecord(home);
  const shop = await openMarket(home);
  try {
    return await measure({ home, url: `${shop.url}/weather`, store });
  } finally {
    store.close();
    await shop.close();
    rmSync(home, { recursive: true, force: true });
  }
}

/** From the death of the process that pays to the end of its purchase, ms. */
async function takeover({ home, url, store }: Place): Promise<number> {
  const sandbox = await openSandbox({ home, clock: systemClock });
  await sandbox.setBehaviour({ kind: 'late', ms: SECOND });
  const { balance } = await sandbox.counts();
  const payer = await connect(home);
  const other = await connect(home);
  const buying = payer.call('l402_fetch', { url }).catch(() => undefined);
  await until(store, async () => (await sandbox.counts()).balance < balance);
  await other.call('l402_tasks');
  const killedAt = performance.now();
  process.kill(payer.pid, 'SIGKILL');
  await until(store, () => isCompleted(store));
  const took = performance.now() - killedAt;
  await buying;
  await Promise.all([payer.close(), other.close(), sandbox.close()]);
  return took;
}

async function isCompleted({ tasks }: Store): Promise<boolean> {
  const [task] = await tasks.list({ owner: LOCAL_OWNER, limit: 1 });
  return task !== undefined && statusOf(task.facts, systemClock.now()).status === 'completed';
}

/** The part of a core that a server takes once it has given the lease back, %. */
async function idle({ home, url, store }: Place): Promise<number> {
  const server = await connect(home);
  await server.call('l402_fetch', { url });
  await until(store, async () => (await store.lease.holder()) === undefined);
  const before = await cpuOf(server.pid);
  const startedAt = performance.now();
  await systemClock.after(WATCHED);
  const used = (await cpuOf(server.pid)) - before;
  const part = used / (performance.now() - startedAt);
  await server.close();
  return part * 100;
}

/** Looks at every news, and now and then without any, because the wallet's are not the record's. */
async function until({ news }: Store, holds: () => Promise<boolean>): Promise<void> {
  for (const deadline = performance.now() + MINUTE; ; ) {
    const mark = news.mark();
    if (await holds()) return;
    if (performance.now() > deadline) throw new Error('it never came');
    await news.after(mark, 50);
  }
}
