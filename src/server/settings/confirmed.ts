import { join } from 'node:path';
import {
  defaultSettings,
  parseSettings,
  type Settings,
  type SettingsIssue,
} from '../../policy/index.ts';
import type { Sealer } from '../../secrets/index.ts';
import { type FileText, readFileText } from './file-text.ts';
import { keepFile, swapFile } from './keep-file.ts';

const PURPOSE = 'settings/confirmed';

const TAMPERED: SettingsIssue = {
  path: 'keys/confirmed-settings',
  problem: 'does not open with the keys',
  fix: 'Look through the settings, then confirm them with the PIN.',
};

/** What was confirmed, and what is wrong with it. */
export interface Opened {
  readonly settings: Settings;
  readonly issues: readonly SettingsIssue[];
}

/** The settings that a human last confirmed, with all that was tightened since; sealed so that no editor can write them. */
export interface Confirmed {
  /** What the disk has now. */
  look(): FileText;
  /** The settings in it: the defaults if nothing was ever confirmed, and, with an issue, if it was tampered with. */
  open(sealed: FileText, sealer: Sealer): Opened;
  /** Rejects with `store_unavailable`. */
  keep(settings: Settings, sealer: Sealer): Promise<void>;
  /** The same at once, if `holds` to the last; false if it did not, or could not be written. */
  swap(settings: Settings, sealer: Sealer, holds: () => boolean): boolean;
}

/** The sealed settings of a data directory, in `keys/confirmed-settings`. */
export function confirmedSettings(home: string): Confirmed {
  const path = join(home, 'keys', 'confirmed-settings');
  return {
    look: () => readFileText(path),
    open: (sealed, sealer) => {
      if (sealed.kind === 'missing') return { settings: defaultSettings(), issues: [] };
      const settings = sealed.kind === 'text' ? unseal(sealed.text, sealer) : undefined;
      return settings === undefined
        ? { settings: defaultSettings(), issues: [TAMPERED] }
        : { settings, issues: [] };
    },
    keep: (settings, sealer) => keepFile(path, seal(settings, sealer)),
    swap: (settings, sealer, holds) => swapFile(path, seal(settings, sealer), holds),
  };
}

function seal(settings: Settings, sealer: Sealer): string {
  const sealed = sealer.seal(PURPOSE, Buffer.from(JSON.stringify(settings)));
  return `${Buffer.from(sealed).toString('base64')}\n`;
}

function unseal(text: string, sealer: Sealer): Settings | undefined {
  try {
    const plain = sealer.open(PURPOSE, Buffer.from(text, 'base64'));
    const parsed = parseSettings(JSON.parse(Buffer.from(plain).toString()));
    return parsed.ok ? parsed.settings : undefined;
  } catch {
    // Not sealed by these keys, or changed since: the issue says so, and payments stop over it.
    return undefined;
  }
}
