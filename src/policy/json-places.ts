/** A spot in a text as editors count: both from 1, columns in UTF-16 units. */
export interface Place {
  readonly line: number;
  readonly column: number;
}

type Path = readonly PropertyKey[];

/** The first thing that is wrong with a text as JSON (RFC 8259), and the value it was found in. */
export interface JsonFault {
  readonly path: Path;
  readonly problem: string;
  readonly place: Place;
}

/** Tells where a value begins, or the nearest one around it that is in the text. */
export type FindPlace = (path: Path) => Place | undefined;

interface Reader {
  readonly text: string;
  /** Where values and the names of members begin, by their path. */
  readonly starts: Map<string, number>;
  at: number;
}

/** Deeper than any setting lies; keeps hostile nesting off the stack. */
const MAX_DEPTH = 16;

const SPACE = /[ \t\r\n]*/y;
const STRING = /"(?:[^"\\\p{Cc}]|\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4}))*"/uy;
const SCALAR = /(?:-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?|true|false|null)(?![\w.+-])/y;

/**
 * Reads a JSON text for its places alone. `JSON.parse` gives the values, but no lines, and of a member
 * that is named twice it silently takes the last.
 */
export function jsonPlaces(text: string): FindPlace | JsonFault {
  const reader: Reader = { text, starts: new Map(), at: 0 };
  const fault = value(reader, []) ?? end(reader);
  if (fault !== undefined) return fault;
  return function find(path): Place | undefined {
    const start = reader.starts.get(JSON.stringify(path));
    if (start !== undefined) return placeOf(text, start);
    return path.length === 0 ? undefined : find(path.slice(0, -1));
  };
}

function value(reader: Reader, path: Path): JsonFault | undefined {
  take(reader, SPACE);
  const { text, at } = reader;
  if (path.length > MAX_DEPTH) return fault(reader, path, 'is nested too deeply');
  if (path.length === 0) reader.starts.set('[]', at);
  if (text[at] === '{') return entries(reader, path, '}', () => member(reader, path));
  if (text[at] === '[') return entries(reader, path, ']', index => item(reader, path, index));
  if (take(reader, STRING) || take(reader, SCALAR)) return undefined;
  return fault(reader, path, expected(reader, 'a value'));
}

/** What stands between brackets, with commas between and none after the last. */
function entries(
  reader: Reader,
  path: Path,
  close: '}' | ']',
  entry: (index: number) => JsonFault | undefined,
): JsonFault | undefined {
  reader.at += 1;
  if (mark(reader, close)) return undefined;
  for (let index = 0; ; index += 1) {
    take(reader, SPACE);
    if (reader.text[reader.at] === close) return fault(reader, path, 'has a comma too many');
    const wrong = entry(index);
    if (wrong !== undefined) return wrong;
    if (mark(reader, close)) return undefined;
    if (!mark(reader, ',')) return fault(reader, path, expected(reader, `a comma or ${close}`));
  }
}

function member(reader: Reader, path: Path): JsonFault | undefined {
  const start = reader.at;
  const name = take(reader, STRING);
  if (name === '') return fault(reader, path, expected(reader, 'a name in double quotes'));
  const inner = [...path, JSON.parse(name) as string];
  const key = JSON.stringify(inner);
  if (reader.starts.has(key))
    return { ...fault(reader, inner, 'is there twice'), place: placeOf(reader.text, start) };
  reader.starts.set(key, start);
  return mark(reader, ':')
    ? value(reader, inner)
    : fault(reader, inner, expected(reader, 'a colon'));
}

function item(reader: Reader, path: Path, index: number): JsonFault | undefined {
  const inner = [...path, index];
  reader.starts.set(JSON.stringify(inner), reader.at);
  return value(reader, inner);
}

function end(reader: Reader): JsonFault | undefined {
  take(reader, SPACE);
  return reader.at === reader.text.length
    ? undefined
    : fault(reader, [], expected(reader, 'nothing more'));
}

/** Reads what the pattern finds right here; empty if it does not fit. */
function take(reader: Reader, pattern: RegExp): string {
  pattern.lastIndex = reader.at;
  const found = pattern.exec(reader.text)?.[0] ?? '';
  reader.at += found.length;
  return found;
}

function mark(reader: Reader, char: string): boolean {
  take(reader, SPACE);
  if (reader.text[reader.at] !== char) return false;
  reader.at += 1;
  return true;
}

function expected({ text, at }: Reader, what: string): string {
  if (text.startsWith('//', at) || text.startsWith('/*', at))
    return 'has a comment, which JSON cannot';
  return at >= text.length
    ? `ends where ${what} should be`
    : `has something else where ${what} should be`;
}

function fault({ text, at }: Reader, path: Path, problem: string): JsonFault {
  return { path, problem, place: placeOf(text, at) };
}

function placeOf(text: string, at: number): Place {
  const before = text.slice(0, at);
  const lines = before.split('\n');
  return { line: lines.length, column: at - before.lastIndexOf('\n') };
}
