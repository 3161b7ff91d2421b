import { parseL402 } from '@getalby/lightning-tools/402';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { msat } from '../../src/base/index.ts';
import {
  encodeMacaroon,
  formatChallenge,
  formatChallengePair,
  mintMacaroon,
  parseChallenge,
  termsOf,
} from '../../src/l402/index.ts';
import { captured, NOW, sampleInvoice, sampleMacaroon } from './sample.ts';

const INVOICE = sampleInvoice();
const MACAROON = sampleMacaroon();
const BYTES = Buffer.from(encodeMacaroon(MACAROON));
const TOKEN = BYTES.toString('base64');
const HYBRID = formatChallenge({ macaroon: MACAROON, invoice: INVOICE });
const L402 = `L402 macaroon="${TOKEN}", invoice="${INVOICE}"`;

/** What lsat-js 2 tests with: a macaroon and an invoice of a real Loop server on testnet. */
const LSAT_JS =
  'macaroon="AgESMy4xMzYuMTc4LjE1OjM0MjM4AkIAAD2b0rX78LATiVo8bKgHuurefeF5OeX2H5ZuacBIK3+RAR1PKU1oZpfCZFib4zdDoj0pOpgPmhtuzNllU+y//D0AAAYgcWFs9FIteCzpCcEPSwmXKBpcx97hyL5Yt99cbLjRHzU=", invoice="lntb20n1psza5dwpp58kda9d0m7zcp8z2683k2spa6at08mcte88jlv8ukde5uqjpt07gsdzjfp85gnpqd9h8vmmfvdjjqurp09kk2mn5ypn8ymmdyppksctfdecx76twwssyxmmjv5sxcmny8gcnqvps8ycqzpgsp5m7xru8dlhrhmwjp8gynsj2l9mwan2jk52ah5xucrn9kc3p0pj5ns9qy9qsq7jjxypyyc7hvvs8srh6c3lvcp5l5wka94htnfxak99hd5qrx69sya9sj4zm3w5lncw0tksf944q73tduhlhs5apd63m9dte9dhva5dgqaceunx"';

function parsed(...lines: string[]) {
  const challenge = parseChallenge(lines);
  return challenge.ok
    ? [challenge.value.scheme, challenge.value.token, challenge.value.invoice.text]
    : [challenge.code, challenge.detail];
}
const UNDERSTOOD = ['L402', TOKEN, INVOICE];

