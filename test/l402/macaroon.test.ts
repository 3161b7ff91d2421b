import fc from 'fast-check';
import oracle from 'macaroon';
import { describe, expect, it } from 'vitest';
import {
  addCaveat,
  decodeIdentifier,
  decodeMacaroon,
  encodeIdentifier,
  encodeMacaroon,
  type Macaroon,
  mintMacaroon,
  parseChallenge,
  verifyMacaroon,
} from '../../src/l402/index.ts';
import { capture, captured, ROOT_KEY, sampleMacaroon } from './sample.ts';

const utf8 = (text: string) => new Uint8Array(Buffer.from(text));
const base64 = (text: string) => new Uint8Array(Buffer.from(text, 'base64'));

/** libmacaroons' root_v2 and caveat_v2 files, which js-macaroon tests against too. */
const KEY = utf8('this is the key');
const VECTORS: readonly (readonly [caveats: readonly string[], bytes: string])[] = [
  [[], 'AgETaHR0cDovL2V4YW1wbGUub3JnLwIFa2V5aWQAAAYgfN7nklEcW8b1KEhYBd_psk54XijiqZMB-dcRxgnjjvc'],
  [
    ['account = 3735928559'],
    'AgETaHR0cDovL2V4YW1wbGUub3JnLwIFa2V5aWQAAhRhY2NvdW50ID0gMzczNTkyODU1OQAABiD1SAf23G7fiL8PcwazgiVio2JTPb9zObphdl2kvSWdhw',
  ],
  [
    ['account = 3735928559', 'user = alice'],
    'AgETaHR0cDovL2V4YW1wbGUub3JnLwIFa2V5aWQAAhRhY2NvdW50ID0gMzczNTkyODU1OQACDHVzZXIgPSBhbGljZQAABiBL6WfNHqDGsmuvakqU7psFsViG2guoXoxCqTyNDhJe_A',
  ],
];

const text = fc.string({ unit: 'grapheme', maxLength: 60 });
const bytes = fc.uint8Array({ minLength: 1, maxLength: 80 });
const minting = fc.record({
  rootKey: bytes,
  identifier: bytes,
  location: text,
  caveats: fc.array(text, { maxLength: 8 }),
});

