import { ok, type Result, refuse } from '../base/index.ts';

/** What a request asks for on its host, in the one spelling that is matched, sold and forwarded. */
export interface RequestPath {
  /** Begins with `/`; no character has another spelling in it. */
  readonly path: string;
  /** Verbatim with its `?`, or empty. Nothing is ever matched against it. */
  readonly query: string;
}

/** The longest request-target, in characters, which are bytes here. */
export const TARGET_CHARS = 4096;

/** RFC 3986 §3.3 but for `;`, before which some servers cut a segment off and others do not. */
const PATH = /^\/(?:[\w.~!$&'()*+,=:@/-]|%[0-9A-Fa-f]{2})*$/;
const RAW = /^[\w.~!$&'()*+,=:@-]$/;
const QUERY = /^(?:\?[!"$-~]*)?$/;
/**
 * What a server that decodes before it splits, or decodes twice, would take for structure: `/ \ . ;`, controls, and
 * a percent sign that begins another escape.
 */
const HIDDEN = /%(?:2f|5c|2e|3b|[01][0-9a-f]|7f|25[0-9a-f]{2})/i;
const DOTS = /\/\.{1,2}(?:\/|$)/;

/**
 * The canonical path of a request-target in origin form (RFC 9112 §3.2.1). What could mean one thing to us and
 * another to the upstream is refused with `invalid_input`, not repaired; the rest has exactly one spelling:
 * characters that may stand for themselves do, all others are escaped in upper case.
 */
export function canonicalPath(target: string): Result<RequestPath> {
  if (target.length > TARGET_CHARS) return bad('It is too long.');
  const at = target.indexOf('?');
  const raw = at < 0 ? target : target.slice(0, at);
  const query = at < 0 ? '' : target.slice(at);
  if (!PATH.test(raw)) return bad('Its path is not one of RFC 3986, or not in origin form.');
  if (!QUERY.test(query)) return bad('Its query holds a character that no query has.');
  if (raw.includes('//')) return bad('It holds an empty segment.');
  if (HIDDEN.test(raw)) return bad('It hides structure behind an escape.');
  const isEscaped = raw.includes('%');
  if (isEscaped && !isUtf8(raw)) return bad('It is not UTF-8.');
  const path = isEscaped ? raw.replace(/%../g, spell) : raw;
  // What `%25%32f` was is an escape of a slash only once its digits stand for themselves.
  if (HIDDEN.test(path)) return bad('It hides structure behind an escape.');
  return DOTS.test(path) ? bad('It holds a dot segment.') : ok({ path, query });
}

/** A path's segments: none for `/`, and an empty last one where it ends in a slash. */
export function segmentsOf(path: string): readonly string[] {
  return path === '/' ? [] : path.slice(1).split('/');
}

function bad(detail: string): Result<never> {
  return refuse('invalid_input', `The request-target is refused. ${detail}`);
}

/** Overlong forms, such as `%C0%AF` for a slash, are not UTF-8, and some servers read them all the same. */
function isUtf8(path: string): boolean {
  try {
    decodeURIComponent(path);
    return true;
  } catch {
    return false;
  }
}

/** An escape in its one spelling. */
function spell(escaped: string): string {
  const char = String.fromCharCode(Number.parseInt(escaped.slice(1), 16));
  return RAW.test(char) ? char : escaped.toUpperCase();
}
