import type * as z from 'zod';
import type { Place } from './json-places.ts';
import { nearest } from './nearest.ts';
import { namesAt, settingsDocs } from './settings-docs.ts';

/** One thing that is wrong with the settings: where, what, and how to mend it. In our own words. */
export interface SettingsIssue {
  /** `caps.requestSats`, `autoApprove[0].host`; empty for the file as a whole. */
  readonly path: string;
  /** Reads on from the path: `must be a whole number`. */
  readonly problem: string;
  readonly fix: string;
  /** Where it stands in the file, if it was read from one. */
  readonly place?: Place;
}

/** Enough to mend a file by; the rest shows once these are mended. */
const MAX_ISSUES = 20;

type Path = readonly PropertyKey[];
type ZodIssue = z.core.$ZodIssue;

const TYPES: Readonly<Record<string, string>> = {
  int: 'must be a whole number',
  number: 'must be a number',
  boolean: 'must be true or false',
  string: 'must be text in double quotes',
  array: 'must be a list in [ ]',
  object: 'must be a group in { }',
};

/** What the schema found, in words for the person who edits the file; the first twenty. */
export function issuesOf(
  found: readonly ZodIssue[],
  place: (path: Path) => Place | undefined = () => undefined,
): readonly SettingsIssue[] {
  const at = (path: Path, problem: string, fix: string): SettingsIssue => {
    const where = place(path);
    return { path: pathText(path), problem, fix, ...(where && { place: where }) };
  };
  return found.slice(0, MAX_ISSUES).flatMap(issue => {
    if (issue.code !== 'unrecognized_keys') return [at(issue.path, problemOf(issue), fixOf(issue))];
    return issue.keys
      .slice(0, MAX_ISSUES)
      .map(key => at([...issue.path, key], 'is not a setting', meant(issue.path, key)));
  });
}

/** An issue as one line: `Line 3, column 5: caps.requestSats must be a whole number. …`. */
export function showIssue({ path, problem, fix, place }: SettingsIssue): string {
  const where = place === undefined ? '' : `Line ${place.line}, column ${place.column}: `;
  return `${where}${path === '' ? 'settings.json' : path} ${problem}. ${fix}`;
}

/** A path as people write it: `autoApprove[0].host`. Names that are no settings' may hold anything, so they are quoted. */
export function pathText(path: Path): string {
  return path.reduce<string>((text, step) => {
    if (typeof step === 'number') return `${text}[${step}]`;
    const name = String(step);
    const plain = /^\w{1,40}$/.test(name)
      ? name
      : `"${name.slice(0, 40).replace(/[^\w .*:-]/gu, '?')}"`;
    return text === '' ? plain : `${text}.${plain}`;
  }, '');
}

function problemOf(issue: ZodIssue): string {
  switch (issue.code) {
    case 'invalid_type':
      return TYPES[issue.expected] ?? 'has the wrong type';
    case 'too_small':
      return `must be ${issue.minimum} or more${unit(issue.origin)}`;
    case 'too_big':
      return `must be ${issue.maximum} or less${unit(issue.origin)}`;
    case 'not_multiple_of':
      return 'has more than two decimals';
    case 'invalid_value':
      return `must be ${issue.values.map(value => JSON.stringify(value)).join(' or ')}`;
    case 'custom':
      return issue.message;
    default:
      return 'is not valid';
  }
}

function unit(origin: string): string {
  if (origin === 'array') return ' entries';
  return origin === 'string' ? ' characters' : '';
}

function fixOf(issue: ZodIssue): string {
  if (issue.code === 'custom' && typeof issue.params?.fix === 'string') return issue.params.fix;
  const doc = settingsDocs().find(({ path }) => path === pathText(issue.path));
  if (doc === undefined) return 'Correct it, or take it out.';
  return `It takes ${doc.values}; without it, ${JSON.stringify(doc.standard)} counts.`;
}

/** The setting that a misspelt name, or one in the wrong group, was meant to be. */
function meant(path: Path, key: string): string {
  const sibling = nearest(key, namesAt(path));
  if (sibling !== undefined) return `Did you mean ${pathText([...path, sibling])}?`;
  const elsewhere = settingsDocs().find(doc => doc.path.split('.').at(-1) === key);
  if (elsewhere !== undefined) return `Did you mean ${elsewhere.path}?`;
  return 'Take it out; `tollkeeper settings` lists what there is.';
}
