import { secp256k1 } from '@noble/curves/secp256k1.js';
import { bech32 } from '@scure/base';
import bolt11 from 'bolt11';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { msat } from '../../src/base/index.ts';
import {
  decodeInvoice,
  decodeOwnInvoice,
  encodeInvoice,
  type InvoiceFields,
  parseChallenge,
} from '../../src/l402/index.ts';
import { signInvoice } from '../../src/l402/invoice-signature.ts';
import { encodeField, FIELD } from '../../src/l402/tagged-field.ts';
import { bytesToWords, numberToWords, type Words } from '../../src/l402/words.ts';
import { capture, captured, PRIVATE_KEY, sampleInvoice } from './sample.ts';

const PAYEE = Buffer.from(secp256k1.getPublicKey(PRIVATE_KEY)).toString('hex');
const HIGH_WORD = 16;

const field = (type: number, hex: string) =>
  encodeField(type, bytesToWords(Buffer.from(hex, 'hex')));
const HASH = field(FIELD.paymentHash, 'aa'.repeat(32));
const SECRET = field(FIELD.paymentSecret, 'bb'.repeat(32));
const TEXT = field(FIELD.description, Buffer.from('tea').toString('hex'));
const REQUIRED = [...HASH, ...SECRET, ...TEXT];

/** An invoice signed over any fields at all, also over ones that our own encoder would not write. */
function signed(fields: Words, prefix = 'lnbcrt10n'): string {
  const data = [...numberToWords(1_700_000_000, 7), ...fields];
  return bech32.encode(prefix, [...data, ...signInvoice(prefix, data, PRIVATE_KEY)], false);
}

function refusal(text: string): string | undefined {
  const decoded = decodeInvoice(text);
  return decoded.ok ? undefined : decoded.detail;
}

