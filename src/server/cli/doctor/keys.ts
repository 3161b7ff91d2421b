import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { Sealer } from '../../../secrets/index.ts';
import { keysOf, openKeys } from '../../keys.ts';
import type { Session } from '../session.ts';
import { type Check, failure, failureOf, fine } from './check.ts';

const NAME = 'keys';

/** Whether the keys open. Missing ones are not made: a record that was sealed with them would be lost for good. */
export async function checkKeys({
  home,
}: Session): Promise<{ readonly check: Check; readonly sealer: Sealer | undefined }> {
  if (!existsSync(join(keysOf(home), 'data.key'))) {
    return { check: missing(existsSync(join(home.path, 'tollkeeper.db'))), sealer: undefined };
  }
  try {
    return { check: fine(NAME, 'they open'), sealer: await openKeys(home) };
  } catch (thrown) {
    return { check: failureOf(home, NAME, thrown), sealer: undefined };
  }
}

function missing(isNeeded: boolean): Check {
  if (!isNeeded) return fine(NAME, 'not there yet; they are made when needed');
  const hint = 'Bring keys/ back from a backup, before anything else is started.';
  return failure(NAME, 'keys/data.key is missing, and the task record was sealed with it', hint);
}
