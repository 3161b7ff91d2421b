const ESC = '\u001b';

/**
 * Terminal sequences (ECMA-48): control strings as OSC and DCS with their text, CSI with its parameters, other
 * escapes. No part runs over a control character, so each is read once; `stripVTControlCharacters` of node:util
 * takes quadratic time on unended strings (3 s for 128 kB).
 */
const SEQUENCE = new RegExp(
  [
    `(?:${ESC}[\\]PX^_]|[\u0090\u0098\u009d-\u009f])\\P{Cc}*(?:\u0007|${ESC}\\\\|\u009c)`,
    `(?:${ESC}\\[|\u009b)[0-?]*[ -/]*[@-~]`,
    `${ESC}[ -/]*[0-~]`,
  ].join('|'),
  'gu',
);

/**
 * What a reader cannot see but a terminal or a model obeys: controls (but line feed and tab), bidirectional overrides
 * (CVE-2021-42574), zero-width, tag and variation characters that smuggle text, foreign line separators.
 */
const UNSEEN = /[[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}]--[\n\t]]/gv;

/** Text without what a reader cannot see but a terminal or a model obeys, in time linear in its length. */
export function harmless(text: string): string {
  return text.replace(SEQUENCE, '').replace(UNSEEN, '');
}
