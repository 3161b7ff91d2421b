import { isDeepStrictEqual } from 'node:util';
import { defaultSettings, type Settings } from '../../policy/index.ts';
import type { Sealer } from '../../secrets/index.ts';
import type { Confirmed, Opened } from './confirmed.ts';
import { effective, type SettingsNow } from './effective.ts';
import { type FileText, readFileText } from './file-text.ts';
import { parseFile } from './parse-file.ts';
import { tightened } from './tightened.ts';

/** What the disk has, and the keys to it where loosening needs a human's word. */
interface Look {
  readonly file: FileText;
  readonly guarded: { readonly sealer: Sealer; readonly sealed: FileText } | undefined;
}

/**
 * Reads the settings as often as asked; they are judged anew only when something else is read. A broken file
 * leaves the last sound ones, with all payments stopped. What a sound one tightens becomes confirmed.
 */
export function settingsReader(
  path: string,
  confirmed: Confirmed,
  guard: () => Sealer | undefined,
): () => SettingsNow {
  let last: { readonly seen: Look; readonly now: SettingsNow } | undefined;
  let sound: Settings | undefined;
  const look = (): Look => {
    const sealer = guard();
    return { file: readFileText(path), guarded: sealer && { sealer, sealed: confirmed.look() } };
  };
  const keepUp = (seen: Look, known: Opened | undefined, now: SettingsNow): boolean => {
    if (seen.guarded === undefined || known === undefined || now.broken) return true;
    const tighter = tightened(known.settings, now.settings);
    if (tighter === undefined) return true;
    // Another process may have a human's word on something newer: what was not seen is not replaced.
    return confirmed.swap(tighter, seen.guarded.sealer, () => isSame(look(), seen));
  };
  return () => {
    const seen = look();
    if (last !== undefined && isSame(last.seen, seen)) return last.now;
    const parsed = parseFile(seen.file);
    if (parsed.ok) sound = parsed.settings;
    const known = seen.guarded && confirmed.open(seen.guarded.sealed, seen.guarded.sealer);
    const stated = sound ?? known?.settings ?? defaultSettings();
    const issues = [...(parsed.ok ? [] : parsed.issues), ...(known?.issues ?? [])];
    const now = effective(stated, issues, known?.settings);
    // What could not be kept is tried again at the next look.
    last = keepUp(seen, known, now) ? { seen, now } : undefined;
    return now;
  };
}

function isSame(one: Look, other: Look): boolean {
  return (
    one.guarded?.sealer === other.guarded?.sealer &&
    isDeepStrictEqual([one.file, one.guarded?.sealed], [other.file, other.guarded?.sealed])
  );
}
