import bolt11 from 'bolt11';
import { describe, expect, it } from 'vitest';
import { msat } from '../../src/base/index.ts';
import { decodeInvoice, encodeInvoice, type Invoice } from '../../src/l402/index.ts';
import { bolt11Vectors, PRIVATE_KEY } from './sample.ts';

const PAYEE = '03e7156ae33b0a208d0744199163177e909e80176e55d97a2f221ede0f934dd9ad';
const LIST_HASH = '3925b6f67e2c340036ed12093dd44e0368df1b6ea26c53dbe4811f58fd5db8c1';
const TIMESTAMP = 1_496_314_658_000;

/** What the examples have in common, "unless otherwise noted". */
const COMMON = {
  network: 'bc',
  amount: undefined,
  paymentHash: '0001020304050607080900010203040506070809000102030405060708090102',
  paymentSecret: '11'.repeat(32),
  payee: PAYEE,
  createdAt: TIMESTAMP,
  expiresAt: TIMESTAMP + 3_600_000,
  minFinalCltv: 18,
  features: [8, 14],
  routes: [],
  fallbacks: [],
};
const LIST = { amount: msat(2_000_000_000), descriptionHash: LIST_HASH };
const BEANS = { amount: msat(2_500_000_000), description: 'coffee beans', features: [8, 14, 99] };
const COFFEE = { amount: msat(250_000_000), expiresAt: TIMESTAMP + 60_000 };

const EXPECTED: Readonly<Record<string, Partial<Invoice>>> = {
  'a donation of any amount': { description: 'Please consider supporting this project' },
  'a cup of coffee within one minute': { ...COFFEE, description: '1 cup coffee' },
  'a cup of nonsense, described in UTF-8': { ...COFFEE, description: 'ナンセンス 1杯' },
  'an entire list of things, hashed': LIST,
  'testnet, with a P2PKH fallback': {
    ...LIST,
    network: 'tb',
    fallbacks: [{ version: 17, program: '3172b5654f6683c8fb146959d347ce303cae4ca7' }],
  },
  'a P2PKH fallback and a route of two hops': {
    ...LIST,
    fallbacks: [{ version: 17, program: '04b61f7dc1ea0dc99424464cc4064dc564d91e89' }],
    routes: [
      [
        {
          node: '029e03a901b85534ff1e92c43c74431f7ce72046060fcf7a95c37e148f78c77255',
          channel: '66051x263430x1800',
          feeBaseMsat: 1,
          feeRatePpm: 20,
          cltvDelta: 3,
        },
        {
          node: '039e03a901b85534ff1e92c43c74431f7ce72046060fcf7a95c37e148f78c77255',
          channel: '197637x395016x2314',
          feeBaseMsat: 2,
          feeRatePpm: 30,
          cltvDelta: 4,
        },
      ],
    ],
  },
  'a P2SH fallback': {
    ...LIST,
    fallbacks: [{ version: 18, program: '8f55563b9a19f321c211e9b9f38cdf686ea07845' }],
  },
  'a P2WPKH fallback': {
    ...LIST,
    fallbacks: [{ version: 0, program: '751e76e8199196d454941c45d1b3a323f1433bd6' }],
  },
  'a P2WSH fallback': {
    ...LIST,
    fallbacks: [
      {
        version: 0,
        program: '1863143c14c5166804bd19203356da136c985678cd4d27a1b8c6329604903262',
      },
    ],
  },
  'a P2TR fallback': {
    ...LIST,
    fallbacks: [
      {
        version: 1,
        program: '0adac43daa9c8a5a68e09ea10692b82226ee190e572db9b90e17a410484ab405',
      },
    ],
  },
  'an amount in pico-bitcoin, for a week': {
    amount: msat(967_878_534),
    createdAt: 1_572_468_703_000,
    expiresAt: 1_572_468_703_000 + 604_800_000,
    paymentHash: '462264ede7e14047e9b249da94fefc47f41f7d02ee9b091815a5506bc8abf75f',
    description:
      'Blockstream Store: 88.85 USD for Blockstream Ledger Nano S x 1, "Back In My Day" Sticker x 2, "I Got Lightning Working" Sticker x 2 and 1 more items',
    minFinalCltv: 10,
    routes: [
      [
        {
          node: '03d06758583bb5154774a6eb221b1276c9e82d65bbaceca806d90e20c108f4b1c7',
          channel: '589390x3312x1',
          feeBaseMsat: 1000,
          feeRatePpm: 2500,
          cltvDelta: 40,
        },
      ],
    ],
  },
  'coffee beans, with features 8, 14 and 99': BEANS,
  'the same in upper case': BEANS,
  'the same with fields that must be ignored': BEANS,
  'payment metadata': {
    amount: msat(1_000_000_000),
    description: 'payment metadata inside',
    metadata: '01fafaf0',
    features: [8, 14, 48],
  },
  // The example negates s but keeps the recovery id, so it is another key that "signed" it.
  'a high-S signature to recover the key from': {
    description: 'Please consider supporting this project',
    payee: '02d0139ce7427d6dfffd26a326c18be754ef1e64672b42694ba5b23ef6e6e7803d',
  },
};

