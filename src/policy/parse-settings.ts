import { type FindPlace, jsonPlaces } from './json-places.ts';
import { type Settings, settingsSchema } from './settings.ts';
import { issuesOf, pathText, type SettingsIssue } from './settings-issue.ts';

interface Wrong {
  readonly ok: false;
  readonly issues: readonly SettingsIssue[];
}

/** Settings with every default filled in, or all that is wrong with them. */
export type ParsedSettings = { readonly ok: true; readonly settings: Settings } | Wrong;

/** Checks settings that are already parsed as JSON. */
export function parseSettings(json: unknown): ParsedSettings {
  return check(json);
}

/** Checks the text of a settings file; each issue names its line and column. */
export function parseSettingsText(text: string): ParsedSettings {
  const read = parseSettingsJson(text);
  return read.ok ? check(read.json, read.places) : read;
}

/** The JSON of a settings file as it stands there, and where; a byte-order mark is allowed. Knows no setting. */
export function parseSettingsJson(
  text: string,
): { readonly ok: true; readonly json: unknown; readonly places: FindPlace } | Wrong {
  const json = text.startsWith('\uFEFF') ? text.slice(1) : text;
  const places = jsonPlaces(json);
  if (typeof places === 'function') return { ok: true, json: JSON.parse(json), places };
  const { path, problem, place } = places;
  const fix = 'Mend the JSON there; {} alone is a valid file.';
  return { ok: false, issues: [{ path: pathText(path), problem, fix, place }] };
}

function check(json: unknown, places?: FindPlace): ParsedSettings {
  const parsed = settingsSchema.safeParse(json);
  return parsed.success
    ? { ok: true, settings: parsed.data }
    : { ok: false, issues: issuesOf(parsed.error.issues, places) };
}
