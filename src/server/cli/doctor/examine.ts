import type { Sealer } from '../../../secrets/index.ts';
import type { Session } from '../session.ts';
import { type Check, fine } from './check.ts';
import { checkDirectory } from './directory.ts';
import { checkDisk } from './disk.ts';
import { checkKeys } from './keys.ts';
import { checkPin } from './pin.ts';
import { checkRecord } from './record.ts';
import { checkSettings } from './settings.ts';
import { checkWallet } from './wallet.ts';

/** What the checks after the keys look at. */
export interface Patient extends Session {
  /** The keys, if there are any and they open. */
  readonly sealer: Sealer | undefined;
}

/** Makes every check that makes sense, each of which survives what the others find. */
export async function examine(session: Session): Promise<readonly Check[]> {
  const program = fine('node', process.version);
  const directory = await checkDirectory(session);
  const disk = await checkDisk(session);
  if (directory.state !== 'there') return [program, directory.check, disk];
  const keys = await checkKeys(session);
  const patient: Patient = { ...session, sealer: keys.sealer };
  const pin = await checkPin(patient);
  return [
    program,
    directory.check,
    disk,
    keys.check,
    pin,
    await checkSettings(patient),
    await checkRecord(patient),
    await checkWallet(patient),
  ];
}
