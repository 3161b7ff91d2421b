import { harmless } from '../http/index.ts';

/** The longest line that is shown, characters. */
const LONGEST = 1000;

const WORD = '[a-z]{3,8}';
/** Between the words of a seed; `lncli` numbers them. */
const GAP = '(?:[\\s,]+(?:\\d{1,2}[.):]?\\s*)?)';

/**
 * What looks like a secret: 32 bytes or more in hex, a macaroon in base64 (its version, then its fields), a run of
 * words as a seed has them (BIP39's have 3 to 8 letters), whatever stands after the word password.
 */
const SECRETS: readonly RegExp[] = [
  /[0-9a-f]{64,}/gi,
  /AgE[\w+/-]{20,}={0,2}/g,
  new RegExp(`\\b${WORD}(?:${GAP}${WORD}){11,}\\b`, 'g'),
  /(?<=pass(?:word|phrase)\b["']?\s*[:=]\s*)("[^"]*"|'[^']*'|\S+)/gi,
];

/** A line of somebody's log as it may be shown: no secret, nothing that a terminal would obey. */
export function redacted(line: string): string {
  const shown = harmless(line.slice(0, LONGEST));
  return SECRETS.reduce((text, secret) => text.replace(secret, '…'), shown);
}