describe('decodeInvoice', () => {
  it('reads the invoice of a live LND field by field as LND itself did', () => {
    const lnd = capture.lndDecodedInvoice;
    const challenge = parseChallenge(captured);
    expect(challenge.ok && challenge.value.invoice).toEqual({
      text: /invoice="([^"]+)"/.exec(captured[0]!)![1],
      network: 'bcrt',
      amount: BigInt(lnd.num_msat),
      paymentHash: lnd.payment_hash,
      paymentSecret: Buffer.from(lnd.payment_addr, 'base64').toString('hex'),
      payee: lnd.destination,
      description: lnd.description,
      createdAt: Number(lnd.timestamp) * 1000,
      expiresAt: (Number(lnd.timestamp) + Number(lnd.expiry)) * 1000,
      minFinalCltv: Number(lnd.cltv_expiry),
      features: Object.keys(lnd.features).map(Number),
      routes: [],
      fallbacks: [],
    });
  });

  it('accepts a lightning: scheme and upper case, and gives the bare invoice in lower case', () => {
    const text = sampleInvoice();
    for (const spelling of [
      `lightning:${text}`,
      `LIGHTNING:${text.toUpperCase()}`,
      text.toUpperCase(),
    ]) {
      expect(decodeInvoice(spelling)).toEqual(decodeInvoice(text));
    }
    expect(decodeInvoice(text)).toMatchObject({ value: { text } });
    const kelvin = text.toUpperCase().replace('K', '\u212a');
    expect(kelvin.toLowerCase()).toBe(text);
    expect(decodeInvoice(kelvin)).toMatchObject({ ok: false });
  });

  it.each(['bc', 'tb', 'tbs', 'bcrt', 'sb'] as const)('knows the network ln%s', network => {
    expect(decodeInvoice(sampleInvoice({ network }))).toMatchObject({ value: { network } });
  });

  it.each([
    ['lnbcrt', undefined],
    ['lnbcrt1', 100_000_000_000n],
    ['lnbcrt1m', 100_000_000n],
    ['lnbcrt1u', 100_000n],
    ['lnbcrt1n', 100n],
    ['lnbcrt10p', 1n],
    ['lnbcrt21000000', 2_100_000_000_000_000_000n],
  ])('reads the amount of %s exactly', (prefix, amount) => {
    expect(decodeInvoice(signed(REQUIRED, prefix))).toMatchObject({ value: { amount } });
  });

  it.each([
    ['lnbcrt1p', 'Its amount is finer than a millisatoshi.'],
    ['lnbcrt15p', 'Its amount is finer than a millisatoshi.'],
    ['lnbcrt0', 'Its prefix or amount is malformed.'],
    ['lnbcrt01u', 'Its prefix or amount is malformed.'],
    ['lnbcrt1k', 'Its prefix or amount is malformed.'],
    ['lnbcrt-1u', 'Its prefix or amount is malformed.'],
    ['lnbcru', 'It is of an unknown network.'],
    ['lnbcrtu', 'Its prefix or amount is malformed.'],
    ['lnltc1u', 'It is of an unknown network.'],
    ['bcrt1u', 'Its prefix or amount is malformed.'],
    ['lnbcrt21000001', 'Its amount is more than all bitcoin.'],
    ['lnbcrt99999999999999999999', 'Its amount is more than all bitcoin.'],
    ['lnbcrt999999999999999999999', 'Its prefix or amount is malformed.'],
  ])('refuses the prefix %s', (prefix, detail) => {
    expect(refusal(signed(REQUIRED, prefix))).toBe(detail);
  });

  it.each([
    ['payment hash', HASH],
    ['payment secret', SECRET],
    ['description', TEXT],
    ['description hash', field(FIELD.descriptionHash, 'cc'.repeat(32))],
    ['payee', field(FIELD.payee, PAYEE)],
    ['expiry', encodeField(FIELD.expiry, [1])],
    ['final CLTV', encodeField(FIELD.finalCltv, [20])],
    ['features', encodeField(FIELD.features, [8, 8, 0])],
    ['metadata', field(FIELD.metadata, '01')],
  ])('refuses a field that comes twice, even with the same value: %s', (_name, twice) => {
    expect(refusal(signed([...REQUIRED, ...twice, ...twice]))).toBe(
      'A field that may come once comes twice.',
    );
  });

  it('refuses an invoice without a hash, a secret or a purpose, or with two purposes', () => {
    const purposes = 'It needs either a description or the hash of one.';
    expect(refusal(signed([...SECRET, ...TEXT]))).toBe('It has no valid payment hash.');
    expect(refusal(signed([...HASH, ...TEXT]))).toBe('It has no valid payment secret.');
    expect(refusal(signed([...HASH, ...SECRET]))).toBe(purposes);
    expect(refusal(signed([...REQUIRED, ...field(FIELD.descriptionHash, 'cc'.repeat(32))]))).toBe(
      purposes,
    );
  });

  it('refuses fields whose padding is not zero or whose text is not UTF-8', () => {
    const odd = [...HASH.slice(0, -1), (HASH.at(-1) ?? 0) | 1];
    expect(refusal(signed([...odd, ...SECRET, ...TEXT]))).toBe('It has no valid payment hash.');
    const latin = field(FIELD.description, 'ff');
    expect(refusal(signed([...HASH, ...SECRET, ...latin]))).toBe('Its description is not UTF-8.');
  });

  it('refuses fields that outrun the invoice or end before they begin', () => {
    expect(refusal(signed([...REQUIRED, FIELD.metadata, 31, 31]))).toBe('A field is not whole.');
    expect(refusal(signed([...REQUIRED, FIELD.metadata]))).toBe('A field is not whole.');
  });

  it('refuses absurd times and CLTV deltas, and malformed routes and fallbacks', () => {
    const withField = (type: number, words: Words) =>
      refusal(signed([...REQUIRED, ...encodeField(type, words)]));
    expect(withField(FIELD.expiry, new Array(8).fill(HIGH_WORD))).toBe('Its expiry is absurd.');
    expect(withField(FIELD.finalCltv, new Array(11).fill(1))).toBe('Its CLTV delta is absurd.');
    expect(withField(FIELD.route, [])).toBe('A route hint is malformed.');
    const bytes = (length: number, fill: number) => bytesToWords(new Uint8Array(length).fill(fill));
    expect(withField(FIELD.route, bytes(51, 2))).toBe(undefined);
    expect(withField(FIELD.route, bytes(52, 2))).toBe('A route hint is malformed.');
    expect(withField(FIELD.route, bytes(51, 5))).toBe('A route hint is malformed.');
    expect(withField(FIELD.fallback, [])).toBe('A fallback is malformed.');
    expect(withField(FIELD.fallback, [17, ...bytes(21, 1)])).toBe('A fallback is malformed.');
    expect(withField(FIELD.fallback, [0, ...bytes(21, 1)])).toBe('A fallback is malformed.');
    expect(withField(FIELD.fallback, [1, ...bytes(1, 1)])).toBe('A fallback is malformed.');
    expect(withField(FIELD.fallback, [1, ...bytes(40, 1)])).toBe(undefined);
    expect(withField(FIELD.fallback, [1, ...bytes(41, 1)])).toBe('A fallback is malformed.');
    expect(withField(FIELD.fallback, [19, ...bytes(1, 1)])).toBe(undefined);
    expect(withField(FIELD.features, [1, 0, 0, 0])).toBe(undefined);
    expect(withField(FIELD.features, [2, 0, 0, 0])).toBe(
      'Its features lack one that another depends on.',
    );
  });

  it('takes a stated payee at its word only under a low-S signature of that key', () => {
    const good = signed([...REQUIRED, ...field(FIELD.payee, PAYEE)]);
    expect(decodeInvoice(good)).toMatchObject({ ok: true, value: { payee: PAYEE } });

    const stranger = Buffer.from(secp256k1.getPublicKey(new Uint8Array(32).fill(9)));
    const forged = signed([...REQUIRED, ...field(FIELD.payee, stranger.toString('hex'))]);
    expect(refusal(forged)).toBe('Its signature is not valid.');
    const noKey = signed([...REQUIRED, ...field(FIELD.payee, '05'.repeat(33))]);
    expect(refusal(noKey)).toBe('Its signature is not valid.');
    expect(refusal(resigned(good, highS))).toBe('Its signature is not valid.');
    const fourth = (signature: Uint8Array) => signature.with(64, 4);
    expect(refusal(resigned(good, fourth))).toBe('Its signature is not valid.');
  });

  it('accepts a high-S signature where the key is recovered from it', () => {
    expect(decodeInvoice(resigned(signed(REQUIRED), highS))).toMatchObject({ ok: true });
  });

  it('refuses more characters than a QR code holds', () => {
    const routes = encodeField(FIELD.route, bytesToWords(new Uint8Array(51 * 12).fill(2)));
    const fields = new Array(6).fill(routes).flat();
    expect(decodeInvoice(signed([...REQUIRED, ...fields]))).toMatchObject({ ok: true });
    const long = signed([...REQUIRED, ...fields, ...fields]);
    expect(long.length).toBeGreaterThan(7089);
    expect(refusal(long)).toBe('It is too long.');
  });
});

