import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  addCaveat,
  carriesCredential,
  encodeMacaroon,
  formatCredential,
  mintMacaroon,
  parseChallenge,
  parseCredential,
} from '../../src/l402/index.ts';
import { capture, captured, PREIMAGE, sampleMacaroon } from './sample.ts';

const MACAROON = sampleMacaroon();
const BYTES = Buffer.from(encodeMacaroon(MACAROON));
const TOKEN = BYTES.toString('base64');
const CREDENTIAL = { ok: true, value: { macaroon: MACAROON, preimage: PREIMAGE } };
const COLON = `L402 ${TOKEN}:${PREIMAGE}`;
const PARAMETERS = `L402 macaroon="${TOKEN}", preimage="${PREIMAGE}"`;

const authorized = (...authorization: string[]) => parseCredential({ authorization });

describe('formatCredential', () => {
  it('writes to the letter what Aperture accepted', () => {
    const challenge = parseChallenge(captured);
    const token = challenge.ok ? challenge.value.token : '';
    const { preimage } = capture.payment;
    expect(formatCredential({ token, preimage })).toBe(capture.accepted.authorization);
  });

  it('writes named parameters, or the older scheme, where a seller wants them', () => {
    const bought = { token: TOKEN, preimage: PREIMAGE };
    expect(formatCredential(bought, 'parameters')).toBe(PARAMETERS);
    expect(formatCredential({ ...bought, scheme: 'LSAT' })).toBe(`LSAT ${TOKEN}:${PREIMAGE}`);
  });

  it('writes in either form what parseCredential reads back', () => {
    const bytes = fc.uint8Array({ minLength: 1, maxLength: 70 });
    const text = fc.string({ unit: 'grapheme', maxLength: 40 });
    const hex32 = fc
      .uint8Array({ minLength: 32, maxLength: 32 })
      .map(each => Buffer.from(each).toString('hex'));
    const form = fc.constantFrom('colon', 'parameters');
    fc.assert(
      fc.property(
        bytes,
        text,
        fc.array(text),
        hex32,
        form,
        (id, location, caveats, preimage, how) => {
          const macaroon = mintMacaroon({ rootKey: id, identifier: id, location, caveats });
          const token = Buffer.from(encodeMacaroon(macaroon)).toString('base64');
          expect(authorized(formatCredential({ token, preimage }, how))).toEqual({
            ok: true,
            value: { macaroon, preimage },
          });
        },
      ),
    );
  });
});

describe('carriesCredential', () => {
  it.each([
    [true, { authorization: ['L402 garbage'] }],
    [true, { authorization: ['Basic abc', 'lsat x'] }],
    [true, { authorization: ['L402'] }],
    [true, { authorization: ['Basic abc, L402 x'] }],
    [true, { authorization: ['Bearer LSAT x'] }],
    [true, { authorization: [], macaroon: '' }],
    [true, { authorization: [], grpcMacaroon: '02' }],
    [false, { authorization: [] }],
    [false, { authorization: ['Basic abc', 'L402x y', 'Bearer L402'] }],
  ])('is %s for %j, so that nothing malformed passes for nothing', (expected, headers) => {
    expect(carriesCredential(headers)).toBe(expected);
  });
});

describe('parseCredential', () => {
  it.each([
    ['the colon form', COLON],
    ['the older scheme', COLON.replace('L402', 'LSAT')],
    ['a lower-case scheme', COLON.replace('L402', 'l402')],
    ['named parameters', PARAMETERS],
    ['the token under its newer name', PARAMETERS.replace('macaroon=', 'token=')],
    ['both names, which agree', `${PARAMETERS}, token="${TOKEN}"`],
    ['parameters in any order, unquoted', `LSAT preimage=${PREIMAGE},macaroon=${TOKEN}`],
    ['URL-safe base64', COLON.replace(TOKEN, BYTES.toString('base64url'))],
    ['base64 without padding', COLON.replace(TOKEN, TOKEN.replace(/=+$/, ''))],
  ])('reads %s', (_what, line) => {
    expect(authorized(line)).toEqual(CREDENTIAL);
  });

  it("reads both lines of Aperture's own client, which say the same", () => {
    expect(authorized(COLON.replace('L402', 'LSAT'), COLON)).toEqual(CREDENTIAL);
    expect(authorized(COLON, PARAMETERS)).toEqual(CREDENTIAL);
  });

  it('refuses lines that say different things, or one that says nothing readable', () => {
    const other = COLON.replace(PREIMAGE, '43'.repeat(32));
    expect(authorized(COLON, other)).toMatchObject({ ok: false });
    expect(authorized(COLON, 'L402 garbage')).toMatchObject({ ok: false });
  });

  it('steps over other schemes', () => {
    expect(authorized('Basic dXNlcjpwYXNz', COLON)).toEqual(CREDENTIAL);
    expect(authorized('Basic dXNlcjpwYXNz')).toMatchObject({
      ok: false,
      detail: 'The request carries no L402 credential.',
    });
  });

  it('reads the two hex headers, where the preimage is a caveat', () => {
    const narrowed = addCaveat(MACAROON, `preimage=${PREIMAGE}`);
    const hex = Buffer.from(encodeMacaroon(narrowed)).toString('hex');
    const expected = { ok: true, value: { macaroon: narrowed, preimage: PREIMAGE } };
    expect(parseCredential({ authorization: [], macaroon: hex })).toEqual(expected);
    expect(parseCredential({ authorization: [], grpcMacaroon: hex.toUpperCase() })).toEqual(
      expected,
    );
    expect(parseCredential({ authorization: [COLON], macaroon: hex })).toEqual(CREDENTIAL);
  });

  it('refuses a hex macaroon without a preimage, or with two', () => {
    const withPreimages = (...preimages: string[]) => {
      const narrowed = preimages.map(each => `preimage=${each}`).reduce(addCaveat, MACAROON);
      const macaroon = Buffer.from(encodeMacaroon(narrowed)).toString('hex');
      return parseCredential({ authorization: [], macaroon });
    };
    expect(withPreimages()).toMatchObject({ ok: false });
    expect(withPreimages('abc')).toMatchObject({ ok: false });
    expect(withPreimages(PREIMAGE, '43'.repeat(32))).toMatchObject({ ok: false });
    expect(withPreimages(PREIMAGE, PREIMAGE)).toMatchObject({ ok: true });
  });

  it.each([
    ['nothing after the scheme', 'L402 '],
    ['no preimage', `L402 ${TOKEN}`],
    ['a short preimage', COLON.slice(0, -2)],
    ['an upper-case preimage', COLON.replace(PREIMAGE, 'AB'.repeat(32))],
    ['a token that is no macaroon', `L402 abcd:${PREIMAGE}`],
    ['text after the preimage', `${COLON}, x`],
    ['a repeated parameter', `${PARAMETERS}, preimage="${PREIMAGE}"`],
    ['a parameter that is none', `${PARAMETERS}, =x`],
    ['two names that disagree', `${PARAMETERS}, token="abcd"`],
    ['a second scheme on the line', `${PARAMETERS}, Basic dXNlcjpwYXNz`],
  ])('refuses %s', (_what, line) => {
    expect(authorized(line)).toMatchObject({ ok: false, code: 'invalid_input' });
  });

  it('refuses more than 32 KiB, however well it reads', () => {
    const lines = (count: number) => authorized(...new Array<string>(count).fill(COLON));
    const fitting = Math.floor(32_768 / COLON.length);
    expect(lines(fitting)).toEqual(CREDENTIAL);
    expect(lines(fitting + 1)).toMatchObject({ ok: false, code: 'invalid_input' });
  });
});
