import { join } from 'node:path';
import { digestOf } from '../../base/index.ts';
import type { SettingsIssue, WrittenSettings } from '../../policy/index.ts';
import type { Sealer } from '../../secrets/index.ts';
import { assign, typedValue } from './assign.ts';
import { confirmedSettings } from './confirmed.ts';
import { effective, type SettingsNow } from './effective.ts';
import { readFileText } from './file-text.ts';
import { keepFile } from './keep-file.ts';
import { parseFile } from './parse-file.ts';
import { settingsReader } from './reader.ts';
import { type Changed, rewrite } from './rewrite.ts';

/** The one door to `settings.json`. Changes reject with `store_unavailable` when they cannot be written. */
export interface SettingsFile {
  readonly path: string;
  /** What counts now; what it tightens is confirmed with it. Never throws: a broken file stops payments, not the server. */
  read(): SettingsNow;
  /** What would count after a change, and what of it would wait for a human's word. Writes nothing. */
  preview(change: (stated: WrittenSettings) => void): Promise<Previewed>;
  /** Changes what the file states, if the outcome is valid. */
  write(change: (stated: WrittenSettings) => void): Promise<Changed>;
  /** Sets one path, such as `caps.requestSats`, to a value as typed at a terminal: JSON, or else text. */
  set(path: string, typed: string): Promise<Changed>;
  /**
   * Makes what a human was shown the confirmed settings; the caller has checked the PIN. Refused when the
   * file says something else by now: nobody confirms what they did not see.
   */
  confirm(shown: SettingsNow): Promise<Changed>;
}

/** The settings as a change would leave them, or why it cannot be made. */
export type Previewed =
  | { readonly ok: true; readonly now: SettingsNow }
  | { readonly ok: false; readonly issues: readonly SettingsIssue[] };

const CHANGED: SettingsIssue = {
  path: '',
  problem: 'changed while it was being confirmed',
  fix: 'Look through it again, then confirm it.',
};

/**
 * Opens the settings of a data directory; nothing is created before the first change. `guard` gives the
 * keys where loosening needs a human's word (money is real, or a PIN is set), else undefined.
 */
export function openSettings(home: string, guard: () => Sealer | undefined): SettingsFile {
  const path = join(home, 'settings.json');
  const confirmed = confirmedSettings(home);

  const read = settingsReader(path, confirmed, guard);
  const write: SettingsFile['write'] = async change => {
    const changed = await rewrite(path, change, text => keepFile(path, text));
    // What it tightens is confirmed by looking, before anybody can undo it.
    if (changed.ok) read();
    return changed;
  };
  const preview: SettingsFile['preview'] = async change => {
    const outcome = await rewrite(path, change, async () => undefined);
    if (!outcome.ok) return outcome;
    const sealer = guard();
    const known = sealer && confirmed.open(confirmed.look(), sealer);
    const now = effective(outcome.settings, known?.issues ?? [], known?.settings);
    return { ok: true, now };
  };
  const confirm: SettingsFile['confirm'] = async shown => {
    const stated = parseFile(readFileText(path));
    if (!stated.ok) return stated;
    if (digestOf(stated.settings) !== digestOf(shown.settings))
      return { ok: false, issues: [CHANGED] };
    const sealer = guard();
    if (sealer !== undefined) await confirmed.keep(shown.settings, sealer);
    return { ok: true };
  };
  return {
    path,
    read,
    preview,
    write,
    set: (setting, typed) => write(stated => assign(stated, setting, typedValue(typed))),
    confirm,
  };
}
