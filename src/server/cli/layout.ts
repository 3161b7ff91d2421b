import { type Msat, showSats } from '../../base/index.ts';
import { harmless } from '../../http/index.ts';

/** The longest value from outside that is shown on one line, in characters. */
const MOST = 120;

/** Text from outside as one line: nothing that a terminal obeys, no line of its own making, bounded. */
export function oneLine(text: string, most: number = MOST): string {
  const plain = harmless(text.slice(0, 4 * most))
    .replace(/\s+/g, ' ')
    .trim();
  return plain.length > most ? `${plain.slice(0, most - 1)}…` : plain;
}

/** Rows as aligned columns, two spaces apart; the first row is the head. */
export function table(rows: readonly (readonly string[])[]): string {
  const widths = (rows[0] ?? []).map((_head, column) =>
    Math.max(...rows.map(row => (row[column] ?? '').length)),
  );
  return rows
    .map(row =>
      row
        .map((cell, column) => cell.padEnd(widths[column] ?? 0))
        .join('  ')
        .trimEnd(),
    )
    .join('\n');
}

/** Names and values, one a line; those without a value are left out. */
export function fields(pairs: readonly (readonly [name: string, value: string | undefined])[]) {
  const said = pairs.flatMap(([name, value]) => (value === undefined ? [] : [[name, value]]));
  return table(said);
}

/** A time in ms since 1970 as a human reads it: UTC, to the second. */
export function showTime(ms: number): string {
  return `${new Date(ms).toISOString().slice(0, 19).replace('T', ' ')} UTC`;
}

/** An amount in sats, marked where it is worth nothing. */
export function showMoney(amount: Msat, real: boolean): string {
  return `${showSats(amount)}${real ? '' : ' (play money)'}`;
}

/** A number of things, such as `1 fact` and `2 facts`. */
export function counted(count: number, thing: string): string {
  return `${count} ${thing}${count === 1 ? '' : 's'}`;
}

/** A size in bytes as a human reads it. */
export function showSize(bytes: number): string {
  return bytes < 1e6 ? `${Math.ceil(bytes / 1e3)} kB` : `${(bytes / 1e6).toFixed(1)} MB`;
}
