import { openPin, type Pin, type Sealer } from '../../../secrets/index.ts';
import { keysOf } from '../../keys.ts';
import { openSettings, type SettingsFile } from '../../settings/index.ts';
import type { Session } from '../session.ts';
import { type Check, fine } from './check.ts';
import { checkDirectory } from './directory.ts';
import { checkDisk } from './disk.ts';
import { checkKeys } from './keys.ts';
import { checkNode } from './node.ts';
import { checkPin } from './pin.ts';
import { checkRecord } from './record.ts';
import { checkSettings } from './settings.ts';
import { checkWallet } from './wallet.ts';

/** What the checks after the keys look at. */
export interface Patient extends Session {
  /** The keys, if there are any and they open. */
  readonly sealer: Sealer | undefined;
  readonly pin: Pin;
  readonly settings: SettingsFile;
}

/** Makes every check that makes sense, each of which survives what the others find. */
export async function examine(session: Session): Promise<readonly Check[]> {
  const program = fine('node', process.version);
  const directory = await checkDirectory(session);
  const disk = await checkDisk(session);
  if (directory.state !== 'there') return [program, directory.check, disk];
  const keys = await checkKeys(session);
  const patient = await admitted(session, keys.sealer);
  return [
    program,
    directory.check,
    disk,
    keys.check,
    await checkPin(session, patient.pin),
    checkSettings(patient),
    ...(await checkRecord(patient)),
    ...(await checkMoney(patient)),
  ];
}

async function admitted(session: Session, sealer: Sealer | undefined): Promise<Patient> {
  const { home, clock } = session;
  const pin = openPin(keysOf(home), clock);
  // A PIN that cannot be read guards all the more.
  const guarded = await pin.isSet().catch(() => true);
  const settings = openSettings(home.path, () => (guarded ? sealer : undefined));
  return { ...session, sealer, pin, settings };
}

/** Whatever the settings name as the wallet; what is wrong with the settings themselves is told apart. */
async function checkMoney(patient: Patient): Promise<readonly Check[]> {
  const { policy } = patient.settings.read();
  return policy.lnd === undefined ? [await checkWallet(patient)] : checkNode(patient, policy);
}
