import { Low } from 'lowdb';
import {
  type ParsedSettings,
  parseSettings,
  parseSettingsJson,
  type SettingsIssue,
  type WrittenSettings,
} from '../../policy/index.ts';
import { readFileText } from './file-text.ts';
import { layOut } from './layout.ts';

/** Whether a change was made; if not, the file is as it was. */
export type Changed =
  | { readonly ok: true }
  | { readonly ok: false; readonly issues: readonly SettingsIssue[] };

/**
 * Changes what the settings file states, in the file's own layout, and has the whole text written if the outcome is
 * valid. Invalid settings may be mended so; what is no JSON object is left to its author.
 */
export async function rewrite(
  path: string,
  change: (stated: WrittenSettings) => void,
  write: (text: string) => Promise<void>,
): Promise<ParsedSettings> {
  const file = readFileText(path);
  if (file.kind === 'unreadable')
    return { ok: false, issues: [{ path: '', problem: file.problem, fix: file.fix }] };
  const before = file.kind === 'text' ? file.text : undefined;
  const stated = parseSettingsJson(before ?? '{}');
  if (!stated.ok) return stated;
  if (!isGroup(stated.json)) return parseSettings(stated.json);

  const settings = new Low<WrittenSettings>(
    {
      read: async () => stated.json as WrittenSettings,
      write: data => write(layOut(data, before)),
    },
    {},
  );
  await settings.read();
  change(settings.data);
  const outcome = parseSettings(settings.data);
  if (outcome.ok) await settings.write();
  return outcome;
}

function isGroup(json: unknown): boolean {
  return typeof json === 'object' && json !== null && !Array.isArray(json);
}
