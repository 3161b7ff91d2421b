/** One challenge of a `WWW-Authenticate` list (RFC 9110 §11.3), as far as it could be read. */
export interface AuthChallenge {
  /** Lower case. */
  readonly scheme: string;
  /** Parameters in order, names in lower case, quoted values unescaped; repeated ones are kept. */
  readonly params: readonly (readonly [name: string, value: string])[];
  /** Whether something in it follows no grammar: enough to refuse a scheme that we care for. */
  readonly malformed: boolean;
}

/** A challenge that more parameters may still join. */
interface OpenChallenge {
  scheme: string;
  params: [name: string, value: string][];
  malformed: boolean;
}

/** A list element: `scheme`, `scheme token68`, `scheme name=value` or `name=value`. */
interface Element {
  readonly scheme: string | undefined;
  readonly param: [name: string, value: string] | undefined;
  readonly malformed: boolean;
}

const TOKEN = /[!#$%&'*+.^_`|~0-9A-Za-z-]+/y;
/** What unquoted values are made of: a token or token68 (RFC 9110 §5.6.2, §11.2), and `:`. */
const BARE_VALUE = /[!#$%&'*+.^_`|~0-9A-Za-z:/=-]+/y;
const TOKEN68 = /[A-Za-z0-9._~+/-]+=*/y;
const QUOTED = /"(?:[^"\\]|\\.)*"/y;
const SPACE = /[ \t]*/y;

/**
 * Reads the header lines of one response as a single challenge list (RFC 9110 §5.3, §11.6.1).
 * It never fails: what follows no grammar marks its own challenge and is stepped over, up to the next
 * comma outside quotes, so that odd schemes neither hide ours nor smuggle one in.
 * Each pattern is sticky and free of nested repetition, so time grows with the length alone.
 */
export function readChallengeList(lines: readonly string[]): AuthChallenge[] {
  const challenges: OpenChallenge[] = [];
  for (const text of lines.flatMap(splitElements)) {
    const element = readElement(text);
    if (element.scheme !== undefined) {
      challenges.push({ scheme: element.scheme.toLowerCase(), params: [], malformed: false });
    }
    const current = challenges.at(-1);
    if (current === undefined) continue;
    current.malformed ||= element.malformed;
    if (element.param) current.params.push(element.param);
  }
  return challenges;
}

/** A line cut at the commas outside quotes; empty elements are dropped (RFC 9110 §5.6.1). */
function splitElements(line: string): string[] {
  const elements: string[] = [];
  let start = 0;
  let quoted = false;
  for (let at = 0; at <= line.length; at += 1) {
    const char = line[at];
    // A backslash at the very end escapes nothing; stepping past the end would lose the element.
    if (quoted && char === '\\') at = Math.min(at + 1, line.length - 1);
    else if (char === '"') quoted = !quoted;
    else if (char === undefined || (char === ',' && !quoted)) {
      elements.push(line.slice(start, at).trim());
      start = at + 1;
    }
  }
  return elements.filter(element => element !== '');
}

function readElement(text: string): Element {
  const name = match(TOKEN, text, 0);
  if (name === undefined) return { scheme: undefined, param: undefined, malformed: true };
  const afterName = skipSpace(text, name.length);
  if (text[afterName] === '=') {
    const param = readParam(text, 0);
    return { scheme: undefined, param, malformed: param === undefined };
  }
  if (afterName === text.length) return { scheme: name, param: undefined, malformed: false };
  // A scheme and its first parameter, or a scheme and one token68, stand apart by a space.
  if (afterName === name.length) return { scheme: name, param: undefined, malformed: true };
  const param = readParam(text, afterName);
  const token68 = match(TOKEN68, text, afterName);
  const whole = param !== undefined || token68?.length === text.length - afterName;
  return { scheme: name, param, malformed: !whole };
}

/** `name = value` from here to the end of the element; undefined for anything else. */
function readParam(text: string, from: number): [name: string, value: string] | undefined {
  const name = match(TOKEN, text, from);
  if (name === undefined) return undefined;
  const equals = skipSpace(text, from + name.length);
  if (text[equals] !== '=') return undefined;
  const at = skipSpace(text, equals + 1);
  const quoted = match(QUOTED, text, at);
  const raw = quoted ?? match(BARE_VALUE, text, at);
  if (raw === undefined || at + raw.length !== text.length) return undefined;
  const value = quoted === undefined ? raw : quoted.slice(1, -1).replace(/\\(.)/g, '$1');
  return [name.toLowerCase(), value];
}

function skipSpace(text: string, from: number): number {
  return from + (match(SPACE, text, from)?.length ?? 0);
}

function match(pattern: RegExp, text: string, from: number): string | undefined {
  pattern.lastIndex = from;
  return pattern.exec(text)?.[0];
}
