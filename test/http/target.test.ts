import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseTarget } from '../../src/http/index.ts';

const refused = { ok: false, code: 'url_invalid' };

describe('a target', () => {
  it.each([
    ['https://seller.example', 'https://seller.example/'],
    ['HTTPS://Seller.EXAMPLE:443/a?b=c', 'https://seller.example/a?b=c'],
    ['http://seller.example:8080/', 'http://seller.example:8080/'],
    ['https://seller.example/a#part', 'https://seller.example/a'],
    ['https://seller.example/#', 'https://seller.example/'],
    ['https://seller.example./a', 'https://seller.example/a'],
    ['https://seller.example.:8443/a', 'https://seller.example:8443/a'],
    ['https://zürich.example/ü', 'https://xn--zrich-kva.example/%C3%BC'],
    ['https://seller.example/a/../b', 'https://seller.example/b'],
    ['http://0x7f.1/', 'http://127.0.0.1/'],
    ['https://[::FFFF:7F00:1]/', 'https://[::ffff:7f00:1]/'],
  ])('%s is read as %s', (text, href) => {
    const target = parseTarget(text);
    expect(target.ok && target.value.href).toBe(href);
  });

  it.each([
    ['', 'empty'],
    ['/a', 'relative'],
    ['//seller.example/', 'without a scheme'],
    ['seller.example', 'a bare name'],
    ['ftp://seller.example/', 'another scheme'],
    ['file:///etc/passwd', 'a file'],
    ['javascript:alert(1)', 'a script'],
    ['data:text/plain,a', 'data'],
    ['https:seller.example', 'without slashes'],
    ['https:/seller.example', 'with one slash'],
    ['https:///seller.example', 'with three slashes'],
    ['https://', 'without a host'],
    ['https://?a', 'without a host but a query'],
    ['https://user@seller.example/', 'with a user'],
    ['https://user:secret@seller.example/', 'with a password'],
    ['https://:secret@seller.example/', 'with a password alone'],
    ['https://seller.example:443@127.0.0.1/', 'with a host dressed up as a user'],
    ['https://seller.example\\@127.0.0.1/', 'with a backslash before the host'],
    ['https:\\\\seller.example', 'with backslashes for slashes'],
    ['https://seller.example/a\\b', 'with a backslash in the path'],
    [' https://seller.example/', 'with a leading blank'],
    ['https://seller.example/ ', 'with a trailing blank'],
    ['https://seller.example/a b', 'with a blank'],
    ['https://sell\ter.example/', 'with a tab'],
    ['https://seller.example/\r\nHost: a', 'with a line break'],
    ['https://seller.example/\u0000', 'with a NUL'],
    ['https://seller.example/\u0085', 'with a C1 control'],
    ['https://seller.example/\u2028', 'with a line separator'],
    ['https://seller..example/', 'with an empty label'],
    ['https://seller.example../', 'with two root dots'],
    ['https://./', 'with no label'],
    ['https://1.2.3.4.5/', 'with five numbers'],
    ['https://256.1.1.1/', 'with a number too large'],
    ['https://[::1%25eth0]/', 'with a zone'],
    ['https://seller.example:0/', 'on port 0'],
    ['https://seller.example:22/', 'on the port of SSH'],
    ['http://seller.example:25/', 'on the port of mail'],
    ['http://seller.example:6667/', 'on the port of chat'],
    ['http://seller.example:10080/', 'on the port of Amanda'],
    ['https://seller.example:65536/', 'on no port'],
    [`https://seller.example/${'a'.repeat(4096)}`, 'longer than 4,096 characters'],
  ])('%j (%#: %s) is refused', text => {
    expect(parseTarget(text)).toMatchObject(refused);
  });

  it('never repeats the text in its refusal', () => {
    const refusal = parseTarget('https://user:s3cret@seller.example/');
    expect(JSON.stringify(refusal)).not.toContain('s3cret');
  });

  it('is a fixed point: what was read is read again as the same', () => {
    fc.assert(
      fc.property(fc.webUrl({ withFragments: true, withQueryParameters: true }), text => {
        const target = parseTarget(text);
        if (!target.ok) return;
        const again = parseTarget(target.value.href);
        expect(again.ok && again.value.href).toBe(target.value.href);
        expect(target.value.href).toMatch(/^https?:\/\/[\x21-\x7e]+$/);
      }),
    );
  });

  it('is read from any text without a throw', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 64 }), text => {
        for (const candidate of [text, `https://${text}`, `https://a/${text}`]) {
          expect(parseTarget(candidate).ok).toBeTypeOf('boolean');
        }
      }),
    );
  });
});
