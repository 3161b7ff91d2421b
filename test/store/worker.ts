import { type Job, work } from '../contract/task-store/jobs.ts';
import { storeAt } from './place.ts';

const [home, job] = process.argv.slice(2);
const store = await storeAt(home!);
await work(job as Job, store.tasks);
store.close();
