import { join } from 'node:path';
import { expect, test } from 'vitest';
import { systemClock } from '../../../src/base/index.ts';
import { openKeyring } from '../../../src/secrets/index.ts';
import { backUp, openBackup } from '../../../src/store/index.ts';
import {
  created,
  NODE,
  OWNER,
  PAYWALL,
  paused,
  proposed,
  receipt,
  token,
} from '../../contract/paywall-store/fixture.ts';
import { newHome, storeAt } from '../place.ts';

test('a restored record sells nothing until a human opens it, and books what it missed', async () => {
  const { home, remove } = await newHome();
  let store = await storeAt(home);
  const append = (...events: ReturnType<typeof created>[]) =>
    store.paywalls.registry.append({ owner: OWNER, now: 1 }, () => ({ append: events, answer: 0 }));
  const [before, after] = [token(), token()];
  await store.paywalls.tokens.keep(before);
  await append(created(), created({ id: 'pw_2', status: 'paused' }), proposed());
  const file = join(home, 'backup');
  await backUp(home, file);
  await append(paused(2));
  await store.paywalls.tokens.keep(after);
  for (const [at, { paymentHash }] of [before, after].entries())
    await store.paywalls.takings.book(NODE, receipt(at + 1, paymentHash));
  store.close();

  const sealer = await openKeyring(join(home, 'keys'));
  const backup = await openBackup({ home, file, sealer, clock: systemClock });
  expect(await backup.restore()).toMatchObject({ paused: 1, cancelled: 0 });
  await backup.close();

  store = await storeAt(home);
  const { registry, takings } = store.paywalls;
  const { paywalls, pending } = await registry.view();
  expect(paywalls).toHaveLength(2);
  for (const each of paywalls) expect(each).toMatchObject({ status: 'paused' });
  expect(paywalls.find(({ id }) => id === PAYWALL)?.approved).toBeUndefined();
  expect(pending).toEqual([]);

  expect(await takings.cursor('node')).toBe(0n);
  for (const [at, { paymentHash }] of [before, after].entries())
    await takings.book(NODE, receipt(at + 1, paymentHash));
  expect(await takings.list({ owner: OWNER, limit: 9 })).toMatchObject([{ fit: 'whole' }]);
  expect(await takings.unknown(0)).toBe(1);
  store.close();
  await remove();
});
