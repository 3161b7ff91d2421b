import { isHopByHop, namedByConnection } from './hop.ts';

const NAME = /^[a-z0-9!#$%&'*+.^_`|~-]+$/;
/** RFC 9110 §5.5, obs-text with it: what can neither end its line nor begin another. */
const VALUE = /^[\t\x20-\x7e\x80-\xff]*$/;
/** A demand of the upstream's own would be taken for ours, and paid; `Alt-Svc` would lead around us. */
const OURS: ReadonlySet<string> = new Set(['alt-svc', 'via', 'proxy-authenticate']);
/** By these a cache on the way would hand to others what one client paid for. */
const CACHES: ReadonlySet<string> = new Set([
  'cdn-cache-control',
  'cloudflare-cdn-cache-control',
  'surrogate-control',
]);
const DEMAND = /\b(?:l402|lsat)\b/i;

/** The header lines of an upstream's answer as the client gets them; undefined where they are no valid HTTP. */
export function answerHeaders(lines: readonly string[]): string[] | undefined {
  const named = namedByConnection(lines);
  const passed: string[] = [];
  for (let at = 0; at < lines.length; at += 2) {
    const [given = '', value = ''] = [lines[at], lines[at + 1]];
    const name = given.toLowerCase();
    if (!NAME.test(name) || !VALUE.test(value)) return undefined;
    if (isHopByHop(name, named) || isOurs(name, value)) continue;
    passed.push(given, name === 'cache-control' ? unshared(value) : value);
  }
  return passed;
}

/** The first value of a header, its name in lower case. */
export function headerOf(lines: readonly string[], name: string): string | undefined {
  const at = lines.findIndex((line, index) => index % 2 === 0 && line.toLowerCase() === name);
  return at < 0 ? undefined : lines[at + 1];
}

function isOurs(name: string, value: string): boolean {
  const isDemand = name === 'www-authenticate' && DEMAND.test(value);
  return isDemand || OURS.has(name) || CACHES.has(name) || name.startsWith('l402-');
}

/** RFC 9111 §3.5: `public` and `s-maxage` let a shared cache keep the answer to a request with credentials. */
function unshared(value: string): string {
  const kept = value
    .split(',')
    .map(each => each.trim())
    .filter(each => !/^(?:public|private|s-maxage)\b/i.test(each) && each !== '');
  return ['private', ...kept].join(', ');
}
