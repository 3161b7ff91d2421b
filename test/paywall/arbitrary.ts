import fc from 'fast-check';
import { type Pattern, patternOf } from '../../src/paywall/pattern.ts';

/** Few names and segments, so that patterns often meet; small enough to ask for every request that there is. */
const HOSTS = ['a', 'x.a', 'y.x.a', 'z.x.a', 'z.a', 'b', 'z.b'];
const SEGMENTS = ['p', 'q'];

export const hostPatterns = fc.constantFrom('a', 'x.a', '*.a', '*.x.a', 'y.x.a', 'b', '*.b');
export const pathPatterns = fc
  .tuple(
    fc.array(fc.oneof(fc.constantFrom(...SEGMENTS), fc.constant('*')), { maxLength: 3 }),
    fc.boolean(),
  )
  .map(([parts, rest]) => `/${[...parts, ...(rest ? ['**'] : [])].join('/')}`);

export const patterns: fc.Arbitrary<Pattern> = fc
  .tuple(hostPatterns, pathPatterns)
  .map(([hostPattern, pathPattern]) => pattern(hostPattern + pathPattern));

/** Every request of the small world, a slash at its end included. */
export const REQUESTS: readonly { readonly host: string; readonly path: string }[] = HOSTS.flatMap(
  host => pathsUpTo(4).map(path => ({ host, path })),
);

/** Reads `host/path`. */
export function pattern(text: string): Pattern {
  const slash = text.indexOf('/');
  const read = patternOf({ hostPattern: text.slice(0, slash), pathPattern: text.slice(slash) });
  if (!read.ok) throw new Error(`${text}: ${read.detail}`);
  return read.value;
}

function pathsUpTo(length: number): readonly string[] {
  const rows: string[][] = [['']];
  for (let at = 0; at < length; at += 1) {
    rows.push(rows[at]!.flatMap(path => SEGMENTS.map(segment => `${path}/${segment}`)));
  }
  const all = rows.flat();
  return ['/', ...all.slice(1), ...all.slice(1).map(path => `${path}/`)];
}
