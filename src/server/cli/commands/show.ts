import * as z from 'zod';
import { LOCAL_OWNER } from '../../owner.ts';
import { taskId } from '../argument.ts';
import { defineCommand } from '../command.ts';
import { EXIT } from '../exit.ts';
import { withTollkeeper } from '../opened.ts';
import { outcomeOf } from '../outcome.ts';
import { showTimeline } from '../timeline.ts';

/** Shows a task with everything that happened to it. Secrets stay sealed: the record does not open them for this. */
export const show = defineCommand({
  usage: 'show <id>',
  summary: 'Show a purchase and everything that happened to it',
  examples: ['tollkeeper show task_01234567-89ab-4cde-8f01-23456789abcd'],
  input: z.strictObject({ id: taskId }),
  run: ({ home, output }, { id }) =>
    withTollkeeper(home, async tollkeeper => {
      const found = await tollkeeper.buyer.find(LOCAL_OWNER, id);
      if (!found.ok) return found;
      const { facts } = found.value;
      const { shown, text } = await outcomeOf(tollkeeper, found.value);
      const preview = shown.responseBodyTextPreview;
      const seller = preview ? `\n\nThe seller's own words:\n${quoted(preview)}` : '';
      output.answer({ task: shown, facts }, `${text}\n\n${showTimeline(facts)}${seller}`);
      return EXIT.done;
    }),
});

/** The longest part of a preview that is shown, in lines. */
const MOST_LINES = 20;

/** Each line marked, so that none can pass for ours. */
function quoted(text: string): string {
  const lines = text.split('\n');
  const shown = lines.slice(0, MOST_LINES).map(line => `  | ${line}`);
  const more = lines.length > MOST_LINES ? [`  (${lines.length - MOST_LINES} more lines)`] : [];
  return [...shown, ...more].join('\n');
}
