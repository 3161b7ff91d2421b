import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ALLOWED_HEADERS, checkHeaders } from '../../src/http/index.ts';
import { get, openBuyer, opened } from './buyer.ts';
import { openSeller } from './seller.ts';

const refused = { ok: false, code: 'HEADER_INVALID' };
const allowed = fc.constantFrom(...ALLOWED_HEADERS);

describe('request headers', () => {
  it('are returned under lower-cased names', () => {
    expect(checkHeaders({ Accept: 'text/plain', 'Content-TYPE': 'a/b' })).toEqual({
      ok: true,
      value: { accept: 'text/plain', 'content-type': 'a/b' },
    });
  });

  it.each([
    'Authorization',
    'authorization',
    'Cookie',
    'Host',
    'Connection',
    'Content-Length',
    'Content-Encoding',
    'Transfer-Encoding',
    'TE',
    'Trailer',
    'Upgrade',
    'Expect',
    'Keep-Alive',
    'Forwarded',
    'X-Forwarded-For',
    'X-Real-IP',
    'Via',
    'Proxy-Authorization',
    'Proxy-Connection',
    'Accept-Encoding',
    'User-Agent',
    'Origin',
    'Referer',
    'Grpc-Metadata-Macaroon',
    'Macaroon',
    'X-Api-Key',
    '__proto__',
    'constructor',
    '',
    ' accept',
    'accept ',
    'accept:',
    'accept\r\nhost',
    'if-\u212Aatch',
    'a'.repeat(129),
  ])('named %j are refused', name => {
    expect(checkHeaders(Object.fromEntries([[name, 'a']]))).toMatchObject(refused);
  });

  it.each([
    ['a line break', 'a\r\nhost: b'],
    ['a bare carriage return', 'a\rb'],
    ['a bare line feed', 'a\nb'],
    ['a folded line', 'a\r\n b'],
    ['a NUL', 'a\u0000b'],
    ['another control', 'a\u001bb'],
    ['DEL', 'a\u007f'],
    ['Latin-1', 'zürich'],
    ['a character whose low byte is a line feed', 'a\u010ab'],
    ['a leading blank', ' a'],
    ['a trailing tab', 'a\t'],
    ['too many characters', 'a'.repeat(4097)],
  ])('with %s in the value are refused', (_what, value) => {
    expect(checkHeaders({ accept: value })).toMatchObject(refused);
  });

  it('that differ only in case are refused rather than merged', () => {
    expect(checkHeaders({ Accept: 'a', accept: 'b' })).toMatchObject(refused);
  });

  it('with values that are no strings are refused', () => {
    const given = { accept: ['a', 'b'] } as unknown as Record<string, string>;
    expect(checkHeaders(given)).toMatchObject(refused);
  });

  it('that are too many are refused', () => {
    const many = Object.fromEntries(Array.from({ length: 10_000 }, (_, i) => [`x-${i}`, 'a']));
    expect(checkHeaders(many)).toMatchObject(refused);
  });

  it('pass exactly if the name is listed and the value is visible ASCII with inner blanks', () => {
    fc.assert(
      fc.property(allowed, fc.string({ unit: 'binary', maxLength: 40 }), (name, value) => {
        const plain = [...value].every(c => c === '\t' || (c >= ' ' && c <= '~'));
        expect(checkHeaders({ [name]: value }).ok).toBe(plain && value === value.trim());
      }),
    );
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 20 }), name => {
        const lower = name.replace(/[A-Z]/g, c => c.toLowerCase());
        const given = Object.fromEntries([[name, 'a']]);
        expect(checkHeaders(given).ok).toBe(ALLOWED_HEADERS.has(lower));
      }),
    );
  });

  it('arrive at the seller as they were checked', async () => {
    const seen: (string | undefined)[] = [];
    const seller = await openSeller((request, response) => {
      seen.push(request.headers.prefer?.toString());
      response.end();
    });
    const buyer = openBuyer();
    const visible = fc.string({ unit: 'grapheme-ascii', minLength: 1, maxLength: 200 });
    await fc.assert(
      fc.asyncProperty(visible, async value => {
        fc.pre(value === value.trim());
        const answer = await buyer.exchange(
          get(seller.origin, { headers: { Prefer: value } }),
          opened,
        );
        expect(answer.ok).toBe(true);
        expect(seen.pop()).toBe(value);
      }),
      { numRuns: 50 },
    );
  });
});

describe('the exchange itself', () => {
  it.each([
    ['headers', { headers: { cookie: 'a=b' } }, 'HEADER_INVALID'],
    ['a credential', { authorization: 'L402 a:b\r\nhost: c' }, 'HEADER_INVALID'],
    ['an endless credential', { authorization: 'a'.repeat(16_385) }, 'HEADER_INVALID'],
    ['a method', { method: 'CONNECT' }, 'invalid_input'],
    [
      'a method with a line break',
      { method: 'GET / HTTP/1.1\r\nhost: a\r\n\r\nGET' },
      'invalid_input',
    ],
    ['a body with GET', { body: 'a' }, 'invalid_input'],
  ])('refuses %s that it must not send, and connects to nobody', async (_what, changes, code) => {
    const seller = await openSeller((_request, response) => response.end());
    const answer = await openBuyer().exchange(get(seller.origin, changes), opened);
    expect(answer).toMatchObject({ ok: false, code, reached: false });
    expect(seller.connections()).toBe(0);
  });

  it('says what it is, asks for no compression, and adds nothing else', async () => {
    const seller = await openSeller((request, response) => {
      response.end(JSON.stringify(request.rawHeaders));
    });
    const answer = await openBuyer().exchange(get(seller.origin), opened);
    if (!answer.ok) throw new Error(answer.code);
    expect(JSON.parse(Buffer.from(answer.value.bytes).toString())).toEqual([
      'host',
      new URL(seller.origin).host,
      'connection',
      'keep-alive',
      'accept',
      '*/*',
      'accept-encoding',
      'identity',
      'user-agent',
      'tollkeeper',
    ]);
  });
});
