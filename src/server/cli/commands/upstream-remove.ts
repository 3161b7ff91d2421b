import * as z from 'zod';
import { LOCAL_OWNER } from '../../owner.ts';
import { flag } from '../argument.ts';
import { defineCommand } from '../command.ts';
import { EXIT } from '../exit.ts';
import { withTollkeeper } from '../opened.ts';
import { needsHuman } from '../session.ts';

/** Forgets a server and its secrets. That only tightens, so it needs no PIN; it cannot be taken back, so it asks. */
export const upstreamRemove = defineCommand({
  usage: 'upstream remove <name>',
  summary: 'Forget a server and its secret headers',
  details: 'Routes that lead to it answer nothing from then on. Its secrets cannot be had back.',
  options: [['--yes', 'do not ask first']],
  examples: ['tollkeeper upstream remove weather'],
  input: z.strictObject({ name: z.string(), yes: flag }),
  async run(session, { name, yes }) {
    const alone = yes ? undefined : needsHuman(session, 'Say --yes.');
    if (alone !== undefined) return alone;
    return withTollkeeper(session.home, async ({ seller }) => {
      const found = (await seller.upstreams(LOCAL_OWNER)).find(each => each.name === name);
      if (found !== undefined && !yes && !(await session.terminal.agree(`Forget ${name}?`))) {
        session.output.answer({ changed: false }, 'Nothing was changed.');
        return EXIT.declined;
      }
      const ordered = await seller.order(LOCAL_OWNER, { kind: 'remove_upstream', name });
      if (!ordered.ok) return ordered;
      session.output.answer({ changed: true, name }, `${name} is forgotten.`);
      return EXIT.done;
    });
  },
});
