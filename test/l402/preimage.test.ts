import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { unlocks } from '../../src/l402/index.ts';
import { capture, PAYMENT_HASH, PREIMAGE } from './sample.ts';

describe('unlocks', () => {
  it('knows the preimage that LND revealed for its invoice', () => {
    const { payment_hash } = capture.lndDecodedInvoice;
    expect(unlocks(capture.payment.preimage, payment_hash)).toBe(true);
    expect(unlocks('0'.repeat(64), payment_hash)).toBe(false);
  });

  it('accepts 64 lower-case hex digits and nothing else', () => {
    expect(unlocks(PREIMAGE, PAYMENT_HASH)).toBe(true);
    for (const preimage of [
      '',
      PREIMAGE.slice(2),
      `${PREIMAGE}00`,
      ` ${PREIMAGE}`,
      `${PREIMAGE}\n`,
    ]) {
      expect(unlocks(preimage, PAYMENT_HASH)).toBe(false);
    }
    const hash = PAYMENT_HASH.toUpperCase();
    expect(unlocks(PREIMAGE, hash)).toBe(false);
  });

  it('is opened by no other text', () => {
    fc.assert(
      fc.property(fc.string(), guess => {
        expect(unlocks(guess, PAYMENT_HASH)).toBe(false);
      }),
    );
  });
});
