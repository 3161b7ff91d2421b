import * as z from 'zod';
import { ok, type Result, refuse } from '../../../base/index.ts';
import { type SecretHeaders, upstreamInput } from '../../../paywall/index.ts';
import { LOCAL_OWNER } from '../../owner.ts';
import { flag, whole } from '../argument.ts';
import { defineCommand } from '../command.ts';
import { consent } from '../consent.ts';
import { EXIT } from '../exit.ts';
import { oneLine } from '../layout.ts';
import { withTollkeeper } from '../opened.ts';
import { secretHeadersIn } from '../secret-headers.ts';
import { needsHuman, type Session } from '../session.ts';
import { showUpstream } from '../upstream-text.ts';

/** Names a server that paywalls may stand before, with what only it may know. */
export const upstreamAdd = defineCommand({
  usage: 'upstream add <name> <url>',
  summary: 'Name a server that paywalls may stand before, or change one',
  details:
    'Agents name upstreams in routes and never see their secrets. A secret header is typed at the terminal, or read from a file that only you may read (mode 0600, a line each: `Name: value`); as an option or a variable it would stand where other programs read it. Of an upstream that is there already, what you leave out stays. Needs your yes, or the approval PIN where one is set.',
  options: [
    ['--header <names...>', 'all headers that each request gets; their values are asked for'],
    ['--headers-file <path>', 'a file with such headers and their values'],
    ['--no-headers', 'drop the secret headers that it has'],
    ['--timeout <ms>', 'how long it may take to answer, 100 to 120000 (default 15000)'],
    ['--yes', 'do not ask first; without effect where a PIN is set'],
  ],
  examples: [
    'tollkeeper upstream add weather http://127.0.0.1:3000',
    'tollkeeper upstream add reports https://reports.example/v2 --header authorization',
  ],
  input: z.strictObject({
    name: z.string(),
    url: z.string(),
    header: z.array(z.string()).max(20).optional(),
    headersFile: z.string().optional(),
    headers: z.boolean().default(true),
    timeout: whole(100, 120_000).optional(),
    yes: flag,
  }),
  async run(session, { name, url, timeout: timeoutMs, yes, ...given }) {
    const headers = await headersFor(session, given);
    if (!headers.ok) return headers;
    const input = upstreamInput.safeParse({ name, url, headers: headers.value, timeoutMs });
    if (!input.success) {
      const { path = [], message } = input.error.issues[0] ?? {};
      return refuse('invalid_input', `${String(path[0] ?? 'The upstream')}: ${message}.`);
    }
    return withTollkeeper(session.home, async ({ pin, seller }) => {
      const all = await seller.upstreams(LOCAL_OWNER);
      const before = all.find(each => each.name === name)?.headerNames ?? [];
      const secrets = headersText(before, headers.value);
      session.output.remark(`Upstream ${name}: ${oneLine(url, 200)}, with ${secrets}`);
      const question = 'May paywalls stand before it?';
      const agreed = await consent(session, pin, { question, yes });
      if (!agreed.ok) return agreed;
      if (!agreed.value) {
        session.output.answer({ changed: false }, 'Nothing was changed.');
        return EXIT.declined;
      }
      const command = { kind: 'add_upstream', input: input.data } as const;
      const ordered = await seller.order(LOCAL_OWNER, command);
      if (!ordered.ok) return ordered;
      const { changed, upstream } = ordered.value;
      const shown = upstream && showUpstream(upstream);
      session.output.answer({ changed, upstream: shown }, `Routes may name ${name} from now on.`);
      return EXIT.done;
    });
  },
});

/** Which secret headers it has from then on, and which it loses. */
function headersText(before: readonly string[], given: SecretHeaders | undefined): string {
  const after = given === undefined ? before : Object.keys(given).map(each => each.toLowerCase());
  const lost = before.filter(each => !after.includes(each));
  const has = after.length === 0 ? 'no secret headers.' : `the secret ${after.join(', ')}.`;
  return lost.length === 0 ? has : `${has} It loses the secret ${lost.join(', ')} for good.`;
}

interface Given {
  readonly header?: readonly string[] | undefined;
  readonly headersFile?: string | undefined;
  readonly headers: boolean;
}

/** The headers of the file, and those whose values a human types; undefined where those that it has stay. */
async function headersFor(
  session: Session,
  { header: names = [], headersFile: file, headers: keeps }: Given,
): Promise<Result<SecretHeaders | undefined>> {
  if (names.length === 0 && file === undefined) return ok(keeps ? undefined : {});
  const alone =
    names.length === 0 ? undefined : needsHuman(session, 'Use --headers-file in a script.');
  if (alone !== undefined) return alone;
  const read = file === undefined ? ok({}) : await secretHeadersIn(file);
  if (!read.ok) return read;
  const headers: Record<string, string> = { ...read.value };
  for (const name of names) {
    const value = await session.terminal.secret(`Value of ${oneLine(name, 128)}`);
    if (value === undefined) return refuse('invalid_input', 'A header has no value.');
    headers[name] = value;
  }
  return ok(headers);
}
