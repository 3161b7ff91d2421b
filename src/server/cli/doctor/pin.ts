import type { Pin } from '../../../secrets/index.ts';
import type { Session } from '../session.ts';
import { type Check, failureOf, fine } from './check.ts';

const NAME = 'PIN';

/** Whether an approval PIN is set; with the sandbox wallet it is optional. */
export async function checkPin({ home }: Session, pin: Pin): Promise<Check> {
  try {
    return fine(NAME, (await pin.isSet()) ? 'set' : 'none; optional with play money');
  } catch (thrown) {
    return failureOf(home, NAME, thrown);
  }
}
