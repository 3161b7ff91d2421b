import { isDeepStrictEqual } from 'node:util';
import * as z from 'zod';
import { settingsDocs, showIssue } from '../../../policy/index.ts';
import type { SettingsNow } from '../../settings/index.ts';
import { defineCommand } from '../command.ts';
import { looseningText } from '../confirmation.ts';
import { EXIT } from '../exit.ts';
import { oneLine } from '../layout.ts';
import { openRules } from '../rules.ts';
import { stated } from '../stated.ts';

/** Shows every setting, and what about the file is broken or still waits for a human's word. */
export const settings = defineCommand({
  usage: 'settings',
  summary: 'Show every setting: its value, its default, what it means',
  examples: ['tollkeeper settings', 'tollkeeper settings set caps.daySats 2000'],
  input: z.strictObject({}),
  async run(session) {
    const { settings } = await openRules(session);
    const now = settings.read();
    const listed = listOf(now);
    const { issues, unconfirmed, broken } = now;
    const file = settings.path;
    const document = { file, valid: !broken, issues, unconfirmed, settings: listed };
    session.output.answer(document, [...warnings(now), ...listed.map(showSetting)].join('\n'));
    return broken ? EXIT.usage : EXIT.done;
  },
});

type Listed = ReturnType<typeof listOf>[number];

function listOf({ settings, unconfirmed }: SettingsNow) {
  return settingsDocs().map(({ path, values, standard, meaning }) => ({
    path,
    value: stated(settings, path),
    default: standard,
    confirmed: !unconfirmed.includes(path),
    values,
    meaning,
  }));
}

function warnings({ issues, unconfirmed, ...now }: SettingsNow): readonly string[] {
  const broken = issues.length === 0 ? [] : ['Nothing is paid, for the file is broken:'];
  const waiting = unconfirmed.length === 0 ? [] : [looseningText({ ...now, issues, unconfirmed })];
  const all = [
    ...broken,
    ...issues.map(issue => `  ${oneLine(showIssue(issue), 400)}`),
    ...waiting,
  ];
  return all.length === 0 ? [] : [...all, ''];
}

function showSetting({ path, value, default: standard, confirmed, values, meaning }: Listed) {
  const isDefault = isDeepStrictEqual(value, standard);
  const note = isDefault ? 'the default' : `default ${JSON.stringify(standard)}`;
  const waits = confirmed ? '' : '; NOT CONFIRMED, without effect';
  return `${path} = ${JSON.stringify(value)}  (${note}; ${values}${waits})\n    ${meaning}`;
}
