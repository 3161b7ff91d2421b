/** JSON text laid out as `before` is: its indentation, its line ends, and whether it ends in one. */
export function layOut(value: unknown, before: string | undefined): string {
  const text = JSON.stringify(value, undefined, indentOf(before));
  if (before === undefined) return `${text}\n`;
  const lineEnd = before.includes('\r\n') ? '\r\n' : '\n';
  const last = /\n\s*$/.test(before) ? lineEnd : '';
  return text.replaceAll('\n', lineEnd) + last;
}

function indentOf(before: string | undefined): string {
  return /^\s*\{\r?\n([ \t]+)"/.exec(before ?? '')?.[1] ?? '  ';
}
