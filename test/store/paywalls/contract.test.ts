import { join } from 'node:path';
import { paywallStoreContract } from '../../contract/paywall-store.ts';
import { newHome, storeAt } from '../place.ts';

paywallStoreContract('SQLite', async () => {
  const { home, remove } = await newHome();
  return {
    open: clock => storeAt(home, clock),
    worker: [process.execPath, join(import.meta.dirname, 'worker.ts'), home],
    remove,
  };
});
