import { existsSync } from 'node:fs';
import { access, constants } from 'node:fs/promises';
import { join } from 'node:path';
import { asTollkeeperError } from '../../../base/index.ts';
import { defaultSettings } from '../../../policy/index.ts';
import { openStore, type Store } from '../../../store/index.ts';
import { pendingQuestions } from '../pending.ts';
import { type Check, failure, failureOf, fine, refused, warning } from './check.ts';
import type { Patient } from './examine.ts';
import { checkPause } from './pause.ts';
import { checkSelling } from './selling.ts';

const NAME = 'task record';
const DAMAGED = (command: string) =>
  `Put a backup in its place: ${command}. Moving tollkeeper.db away starts a new one, which has forgotten what was bought.`;

/**
 * Whether the record opens with these keys, can be written, and is whole; and what it says of pauses and of what is
 * sold. One that is not there is not made.
 */
export async function checkRecord(patient: Patient): Promise<readonly Check[]> {
  const { home, clock, sealer } = patient;
  const path = join(home.path, 'tollkeeper.db');
  if (!existsSync(path)) return [fine(NAME, 'not there yet; it is made when needed')];
  if (sealer === undefined) {
    return [failure(NAME, 'cannot be looked into without its keys', 'Mend the keys first.')];
  }
  const isWritable = await access(path, constants.W_OK).then(
    () => true,
    () => false,
  );
  if (!isWritable) return [failure(NAME, 'is read-only', `Make it yours: chmod u+rw ${path}`)];
  const { bodies, http } = defaultSettings();
  const limits = { ...bodies, maxEach: http.maxBodyBytes };
  try {
    const store = await openStore({ home: home.path, sealer, clock, bodies: limits });
    return await checksOf(patient, store).finally(() => store.close());
  } catch (thrown) {
    return [
      asTollkeeperError(thrown).code === 'store_corrupt'
        ? failure(NAME, 'damaged, so nothing is paid', DAMAGED(home.command('restore FILE')))
        : failureOf(home, NAME, thrown),
    ];
  }
}

async function checksOf(patient: Patient, store: Store): Promise<readonly Check[]> {
  const contents = await contentsOf(patient, store);
  return [contents, ...(await checkPause(patient, store)), ...(await checkSelling(patient, store))];
}

async function contentsOf({ clock, home }: Patient, store: Store): Promise<Check> {
  await store.check();
  if (store.access() === 'read_only') {
    const detail = 'It is only read, and nothing is paid.';
    return refused(home, NAME, { code: 'store_newer', detail });
  }
  if ((await store.audits.due()) !== undefined) {
    const hint = `It is asked by itself. To see how far that is: ${home.command('recover')}`;
    return warning(NAME, 'restored from a backup; the wallet must tell first what it paid', hint);
  }
  const open = await store.tasks.unfinished();
  const waiting = await pendingQuestions({ store, clock });
  return fine(NAME, `whole; ${open.length} open tasks, ${waiting.length} wait for approval`);
}