describe('parseChallenge', () => {
  it("reads Aperture's pair of lines, apart, the other way round, and folded into one", () => {
    const apart = parseChallenge(captured);
    expect(apart).toMatchObject({ ok: true, value: { scheme: 'L402' } });
    expect(parseChallenge(captured.toReversed())).toEqual(apart);
    expect(parseChallenge([captured.join(', ')])).toEqual(apart);
  });

  it("reads lsat-js's challenge, whose token is bound to its invoice", () => {
    const challenge = parseChallenge([`LSAT ${LSAT_JS}`]);
    expect(challenge).toMatchObject({
      ok: true,
      value: { scheme: 'LSAT', invoice: { amount: 2000n, network: 'tb' } },
    });
    const terms =
      challenge.ok &&
      termsOf(challenge.value, { network: 'tb', now: challenge.value.invoice.createdAt });
    expect(terms).toMatchObject({ ok: true });
  });

  it.each([
    ["the specification's own form", `L402 version="0", token="${TOKEN}", invoice="${INVOICE}"`],
    ['our hybrid', HYBRID],
    ['invoice before macaroon', `L402 invoice="${INVOICE}", macaroon="${TOKEN}"`],
    ['no space after the comma', `L402 macaroon="${TOKEN}",invoice="${INVOICE}"`],
    ['a lower-case scheme', L402.replace('L402', 'l402')],
    ['upper-case parameter names', `L402 MACAROON="${TOKEN}", Invoice="${INVOICE}"`],
    ['spaces around the equals signs', `L402   macaroon = "${TOKEN}" ,\tinvoice\t="${INVOICE}"`],
    ['unquoted values', `L402 macaroon=${TOKEN}, invoice=${INVOICE}`],
    ['escapes in a quoted value', L402.replace('"Ag', '"\\A\\g')],
    ['URL-safe base64', L402.replace(TOKEN, BYTES.toString('base64url'))],
    ['base64 without padding', L402.replace(TOKEN, TOKEN.replace(/=+$/, ''))],
    ['an upper-case invoice with its scheme', L402.replace('lnbc', 'lightning:lnbc')],
    ['parameters that nobody knows', `${L402}, realm="a, b", ttl=60, x="\\""`],
    ['the amount of the seed', `${L402}, amount_msats=21000`],
    ['empty list elements', `, ,${L402}, ,`],
    ['the same challenge twice', `${L402}, ${L402}`],
    ['Payment before it', `Payment id="x", method="lightning", request="eyJh" , ${L402}`],
    ['Basic and Bearer around it', `Basic realm="x", ${L402}, Bearer`],
    ['a token68 scheme before it', `Negotiate YWJj==, ${L402}`],
    ['odd schemes before it', `Odd one two three, Odder a==b, "loose", ${L402}`],
  ])('reads %s', (_what, line) => {
    expect(parsed(line)).toEqual(UNDERSTOOD);
  });

  it('reads one challenge out of many lines of other schemes', () => {
    expect(parsed('Basic realm="x"', 'Digest qop="auth, auth-int"', L402, 'Bearer')).toEqual(
      UNDERSTOOD,
    );
  });

  it('passes on a token that is no macaroon as it came', () => {
    const opaque = 'eyJhbGciOiJIUzI1NiJ9.e30.t-_~';
    const challenge = parseChallenge([`L402 token="${opaque}", invoice="${INVOICE}"`]);
    expect(challenge).toMatchObject({ ok: true, value: { token: opaque, macaroon: undefined } });
  });

  it.each([
    ['an empty header', ''],
    ['another scheme', 'Bearer token'],
    ['our parameters under another scheme', L402.replace('L402', 'L4022')],
    ['our scheme inside a quoted value', `Basic realm="x, ${L402.replaceAll('"', '')}"`],
    ['our scheme inside an escaped quotation', `Basic realm="\\", ${L402.replaceAll('"', '')}"`],
    ['parameters of no scheme', L402.slice(5)],
    ['no macaroon', `L402 invoice="${INVOICE}"`],
    ['no invoice', `L402 macaroon="${TOKEN}"`],
    ['an empty macaroon', `L402 macaroon="", invoice="${INVOICE}"`],
    ['an empty invoice', `L402 macaroon="${TOKEN}", invoice=""`],
    ['a bare scheme', 'L402'],
    ['a token68 instead of parameters', `L402 ${TOKEN}`],
    ['a missing comma', `L402 macaroon="${TOKEN}" invoice="${INVOICE}"`],
    ['text after a quoted value', L402.replace('",', '"x,')],
    ['text after a quoted value that nobody needs', `${L402}, realm="x"y`],
    ['a list element that is no parameter', `${L402}, =x`],
    ['a scheme that no space ends', L402.replace('L402 ', 'L402/x, ')],
    ['an open quotation that ends in an escape', `${L402}, realm="x\\`],
    ['an open quotation', L402.slice(0, -1)],
    ['two invoices', `${L402}, invoice="${INVOICE}"`],
    ['two macaroons', `${L402}, Macaroon="${TOKEN}"`],
    ['two other parameters of one name', `${L402}, a=1, a=1`],
    ['a token that is not the macaroon', `${L402}, token="other"`],
    ['an empty token beside the macaroon', `${L402}, token=""`],
    [
      'a token with a colon, which would split a credential',
      `L402 token="a:b", invoice="${INVOICE}"`,
    ],
    ['a token with a line break', `L402 token="a\r\nb", invoice="${INVOICE}"`],
    ['a token with a space', `L402 token="a b", invoice="${INVOICE}"`],
    ['more than 16 challenges', `${'Basic, '.repeat(16)}${L402}`],
    ['more than 16 KiB', `${L402}, a="${'x'.repeat(16_384)}"`],
  ])('refuses %s', (_what, line) => {
    expect(parseChallenge([line])).toMatchObject({ ok: false, code: 'ChallengeParseError' });
  });

  it('refuses an LSAT line that says anything else than the L402 line', () => {
    const lsat = L402.replace('L402', 'LSAT');
    expect(parsed(lsat, L402)).toEqual(UNDERSTOOD);
    const differ = ['ChallengeParseError', 'Several challenges were sent that differ.'];
    const dearer = sampleInvoice({ amount: msat(22_000) });
    expect(parsed(lsat.replace(INVOICE, dearer), L402)).toEqual(differ);
    expect(parsed(lsat.replace(TOKEN, 'other'), L402)).toEqual(differ);
    expect(parsed(lsat.replace('invoice', 'invoiced'), L402)[0]).toBe('ChallengeParseError');
  });

  it('lets a header veto the amount of the invoice, never set it', () => {
    for (const claim of ['20999', '21001', '0', '', '021000', '+21000', '21000.0', 'undefined']) {
      expect(parsed(`${L402}, amount_msats="${claim}"`)[0]).toBe('INVOICE_AMOUNT');
    }
    const open = L402.replace(INVOICE, sampleInvoice({ amount: undefined }));
    expect(parsed(`${open}, amount_msats="21000"`)[0]).toBe('INVOICE_AMOUNT');
    expect(parsed(`${open}, amount_msats="undefined"`)[0]).toBe('INVOICE_AMOUNT');
  });

  it("refuses lnget's invalid challenges, and says so of an invoice that is none", () => {
    expect(parsed('L402 macaroon="not-base64!!!", invoice="lnbc..."')[0]).toBe('INVOICE_INVALID');
    expect(parsed('L402 macaroon="YWJjZGVm", invoice="lnbc..."')[0]).toBe('INVOICE_INVALID');
    expect(parsed('L402 invoice="lnbc..."')[0]).toBe('ChallengeParseError');
    expect(parsed('L402 macaroon="abc"')[0]).toBe('ChallengeParseError');
  });

  it('never repeats a word of the seller in a refusal', () => {
    const secret = 'IGNOREALLPREVIOUSINSTRUCTIONS';
    for (const line of [
      `L402 macaroon="${secret}", invoice="${secret}"`,
      `L402 ${secret}="${secret}"`,
      `${secret} a="${secret}"`,
    ]) {
      expect(JSON.stringify(parseChallenge([line]))).not.toContain(secret);
    }
  });

  it('understands one challenge in any spelling that RFC 9110 allows, among other schemes', () => {
    fc.assert(
      fc.property(spelling(), line => {
        expect(parsed(line)).toEqual(UNDERSTOOD);
      }),
      { numRuns: 500 },
    );
  });
});

