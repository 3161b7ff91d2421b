import { join } from 'node:path';
import { expect, test } from 'vitest';
import { openKeyring } from '../../src/secrets/index.ts';
import { backUp, openBackup } from '../../src/store/index.ts';
import { FREE_HAND } from '../task/parts.ts';
import { of, tasksOf } from './books-check.ts';
import { BANK_WAITS_MS, FATES, LEASE_OVER_MS } from './matrix.ts';
import { openRig, type Rig } from './rig.ts';

// Crash matrix C10: the record is put back to a copy from before a payment, of which only the bank still knows.

/** Two purchases of 100 sats fit, and no third. */
const SETTINGS = { ...FREE_HAND, caps: { daySats: 250 } };

test.each(FATES)(
  'C10: a payment that the restored record knows nothing of is never made again, and what it took is no longer there to spend: $name',
  async ({ behaviour }) => {
    const rig = await openRig(SETTINGS);
    await rig.bank.hurry(BANK_WAITS_MS);
    const { origin } = await rig.seller();
    const file = join(rig.home, 'copy');
    await buyFirst(rig, origin);
    await backUp(rig.home, file);
    await rig.bank.setBehaviour(behaviour);
    await payAndDie(rig, `${origin}/lost`);
    const lost = await lostHash(rig);
    await restore(rig, file);

    const next = await rig.start();
    expect(await next.tell({ do: 'finish', ms: 60_000 })).toBe(true);
    await rig.bank.setBehaviour({ kind: 'instant' });
    const third = await next.tell({ do: 'buy', url: `${origin}/third` });
    expect(third).toMatchObject(
      behaviour.kind === 'fail'
        ? { status: 'completed', money: 'moved' }
        : { status: 'blocked', code: 'BUDGET_EXCEEDED', money: 'not_moved' },
    );
    expect(await rig.bank.orders(lost)).toBe(1);
    await checkBudget(rig);
  },
);

async function buyFirst(rig: Rig, origin: string): Promise<void> {
  const buyer = await rig.start();
  expect(await buyer.tell({ do: 'buy', url: `${origin}/first` })).toMatchObject({ money: 'moved' });
  await buyer.tell({ do: 'close' });
}

async function payAndDie(rig: Rig, url: string): Promise<void> {
  const buyer = await rig.start({ halt: { at: 'C2', signal: 'SIGKILL' } });
  buyer.mention({ do: 'buy', url });
  expect(await buyer.gone).toBe('SIGKILL');
  rig.pass(LEASE_OVER_MS);
}

async function lostHash(rig: Rig): Promise<string> {
  const task = (await tasksOf(rig)).at(-1)!;
  return of(task.facts, 'reserved')[0]!.paymentHash;
}

async function restore({ home, clock }: Rig, file: string): Promise<void> {
  const sealer = await openKeyring(join(home, 'keys'));
  const backup = await openBackup({ home, file, sealer, clock });
  await backup.restore();
  await backup.close();
}

/** All that left the bank, or may leave it, counts as spent. */
async function checkBudget({ store, bank, clock }: Rig): Promise<void> {
  const now = clock.now();
  const { spend } = await store.ledger.books({ owner: 'local', host: 'none', now });
  const taken = (await bank.payments()).filter(({ state }) => state !== 'failed');
  const total = taken.reduce((sum, { cost }) => sum + cost, 0n);
  expect(spend.day).toBeGreaterThanOrEqual(total);
}
