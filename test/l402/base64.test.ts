import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decodeBase64, encodeBase64 } from '../../src/l402/base64.ts';

describe('base64', () => {
  it('is read in either alphabet, padded or not, and written standard and padded', () => {
    fc.assert(
      fc.property(fc.uint8Array(), bytes => {
        const standard = encodeBase64(bytes);
        const urlSafe = standard.replaceAll('+', '-').replaceAll('/', '_');
        expect(standard).toBe(Buffer.from(bytes).toString('base64'));
        for (const text of [standard, urlSafe]) {
          expect(decodeBase64(text)).toEqual(bytes);
          expect(decodeBase64(text.replace(/=+$/, ''))).toEqual(bytes);
        }
      }),
    );
  });

  it.each([
    ['both alphabets at once', '+_AA'],
    ['stray bits in the last digit', 'AB=='],
    ['too much padding', 'AAA=='],
    ['padding inside', 'A=AA'],
    ['a single digit', 'A'],
    ['white space', 'AA AA'],
    ['another letter', 'AA\u00e9A'],
  ])('is refused with %s', (_what, text) => {
    expect(decodeBase64(text)).toBe(undefined);
  });
});
