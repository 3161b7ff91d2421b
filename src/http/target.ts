import { ok, type Result, refuse } from '../base/index.ts';

/** The longest URL that is read, in characters. */
const MAX_URL_LENGTH = 4096;

/**
 * WHATWG URL silently drops tabs and newlines, trims, and reads `\` as `/`; none of these is in RFC 3986.
 * Refusing them keeps what a human is shown, what policy judges and what is requested one and the same.
 */
const NOT_IN_A_URL = /[\p{Cc}\p{Z}\\]/u;

/** WHATWG URL also takes `https:host` and `https:///host`; RFC 9110 §4.2.2 has one spelling. */
const ABSOLUTE_HTTP = /^https?:\/\/[^/?#]/i;

/**
 * Ports that speak something else: the "bad ports" of the Fetch standard (§2.9).
 * An HTTP request sent there could be read as mail, chat or print commands.
 */
const BAD_PORTS: ReadonlySet<number> = new Set([
  0, 1, 7, 9, 11, 13, 15, 17, 19, 20, 21, 22, 23, 25, 37, 42, 43, 53, 69, 77, 79, 87, 95, 101, 102,
  103, 104, 109, 110, 111, 113, 115, 117, 119, 123, 135, 137, 139, 143, 161, 179, 389, 427, 465,
  512, 513, 514, 515, 526, 530, 531, 532, 540, 548, 554, 556, 563, 587, 601, 636, 989, 990, 993,
  995, 1719, 1720, 1723, 2049, 3659, 4045, 4190, 5060, 5061, 6000, 6566, 6665, 6666, 6667, 6668,
  6669, 6679, 6697, 10080,
]);

/**
 * Reads an absolute http(s) URL of at most 4,096 characters, without credentials, on a port that may speak HTTP.
 * The result has no fragment and no trailing dot on its host, so that a host has one spelling; else `url_invalid`.
 */
export function parseTarget(text: string): Result<URL> {
  if (text.length > MAX_URL_LENGTH)
    return refuse('url_invalid', 'It is longer than 4,096 characters.');
  if (NOT_IN_A_URL.test(text))
    return refuse('url_invalid', 'It holds a character that no URL has.');
  if (!ABSOLUTE_HTTP.test(text)) return refuse('url_invalid', 'It is not an absolute http(s) URL.');
  const url = URL.parse(text);
  if (url === null) return refuse('url_invalid', 'It cannot be parsed.');
  if (url.username !== '' || url.password !== '') {
    return refuse('url_invalid', 'It carries credentials.');
  }
  if (BAD_PORTS.has(Number(url.port || '443'))) {
    return refuse('url_invalid', 'Its port belongs to another protocol.');
  }
  return canonical(url);
}

/** The URL without fragment and root dot; `a..b` and `a..` are no names (RFC 1035 §2.3.1). */
function canonical(url: URL): Result<URL> {
  if (url.href.includes('#')) url.hash = '';
  if (url.hostname.endsWith('.')) url.hostname = url.hostname.slice(0, -1);
  return url.hostname.split('.').includes('')
    ? refuse('url_invalid', 'Its host has an empty label.')
    : ok(url);
}
