import { readFile, stat } from 'node:fs/promises';
import * as z from 'zod';
import { ok, type Result, refuse } from '../../base/index.ts';
import { sats, whole } from './argument.ts';

/** The largest file with a paywall that is read, in bytes. */
const MOST_BYTES = 1_000_000;

const text = z.string().optional();
/** What options say of a paywall, as they are typed; the price in sats. */
export const draftInput = {
  host: text,
  path: text,
  methods: text,
  upstream: text,
  url: text,
  price: sats.optional(),
  free: whole(0, 1000).optional(),
  uses: whole(1, 1_000_000).optional(),
  description: text,
  file: text,
};
type Said = z.output<z.ZodObject<typeof draftInput>>;

/** The same as options, for the commands that have them. */
export const DRAFT_OPTIONS: readonly (readonly [flags: string, meaning: string])[] = [
  ['--host <pattern>', 'the host that is sold on: api.example, or *.example'],
  ['--path <pattern>', 'the path: /v1/report, /v1/*/items, or /v1/**'],
  ['--methods <list>', 'the methods, such as GET,POST (default: all)'],
  ['--upstream <name>', 'the upstream that serves it, as `tollkeeper upstream list` has it'],
  ['--url <url>', 'a URL that serves it, in the place of an upstream'],
  ['--price <sats>', 'what one payment costs'],
  ['--free <n>', 'how many requests each client has a day for nothing'],
  ['--uses <n>', 'how many requests one payment buys (default 1)'],
  ['--description <text>', 'what it is, for yourself'],
  ['--file <json>', 'a JSON file with what paywall_create takes: policy, routes and the rest'],
];

/** What a draft has beside what was said: fields that are as they are, and the terms that options go over. */
interface Ground {
  readonly fixed: object;
  readonly policy?: object;
}

/** Options and file together as a tool would get them, the options over the file; else `invalid_input`. */
export async function draftFrom<S extends z.ZodObject>(
  schema: S,
  { fixed, policy }: Ground,
  said: Said,
): Promise<Result<z.output<S>>> {
  const file = said.file === undefined ? ok<Contents>({}) : await contentsOf(said.file);
  if (!file.ok) return file;
  const whole = { ...file.value, ...fixed, ...ownOf(said, file.value.policy ?? policy) };
  const read = schema.safeParse(whole);
  if (read.success) return ok(read.data);
  const complaints = read.error.issues.map(({ path, message }) => {
    const place = path.join('.');
    const isMissing = path.reduce<unknown>(inside, whole) === undefined;
    if (!isMissing) return `${place || 'The paywall'}: ${message}.`;
    const options = OPTIONS_FOR[place.replace(/\d+/, '0')];
    return options === undefined ? `${place} is needed.` : `Say ${options}.`;
  });
  return refuse('invalid_input', complaints.join(' ').slice(0, 500));
}

/** What to type for what is missing of a draft, as far as there are options for it. */
const OPTIONS_FOR: Readonly<Record<string, string>> = {
  policy: '--price',
  'policy.fixedAmountMsats': '--price',
  routes: '--host, --path, and --upstream or --url',
  'routes.0.hostPattern': '--host',
  'routes.0.pathPattern': '--path',
};

function inside(value: unknown, name: PropertyKey): unknown {
  return typeof value === 'object' && value !== null ? Reflect.get(value, name) : undefined;
}

interface Contents {
  readonly policy?: object;
}

function ownOf(said: Said, policy: object | undefined): object {
  const { description, price, free, uses } = said;
  const terms = defined({
    fixedAmountMsats: price && price * 1000,
    freeRequestsPerDay: free,
    usesPerToken: uses,
  });
  const routes = routesOf(said);
  return {
    ...defined({ description, routes }),
    ...(Object.keys(terms).length === 0 ? {} : { policy: { ...policy, ...terms } }),
  };
}

function routesOf({ host, path, methods, upstream, url }: Said): readonly object[] | undefined {
  const route = defined({
    hostPattern: host,
    pathPattern: path,
    methods: methods?.split(','),
    upstream,
    upstreamUrl: url,
  });
  return Object.keys(route).length === 0 ? undefined : [route];
}

function defined(object: object): object {
  return Object.fromEntries(Object.entries(object).filter(([, value]) => value !== undefined));
}

async function contentsOf(path: string): Promise<Result<Contents>> {
  try {
    const { size } = await stat(path);
    if (size > MOST_BYTES) return refuse('invalid_input', 'The file is too large.');
    const contents: unknown = JSON.parse(await readFile(path, 'utf8'));
    const isObject = typeof contents === 'object' && contents !== null && !Array.isArray(contents);
    return isObject ? ok(contents) : refuse('invalid_input', 'The file holds no JSON object.');
  } catch {
    return refuse('invalid_input', 'The file cannot be read, or is no JSON.');
  }
}
