import { ok, type Result, refuse } from '../base/index.ts';
import { canonicalPath, segmentsOf } from './request-path.ts';

/** Which paths a route takes. Never a regular expression: matching takes one look at each segment. */
export interface PathPattern {
  /** Literal segments; undefined stands for any one. */
  readonly segments: readonly (string | undefined)[];
  /** Whether any rest may follow, also none. */
  readonly rest: boolean;
}

const ANY = '*';
const REST = '**';

/** Reads a pattern in its one spelling: `/a/b`, `/a/*` for one segment there, `/a/**` for any rest; else `invalid_route`. */
export function pathPatternOf(written: string): Result<PathPattern> {
  if (!written.startsWith('/')) return bad('Its path does not begin with a slash.');
  const parts = segmentsOf(written);
  const rest = parts.at(-1) === REST;
  const fixed = rest ? parts.slice(0, -1) : parts;
  const wrong = fixed.find(part => part !== ANY && !isLiteral(part));
  if (wrong !== undefined) {
    return bad(
      'A segment of its path is neither *, nor a last **, nor written as requests have it.',
    );
  }
  return ok({ segments: fixed.map(part => (part === ANY ? undefined : part)), rest });
}

/** Whether a path, as its segments, is one of the pattern's. */
export function coversPath({ segments, rest }: PathPattern, path: readonly string[]): boolean {
  const fits = rest ? path.length >= segments.length : path.length === segments.length;
  return (
    fits &&
    segments.every((segment, at) =>
      segment === undefined ? path[at] !== '' : segment === path[at],
    )
  );
}

/** Whether each path of one pattern is one of the other's. */
export function isPathWithin(one: PathPattern, other: PathPattern): boolean {
  const [length, most] = [one.segments.length, other.segments.length];
  const fits = other.rest ? length >= most : !one.rest && length === most;
  return (
    fits &&
    other.segments.every((segment, at) => segment === undefined || segment === one.segments[at])
  );
}

/** Whether some path is one of both patterns'. */
export function pathsMeet(one: PathPattern, other: PathPattern): boolean {
  const [length, most] = [one.segments.length, other.segments.length];
  const fits =
    (one.rest || length >= most) &&
    (other.rest || most >= length) &&
    (one.rest || other.rest || length === most);
  return (
    fits &&
    one.segments.every((segment, at) => {
      const theirs = other.segments[at];
      return segment === undefined || theirs === undefined || segment === theirs;
    })
  );
}

/** The literal segments before the first that is open, as a path: all that a token for the whole route can name. */
export function prefixOf({ segments }: PathPattern): string {
  const open = segments.indexOf(undefined);
  return `/${segments.slice(0, open < 0 ? undefined : open).join('/')}`;
}

function isLiteral(part: string): boolean {
  const path = part === '' || part.includes(ANY) ? undefined : canonicalPath(`/${part}`);
  return path?.ok === true && path.value.query === '' && path.value.path === `/${part}`;
}

function bad(detail: string): Result<never> {
  return refuse('invalid_route', detail);
}