const REFUSED: Readonly<Record<string, string>> = {
  'the unknown required feature 100': 'It requires the unknown feature 100.',
  'a wrong checksum': 'It is not bech32, or its checksum is wrong.',
  'no separator': 'It is not bech32, or its checksum is wrong.',
  'mixed case': 'It is not bech32, or its checksum is wrong.',
  'a signature that yields no key': 'Its signature is not valid.',
  'too few characters': 'It is too short.',
  'an invalid multiplier': 'Its prefix or amount is malformed.',
  'an amount finer than a millisatoshi': 'Its amount is finer than a millisatoshi.',
  'no payment secret': 'It has no valid payment secret.',
  // The example also repeats its payment secret, which is seen first.
  'a high-S signature under a stated key': 'A field that may come once comes twice.',
};

describe('the examples of BOLT11', () => {
  it('are all here: 16 valid and 10 invalid ones', () => {
    expect(bolt11Vectors.valid.map(each => each.title)).toEqual(Object.keys(EXPECTED));
    expect(bolt11Vectors.invalid.map(each => each.title)).toEqual(Object.keys(REFUSED));
    expect([bolt11Vectors.valid.length, bolt11Vectors.invalid.length]).toEqual([16, 10]);
  });

  it.each(bolt11Vectors.valid)('are decoded field by field: $title', ({ title, invoice }) => {
    expect(decodeInvoice(invoice)).toEqual({
      ok: true,
      value: { ...COMMON, ...EXPECTED[title], text: invoice.toLowerCase() },
    });
  });

  it.each(bolt11Vectors.invalid)('are refused where they are invalid: $title', vector => {
    expect(decodeInvoice(vector.invoice)).toEqual({
      ok: false,
      code: 'INVOICE_INVALID',
      detail: REFUSED[vector.title],
    });
  });

  it.each([
    'a donation of any amount',
    'a cup of coffee within one minute',
    'a cup of nonsense, described in UTF-8',
    'an entire list of things, hashed',
    'a P2PKH fallback and a route of two hops',
    'a P2TR fallback',
  ])('are written again to the letter from their fields: %s', title => {
    const { invoice } = bolt11Vectors.valid.find(each => each.title === title)!;
    const decoded = decodeInvoice(invoice);
    expect(decoded.ok && encodeInvoice(decoded.value, PRIVATE_KEY)).toBe(invoice);
  });
});

describe('the bolt11 package as a second opinion', () => {
  // bolt11 1.4.1 takes the wrong-length `n` fields of this example for real ones.
  const WRONG_ON_VALID = 'the same with fields that must be ignored';
  // bolt11 1.4.1 asks neither for known features nor for a payment secret.
  const WRONG_ON_INVALID = ['the unknown required feature 100', 'no payment secret'];

  it.each(bolt11Vectors.valid)('reads what we read: $title', ({ title, invoice }) => {
    if (title === WRONG_ON_VALID) return expect(() => bolt11.decode(invoice)).toThrow('pubkey');
    const ours = decodeInvoice(invoice);
    const theirs = bolt11.decode(invoice);
    expect(ours).toMatchObject({
      value: {
        amount: theirs.millisatoshis ? BigInt(theirs.millisatoshis) : undefined,
        payee: theirs.payeeNodeKey,
        paymentHash: theirs.tagsObject.payment_hash,
        paymentSecret: theirs.tagsObject.payment_secret,
        createdAt: theirs.timestamp! * 1000,
        minFinalCltv: theirs.tagsObject.min_final_cltv_expiry ?? 18,
      },
    });
  });

  it.each(bolt11Vectors.invalid)('refuses what we refuse: $title', ({ title, invoice }) => {
    const decode = () => bolt11.decode(invoice);
    if (WRONG_ON_INVALID.includes(title)) expect(decode).not.toThrow();
    else expect(decode).toThrow();
  });
});
