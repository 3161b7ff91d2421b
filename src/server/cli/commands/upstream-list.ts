import * as z from 'zod';
import { LOCAL_OWNER } from '../../owner.ts';
import { defineCommand } from '../command.ts';
import { EXIT } from '../exit.ts';
import { oneLine, table } from '../layout.ts';
import { withTollkeeper } from '../opened.ts';
import { showUpstream } from '../upstream-text.ts';

/** Lists the servers that paywalls may stand before. */
export const upstreamList = defineCommand({
  usage: 'upstream list',
  summary: 'List the servers that paywalls may stand before',
  details: 'Of their secret headers only the names are shown.',
  examples: ['tollkeeper upstream list'],
  input: z.strictObject({}),
  run: ({ home, output }) =>
    withTollkeeper(home, async ({ seller }) => {
      const upstreams = await seller.upstreams(LOCAL_OWNER);
      const rows = upstreams.map(({ name, url, headerNames, timeoutMs }) => [
        name,
        oneLine(url, 60),
        headerNames.join(', ') || '-',
        `${timeoutMs} ms`,
      ]);
      const text = rows.length === 0 ? 'No upstreams.' : table([HEAD, ...rows]);
      output.answer({ upstreams: upstreams.map(showUpstream) }, text);
      return EXIT.done;
    }),
});

const HEAD = ['UPSTREAM', 'URL', 'SECRET HEADERS', 'TIMEOUT'];
