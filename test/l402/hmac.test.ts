import { createHmac } from 'node:crypto';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { hmacSha256 } from '../../src/l402/hmac.ts';

it('says what Node’s own HMAC says, for keys and texts of any length', () => {
  const bytes = fc.oneof(fc.uint8Array({ maxLength: 200 }), fc.string({ unit: 'grapheme' }));
  fc.assert(
    fc.property(bytes, bytes, (key, data) => {
      const expected = createHmac('sha256', key).update(data).digest('hex');
      expect(Buffer.from(hmacSha256(key, data)).toString('hex')).toBe(expected);
    }),
    { numRuns: 2000 },
  );
});
