import { openPin, type Pin } from '../../secrets/index.ts';
import { keysOf, openKeys } from '../keys.ts';
import { openSettings, type SettingsFile } from '../settings/index.ts';
import type { Session } from './session.ts';

/** The PIN and the settings, without the task record: they have to work when that is broken. */
export interface Rules {
  readonly pin: Pin;
  readonly settings: SettingsFile;
  /** From here on what the file loosens needs a human's word, if a PIN is set by now: for who stays, as a keeper does. */
  guard(): Promise<void>;
}

/** Opens them. Rejects with `key_unavailable` when a PIN guards the settings and the keys do not open. */
export async function openRules({ home, clock }: Session): Promise<Rules> {
  const pin = openPin(keysOf(home), clock);
  let sealer = (await pin.isSet()) ? await openKeys(home) : undefined;
  return {
    pin,
    settings: openSettings(home.path, () => sealer),
    guard: async () => {
      if (await pin.isSet()) sealer ??= await openKeys(home);
    },
  };
}