describe('macaroons', () => {
  it.each(VECTORS)(
    'are minted byte for byte as libmacaroons mints them: %j',
    (caveats, expected) => {
      const identifier = utf8('keyid');
      const location = 'http://example.org/';
      const minted = mintMacaroon({ rootKey: KEY, identifier, location, caveats });
      expect(Buffer.from(encodeMacaroon(minted))).toEqual(Buffer.from(base64(expected)));
      expect(decodeMacaroon(base64(expected))).toEqual({ ok: true, value: minted });
      expect(verifyMacaroon(minted, KEY)).toBe(true);
      expect(verifyMacaroon(minted, utf8('this is not the key'))).toBe(false);
    },
  );

  it('are what the macaroon package makes of the same key, identifier and caveats', () => {
    // macaroon 3.0.4 throws on the fourth caveat, and lets no caveat or location be empty.
    const filled = fc.string({ unit: 'grapheme', minLength: 1, maxLength: 40 });
    const few = fc.record({
      rootKey: bytes,
      identifier: bytes,
      location: filled,
      caveats: fc.array(filled, { maxLength: 3 }),
    });
    fc.assert(
      fc.property(few, fields => {
        const theirs = oracle.newMacaroon({ version: 2, ...fields });
        for (const caveat of fields.caveats) theirs.addFirstPartyCaveat(caveat);
        expect(Buffer.from(encodeMacaroon(mintMacaroon(fields)))).toEqual(
          Buffer.from(theirs.exportBinary()),
        );
      }),
    );
  });

  it('of Aperture are written again to their own bytes, and carry the payment hash', () => {
    const challenge = parseChallenge(captured);
    const macaroon = challenge.ok ? challenge.value.macaroon! : sampleMacaroon();
    const sent = base64(/macaroon="([^"]+)"/.exec(captured[1]!)![1]!);
    expect(Buffer.from(encodeMacaroon(macaroon))).toEqual(Buffer.from(sent));
    expect(macaroon.location).toBe('lsat');
    expect(macaroon.caveats).toEqual([
      'services=svc:0',
      'svc_capabilities=',
      'svc_valid_until=1795372884',
    ]);
    expect(decodeIdentifier(macaroon.identifier)?.paymentHash).toBe(
      capture.lndDecodedInvoice.payment_hash,
    );
  });

  it('are read back as they were written, whatever they hold', () => {
    fc.assert(
      fc.property(minting, fields => {
        const minted = mintMacaroon(fields);
        expect(decodeMacaroon(encodeMacaroon(minted))).toEqual({ ok: true, value: minted });
      }),
    );
  });

  it('can be narrowed by any holder and still verify', () => {
    fc.assert(
      fc.property(minting, fc.array(text, { maxLength: 4 }), (fields, more) => {
        const narrowed = more.reduce(addCaveat, mintMacaroon(fields));
        expect(narrowed.caveats).toEqual([...fields.caveats, ...more]);
        expect(verifyMacaroon(narrowed, fields.rootKey)).toBe(true);
      }),
    );
  });

  it('verify no more once a caveat is taken away, changed or moved', () => {
    const caveats = fc.uniqueArray(text, { minLength: 2, maxLength: 6 });
    fc.assert(
      fc.property(minting, caveats, fc.nat(), (fields, distinct, pick) => {
        const whole = mintMacaroon({ ...fields, caveats: distinct });
        const at = pick % distinct.length;
        const tampered: readonly (readonly string[])[] = [
          distinct.toSpliced(at, 1),
          distinct.with(at, `${distinct[at]}x`),
          [...distinct.slice(1), distinct[0]!],
        ];
        for (const changed of tampered) {
          expect(verifyMacaroon({ ...whole, caveats: changed }, fields.rootKey)).toBe(false);
        }
      }),
    );
  });

  /** A signature field; the shortest macaroon around it is the control of the cases below. */
  const signature = [6, 32, ...new Array<number>(32).fill(0)];
  const [a, b] = [0x61, 0x62];

  it('may lack a location and caveats', () => {
    expect(decodeMacaroon(Uint8Array.of(2, 2, 1, a, 0, 0, ...signature))).toMatchObject({
      ok: true,
      value: { location: '', identifier: Uint8Array.of(a), caveats: [] },
    });
  });

  it.each([
    ['nothing in them', []],
    ['another version', [1, 2, 1, a, 0, 0, ...signature]],
    ['a byte after the end', [2, 2, 1, a, 0, 0, ...signature, 0]],
    ['a byte missing', [2, 2, 1, a, 0, 0, ...signature.slice(1)]],
    ['no identifier', [2, 0, 0, ...signature]],
    ['no end of the caveats', [2, 2, 1, a, 0, ...signature]],
    ['a third-party caveat', [2, 2, 1, a, 0, 2, 1, b, 4, 1, b, 0, 0, ...signature]],
    ['a caveat with a location', [2, 2, 1, a, 0, 1, 1, b, 2, 1, b, 0, 0, ...signature]],
    ['a length in more bytes than needed', [2, 2, 0x81, 0, a, 0, 0, ...signature]],
    ['an empty location', [2, 1, 0, 2, 1, a, 0, 0, ...signature]],
    ['a location that is not UTF-8', [2, 1, 1, 0xff, 2, 1, a, 0, 0, ...signature]],
    ['a caveat that is not UTF-8', [2, 2, 1, a, 0, 2, 1, 0xff, 0, 0, ...signature]],
    ['a short signature', [2, 2, 1, a, 0, 0, 6, 31, ...signature.slice(3)]],
    ['two signatures', [2, 2, 1, a, 0, 0, ...signature, ...signature]],
  ])('are refused with %s', (_what, encoded) => {
    expect(decodeMacaroon(Uint8Array.from(encoded))).toMatchObject({
      ok: false,
      code: 'ChallengeParseError',
    });
  });

  it('are refused above 12 KiB', () => {
    const big = (length: number): Macaroon => sampleMacaroon(['x'.repeat(length)]);
    expect(decodeMacaroon(encodeMacaroon(big(12_000)))).toEqual({ ok: true, value: big(12_000) });
    expect(decodeMacaroon(encodeMacaroon(big(12_300)))).toMatchObject({ ok: false });
    expect(decodeMacaroon(encodeMacaroon(big(20_000)))).toMatchObject({ ok: false });
  });
});

describe('identifiers', () => {
  it('hold version, payment hash and token id in 66 bytes', () => {
    const identifier = { paymentHash: '01'.repeat(32), tokenId: '02'.repeat(32) };
    const encoded = encodeIdentifier(identifier);
    expect(Buffer.from(encoded).toString('hex')).toBe(`0000${'01'.repeat(32)}${'02'.repeat(32)}`);
    expect(decodeIdentifier(encoded)).toEqual(identifier);
  });

  it('of another version or length bind nothing', () => {
    const good = encodeIdentifier({ paymentHash: '01'.repeat(32), tokenId: '02'.repeat(32) });
    expect(decodeIdentifier(good.with(1, 1))).toBe(undefined);
    expect(decodeIdentifier(good.with(0, 1))).toBe(undefined);
    expect(decodeIdentifier(good.slice(1))).toBe(undefined);
    expect(decodeIdentifier(Uint8Array.of(...good, 0))).toBe(undefined);
  });

  it('are not written from anything but 32 bytes of hex', () => {
    const tokenId = '02'.repeat(32);
    for (const paymentHash of ['', '01', 'zz'.repeat(32), 'AA'.repeat(32)]) {
      expect(() => encodeIdentifier({ paymentHash, tokenId })).toThrow('32 bytes');
    }
  });

  it('of our own tokens verify only under their own key', () => {
    expect(verifyMacaroon(sampleMacaroon(), ROOT_KEY)).toBe(true);
    expect(verifyMacaroon(sampleMacaroon(), ROOT_KEY.with(0, 1))).toBe(false);
    const short = { ...sampleMacaroon(), signature: new Uint8Array(31) };
    expect(verifyMacaroon(short, ROOT_KEY)).toBe(false);
  });
});
