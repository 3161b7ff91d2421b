import * as z from 'zod';
import { defineCommand } from '../command.ts';
import { examine } from '../doctor/examine.ts';
import { EXIT } from '../exit.ts';
import { table } from '../layout.ts';

/** Looks at everything that payments need, and says how to mend what is wrong. Changes nothing. */
export const doctor = defineCommand({
  usage: 'doctor',
  summary: 'Find out what is wrong with this installation, and how to mend it',
  examples: ['tollkeeper doctor'],
  input: z.strictObject({}),
  async run(session) {
    const checks = await examine(session);
    const healthy = checks.every(({ level }) => level !== 'fail');
    const rows = checks.flatMap(({ name, level, finding, hint }) => [
      [level, name, finding],
      ...(hint === undefined ? [] : [['', '', `→ ${hint}`]]),
    ]);
    session.output.answer({ healthy, checks }, table(rows));
    return healthy ? EXIT.done : EXIT.machine;
  },
});
