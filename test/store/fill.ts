import { asTollkeeperError, newId } from '../../src/base/index.ts';
import {
  appending,
  OWNER,
  reads,
  requested,
  reserved,
  settled,
} from '../contract/task-store/fixture.ts';
import { storeAt } from './place.ts';

/** Buys until the disk is full; prints the tasks whose purchase was answered, and the code of the end. */
const store = await storeAt(process.argv[2]!);
const answered: string[] = [];
try {
  for (;;) {
    const id = newId('task');
    const first = requested({ url: `https://seller.example/${'long'.repeat(2000)}` });
    await store.tasks.open({ owner: OWNER, key: id }, id, first);
    await store.tasks.append(id, reads(), appending(reserved(1), settled(1)));
    answered.push(id);
  }
} catch (thrown) {
  process.stdout.write(JSON.stringify({ answered, code: asTollkeeperError(thrown).code }));
}
store.close();
