import { join } from 'node:path';
import { openPin } from '../../../secrets/index.ts';
import type { Session } from '../session.ts';
import { type Check, failureOf, fine } from './check.ts';

const NAME = 'PIN';

/** Whether an approval PIN is set; with the sandbox wallet it is optional. */
export async function checkPin({ home, clock }: Session): Promise<Check> {
  try {
    const isSet = await openPin(join(home.path, 'keys'), clock).isSet();
    return fine(NAME, isSet ? 'set' : 'none; optional with play money');
  } catch (thrown) {
    return failureOf(NAME, thrown);
  }
}