describe('encodeInvoice', () => {
  it('writes what decodeInvoice reads back, for any fields', () => {
    fc.assert(
      fc.property(invoiceFields(), fields => {
        const decoded = decodeInvoice(encodeInvoice(fields, PRIVATE_KEY));
        expect(decoded).toEqual({
          ok: true,
          value: {
            ...fields,
            text: expect.stringMatching(/^ln/),
            payee: PAYEE,
          },
        });
      }),
      { numRuns: 300 },
    );
  });

  it('writes what the bolt11 package reads', () => {
    fc.assert(
      fc.property(invoiceFields(), fields => {
        const { bech32: _, ...versions } = {
          bech32: '',
          pubKeyHash: 0x6f,
          scriptHash: 0xc4,
          validWitnessVersions: Array.from({ length: 17 }, (_each, version) => version),
        };
        const network = { bech32: fields.network, ...versions };
        const plain = { ...fields, routes: [], fallbacks: [] };
        const theirs = bolt11.decode(encodeInvoice(plain, PRIVATE_KEY), network);
        expect(theirs.payeeNodeKey).toBe(PAYEE);
        expect(theirs.tagsObject.payment_hash).toBe(fields.paymentHash);
        expect(theirs.millisatoshis ?? undefined).toBe(fields.amount?.toString());
        expect(theirs.tagsObject.description).toBe(fields.description);
      }),
      { numRuns: 100 },
    );
  });

  it('refuses to write a hash of another length, or a field above 639 bytes', () => {
    const wrong = expect.objectContaining({ code: 'internal_error' });
    expect(() => sampleInvoice({ paymentHash: 'ab' })).toThrow(wrong);
    expect(() => sampleInvoice({ metadata: '00'.repeat(640) })).toThrow(wrong);
    expect(decodeInvoice(sampleInvoice({ metadata: '00'.repeat(639) }))).toMatchObject({
      ok: true,
    });
  });
});

