import { work } from '../../contract/paywall-store/job.ts';
import { storeAt } from '../place.ts';

const [home, tokenId, hashes] = process.argv.slice(2);
const store = await storeAt(home!);
await work(store.paywalls, tokenId!, hashes!.split(','));
