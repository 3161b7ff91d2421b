/** What belongs to one connection, and never to a message that is passed on (RFC 9110 §7.6.1), in lower case. */
const HOP: ReadonlySet<string> = new Set([
  'connection',
  'keep-alive',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
]);

/** Whether a header, in lower case, belongs to the connection; `named` is what its `Connection` lines name. */
export function isHopByHop(name: string, named: ReadonlySet<string>): boolean {
  return HOP.has(name) || name.startsWith('proxy') || named.has(name);
}

const NONE: ReadonlySet<string> = new Set();

/** The names that the `Connection` lines of a message name, in lower case. */
export function namedByConnection(lines: readonly string[]): ReadonlySet<string> {
  let named: Set<string> | undefined;
  for (let at = 0; at < lines.length; at += 2) {
    if (lines[at]?.toLowerCase() !== 'connection') continue;
    named ??= new Set();
    for (const name of (lines[at + 1] ?? '').toLowerCase().split(',')) named.add(name.trim());
  }
  return named ?? NONE;
}
