import { describe, expect, it } from 'vitest';
import { msat } from '../../src/base/index.ts';
import { formatChallenge, type Network, parseChallenge, termsOf } from '../../src/l402/index.ts';
import { capture, captured, NOW, PAYMENT_HASH, sampleInvoice, sampleMacaroon } from './sample.ts';

interface Case {
  readonly invoice?: string;
  readonly network?: Network;
  readonly now?: number;
  readonly token?: string;
}

function terms({ invoice = sampleInvoice(), network = 'bcrt', now = NOW, token }: Case = {}) {
  const line = token
    ? `L402 token="${token}", invoice="${invoice}"`
    : formatChallenge({ macaroon: sampleMacaroon(), invoice });
  const challenge = parseChallenge([line]);
  return challenge.ok ? termsOf(challenge.value, { network, now }) : challenge;
}

describe('termsOf', () => {
  it('gives what a payment would mean', () => {
    expect(terms()).toEqual({
      ok: true,
      value: {
        amount: msat(21_000),
        paymentHash: PAYMENT_HASH,
        expiresAt: NOW + 3_600_000,
        network: 'bcrt',
        payee: '03e7156ae33b0a208d0744199163177e909e80176e55d97a2f221ede0f934dd9ad',
      },
    });
  });

  it('accepts the challenge that a live Aperture was paid for', () => {
    const challenge = parseChallenge(captured);
    const { num_msat, payment_hash, timestamp } = capture.lndDecodedInvoice;
    const now = Number(timestamp) * 1000;
    expect(challenge.ok && termsOf(challenge.value, { network: 'bcrt', now })).toMatchObject({
      value: { amount: BigInt(num_msat), paymentHash: payment_hash },
    });
  });

  it('refuses an invoice whose hash is not the one in the token', () => {
    const invoice = sampleInvoice({ paymentHash: 'cd'.repeat(32) });
    expect(terms({ invoice })).toEqual({
      ok: false,
      code: 'INVOICE_INVALID',
      detail: 'Its payment hash is not the one that the token names.',
    });
    expect(terms({ invoice, token: 'opaque' })).toMatchObject({ ok: true });
  });

  it.each(['bc', 'tb', 'tbs', 'sb'] as const)('refuses ln%s where the wallet is regtest', chain => {
    expect(terms({ invoice: sampleInvoice({ network: chain }) })).toMatchObject({
      ok: false,
      code: 'INVOICE_INVALID',
    });
  });

  it('refuses an invoice without an amount', () => {
    const invoice = sampleInvoice({ amount: undefined });
    expect(terms({ invoice })).toEqual({ ok: false, code: 'INVOICE_AMOUNT' });
  });

  it('wants 30 s left before the invoice expires, to the millisecond', () => {
    const last = NOW + 3_600_000 - 30_000;
    expect(terms({ now: last })).toMatchObject({ ok: true });
    expect(terms({ now: last + 1 })).toMatchObject({ ok: false, code: 'INVOICE_INVALID' });
    const stillborn = sampleInvoice({ expiresAt: NOW });
    expect(terms({ invoice: stillborn })).toMatchObject({ ok: false, code: 'INVOICE_INVALID' });
  });

  it("forgives a seller's clock an hour, not more", () => {
    expect(terms({ now: NOW - 3_600_000 })).toMatchObject({ ok: true });
    expect(terms({ now: NOW - 3_600_001 })).toMatchObject({ ok: false, code: 'INVOICE_INVALID' });
  });
});
