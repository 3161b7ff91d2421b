import { join } from 'node:path';
import { taskStoreContract } from '../contract/task-store.ts';
import { newHome, storeAt } from './place.ts';

taskStoreContract('SQLite', async () => {
  const { home, remove } = await newHome();
  return {
    open: clock => storeAt(home, clock),
    worker: [process.execPath, join(import.meta.dirname, 'worker.ts'), home],
    remove,
  };
});