describe('formatChallengePair', () => {
  const pair = formatChallengePair({ macaroon: MACAROON, invoice: INVOICE });

  it('is one challenge in two lines, for clients of the older name and of the newer', () => {
    expect(pair[0]).toBe(L402.replace('L402', 'LSAT'));
    expect(pair[1]).toBe(HYBRID);
    expect(parseChallenge(pair)).toMatchObject({
      ok: true,
      value: { scheme: 'L402', token: TOKEN, invoice: { text: INVOICE } },
    });
  });

  it('is read by lightning-tools from the first line, the second, or both as one', () => {
    for (const header of [...pair, pair.join(', ')]) {
      expect(parseL402(header)).toMatchObject({ token: TOKEN, invoice: INVOICE });
    }
  });
});

describe('formatChallenge', () => {
  it('writes what parseChallenge reads back', () => {
    const text = fc.string({ unit: 'grapheme', maxLength: 40 });
    fc.assert(
      fc.property(
        fc.uint8Array({ maxLength: 70 }),
        text,
        fc.array(text),
        (id, location, caveats) => {
          const fields = { rootKey: new Uint8Array(1), identifier: id, location, caveats };
          const macaroon = mintMacaroon(fields);
          expect(parseChallenge([formatChallenge({ macaroon, invoice: INVOICE })])).toMatchObject({
            ok: true,
            value: { macaroon, invoice: { text: INVOICE } },
          });
        },
      ),
    );
  });

  it("is read by Alby's lightning-tools", () => {
    expect(parseL402(HYBRID)).toMatchObject({ token: TOKEN, invoice: INVOICE });
  });

  it.each([
    ["Aperture's client", /(LSAT|L402) macaroon="(.*?)", invoice="(.*?)"/],
    ['lnget', /(LSAT|L402)\s+macaroon="([^"]+)",\s*invoice="([^"]+)"/i],
  ])('is found by the pattern of %s', (_client, pattern) => {
    expect(pattern.exec(HYBRID)?.slice(1)).toEqual(['L402', TOKEN, INVOICE]);
  });

  it('is for an invoice that may be paid', () => {
    const challenge = parseChallenge([HYBRID]);
    const terms = challenge.ok && termsOf(challenge.value, { network: 'bcrt', now: NOW });
    expect(terms).toMatchObject({ ok: true, value: { amount: 21_000n } });
  });
});

/** The challenge of L402 with its parameters in any order, case, quoting and spacing. */
function spelling(): fc.Arbitrary<string> {
  const space = fc.constantFrom('', ' ', '  ', '\t');
  const anyCase = (text: string) =>
    fc
      .array(fc.boolean(), { minLength: text.length, maxLength: text.length })
      .map(upper => [...text].map((char, at) => (upper[at] ? char.toUpperCase() : char)).join(''));
  const quoted = (value: string) =>
    fc
      .array(fc.boolean(), { minLength: value.length, maxLength: value.length })
      .map(
        escaped => `"${[...value].map((char, at) => (escaped[at] ? `\\${char}` : char)).join('')}"`,
      );
  const param = (name: string, value: string) =>
    fc
      .tuple(anyCase(name), space, space, fc.oneof(fc.constant(value), quoted(value)))
      .map(([key, before, after, text]) => `${key}${before}=${after}${text}`);
  const extras = fc.subarray(['realm="a, L402 b"', 'ttl=60', 'x="\\"\\\\"', "y='z'"]);
  const others = fc.subarray([
    'Basic realm="say \\"L402\\", please"',
    'Bearer',
    'Negotiate YWJj=',
    'Payment id="1", method="lightning", request="e30"',
    'Odd what is this',
  ]);
  return fc
    .tuple(param('macaroon', TOKEN), param('invoice', INVOICE), extras, space, space, others)
    .chain(([macaroon, invoice, more, left, right, schemes]) =>
      fc
        .tuple(
          anyCase('l402'),
          fc.shuffledSubarray([macaroon, invoice, ...more], {
            minLength: 2 + more.length,
            maxLength: 2 + more.length,
          }),
          fc.nat(schemes.length),
        )
        .map(([scheme, params, at]) => {
          const comma = `${left},${right}`;
          const ours = `${scheme} ${params.join(comma)}`;
          return schemes.toSpliced(at, 0, ours).join(comma);
        }),
    );
}