describe('decodeOwnInvoice', () => {
  it('reads what decodeInvoice does, but for who signed it', () => {
    const text = sampleInvoice();
    const decoded = decodeInvoice(text);
    const own = decodeOwnInvoice(text);
    expect(own.ok && { ...own.value, payee: PAYEE }).toEqual(decoded.ok && decoded.value);
    expect(own).not.toHaveProperty('value.payee');
    const forged = resigned(text, signature => signature.with(64, 4));
    expect(refusal(forged)).toBe('Its signature is not valid.');
    expect(decodeOwnInvoice(forged).ok).toBe(true);
  });

  it('refuses what is wrong in anything else', () => {
    for (const text of ['', 'lnbcrt1', signed([...HASH, ...TEXT]), signed(REQUIRED, 'lnxx10n')]) {
      expect(refusal(text)).toBeDefined();
      expect(decodeOwnInvoice(text)).toEqual(decodeInvoice(text));
    }
  });
});

/** The same invoice with its 65 signature bytes changed, and a fresh checksum. */
function resigned(text: string, change: (signature: Uint8Array) => Uint8Array): string {
  const { prefix, words } = bech32.decode(text as `${string}1${string}`, false);
  const signature = change(bech32.fromWords(words.slice(-104)));
  return bech32.encode(prefix, [...words.slice(0, -104), ...bech32.toWords(signature)], false);
}

/** The other of the two values that s may have. */
function highS(signature: Uint8Array): Uint8Array {
  const { r, s } = secp256k1.Signature.fromBytes(signature.slice(0, 64), 'compact');
  const high = new secp256k1.Signature(r, secp256k1.Point.Fn.ORDER - s).toBytes('compact');
  return Uint8Array.of(...high, signature[64]!);
}

function invoiceFields(): fc.Arbitrary<InvoiceFields> {
  const hex = (bytes: number) =>
    fc
      .uint8Array({ minLength: bytes, maxLength: bytes })
      .map(each => Buffer.from(each).toString('hex'));
  const u = (bits: number) => fc.integer({ min: 0, max: 2 ** bits - 1 });
  const hop = fc.record({
    node: fc.tuple(fc.constantFrom('02', '03'), hex(32)).map(parts => parts.join('')),
    channel: fc.tuple(u(24), u(24), u(16)).map(parts => parts.join('x')),
    feeBaseMsat: u(32),
    feeRatePpm: u(32),
    cltvDelta: u(16),
  });
  const fallback = fc.oneof(
    fc.record({ version: fc.constantFrom(0, 17, 18), program: hex(20) }),
    fc.record({ version: fc.integer({ min: 0, max: 16 }), program: hex(32) }),
  );
  const features = fc
    .subarray([8, 9, 15, 16, 17, 24, 25, 48, 49, 63, 99, 263])
    .map(bits => [14, ...bits].sort((a, b) => a - b));
  const purpose = fc.oneof(
    fc.record({ description: fc.string({ unit: 'grapheme', maxLength: 40 }) }),
    fc.record({ descriptionHash: hex(32) }),
  );
  const rest = fc.record(
    {
      network: fc.constantFrom('bc', 'tb', 'tbs', 'bcrt', 'sb'),
      amount: fc.option(fc.bigInt({ min: 1n, max: 2_100_000_000_000_000_000n }).map(msat), {
        nil: undefined,
      }),
      paymentHash: hex(32),
      paymentSecret: hex(32),
      createdAt: u(35).map(seconds => seconds * 1000),
      lasts: u(35),
      minFinalCltv: u(16),
      features,
      routes: fc.array(fc.array(hop, { minLength: 1, maxLength: 3 }), { maxLength: 3 }),
      fallbacks: fc.array(fallback, { maxLength: 2 }),
    },
    { noNullPrototype: true },
  );
  return fc.tuple(rest, purpose, fc.option(hex(20), { nil: undefined })).map(
    ([{ lasts, ...fields }, why, metadata]) =>
      ({
        ...fields,
        ...why,
        expiresAt: fields.createdAt + lasts * 1000,
        ...(metadata !== undefined && { metadata }),
      }) as InvoiceFields,
  );
}
