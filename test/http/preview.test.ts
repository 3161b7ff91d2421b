import { createHash } from 'node:crypto';
import { gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { harmless, type Preview, previewOf } from '../../src/http/index.ts';

const utf8 = (text: string) => new TextEncoder().encode(text);
const textOf = (preview: Preview) => (preview.kind === 'text' ? preview.text : undefined);
const shown = (text: string, type = 'text/plain') => textOf(previewOf(utf8(text), type));

/** Code points that no preview may hold, written out independently of Unicode properties. */
function isHarmful(character: string): boolean {
  const c = character.codePointAt(0) ?? 0;
  const within = (from: number, to: number) => c >= from && c <= to;
  return (
    (c < 0x20 && character !== '\n' && character !== '\t') ||
    within(0x7f, 0x9f) ||
    within(0x200b, 0x200f) ||
    within(0x202a, 0x202e) ||
    within(0x2060, 0x206f) ||
    within(0x2028, 0x2029) ||
    within(0xd800, 0xdfff) ||
    within(0xfe00, 0xfe0f) ||
    within(0xe0000, 0xe0fff) ||
    [0xad, 0x61c, 0x180e, 0xfeff].includes(c)
  );
}

const hostile = fc.oneof(
  fc.string({ unit: 'binary' }),
  fc.constantFrom(
    '\u001b[31m',
    '\u001b]0;title\u0007',
    '\u001b]8;;https://a\u001b\\',
    '\u009b1A',
    '\u001bPq\u001b\\',
    '\u202e',
    '\u2066',
    '\u200b',
    '\ufeff',
    '\u{e0041}',
    '\ufe0f',
    '\u{e0100}',
    '\u00ad',
    '\u2028',
    '\r\n',
    '\t',
    '😀',
    'é',
  ),
);
const textTypes = fc.constantFrom(
  undefined,
  'text/plain',
  'application/json',
  'text/html; charset=latin1',
);

describe('a preview', () => {
  it('of any bytes is at most 8,192 bytes of whole, harmless characters, or the facts of a binary', () => {
    const bytes = fc.oneof(
      fc.uint8Array({ maxLength: 12_000 }),
      fc.array(hostile, { maxLength: 2_000 }).map(parts => utf8(parts.join(''))),
    );
    fc.assert(
      fc.property(bytes, textTypes, (body, type) => {
        const preview = previewOf(body, type);
        if (preview.kind === 'binary') {
          const digest = createHash('sha256').update(body).digest('hex');
          expect(preview).toMatchObject({ bytes: body.length, sha256: digest });
          return;
        }
        expect(preview.text.isWellFormed()).toBe(true);
        expect(utf8(preview.text).length).toBeLessThanOrEqual(8192);
        expect([...preview.text].filter(isHarmful)).toEqual([]);
        if (body.length > 8192) expect(preview.truncated).toBe(true);
      }),
    );
  });

  it('of plain text within the limit is that text, whole', () => {
    const plain = fc.string({ unit: 'grapheme-ascii', maxLength: 500 });
    fc.assert(
      fc.property(plain, text => {
        expect(previewOf(utf8(text), 'text/plain')).toEqual({
          kind: 'text',
          text,
          truncated: false,
        });
      }),
    );
  });

  it.each(['é', '€', '😀'])('is never cut inside %s, wherever the limit falls', character => {
    for (let shift = 0; shift < 4; shift++) {
      const text = 'a'.repeat(shift) + character.repeat(9_000);
      const preview = previewOf(utf8(text), 'text/plain');
      expect(preview).toMatchObject({ kind: 'text', truncated: true });
      expect(text.startsWith(textOf(preview) ?? '-')).toBe(true);
      expect(utf8(textOf(preview) ?? '').length).toBeGreaterThan(8192 - 4);
    }
  });

  it('of exactly 8,192 bytes is not truncated, of one more it is', () => {
    expect(previewOf(utf8('a'.repeat(8192)), 'text/plain')).toMatchObject({ truncated: false });
    expect(previewOf(utf8('a'.repeat(8193)), 'text/plain')).toMatchObject({ truncated: true });
  });

  it.each([
    ['colours', 'a\u001b[31;1mb\u001b[0m', 'ab'],
    ['a window title', 'a\u001b]0;pwned\u0007b', 'ab'],
    ['a cursor movement in C1', 'a\u009b2Ab', 'ab'],
    ['a sequence inside a sequence', 'a\u001b\u001b[0m[31mb', 'a[31mb'],
    ['bidirectional overrides', 'a\u202egnp.exe\u202c\u2066\u2069b', 'agnp.exeb'],
    ['zero-width characters', 'a\u200b\u200c\u200d\u2060\ufeffb', 'ab'],
    ['tag characters', `a${String.fromCodePoint(0xe0069, 0xe0067, 0xe007f)}b`, 'ab'],
    ['variation selectors', 'a\ufe0f\u{e0101}b', 'ab'],
    ['invisible fillers', 'a\u115f\u3164\u034fb', 'ab'],
    ['line separators', 'a\u2028\u2029\u0085b', 'ab'],
    ['controls', 'a\u0001\b\u007f\rb', 'ab'],
  ])('shows no %s', (_what, text, left) => expect(shown(text)).toBe(left));

  it('keeps line feeds, tabs and every visible script', () => {
    const text = 'line\n\tПривет, 世界, مرحبا, 😀';
    expect(shown(text)).toBe(text);
  });

  it('replaces stray bytes, but calls a body full of them binary', () => {
    const stray = Buffer.concat([utf8('price: 5 '), Buffer.of(0xff), utf8(' sats')]);
    expect(textOf(previewOf(stray, 'text/plain'))).toBe('price: 5 \ufffd sats');
    expect(previewOf(Buffer.alloc(100, 0xff), 'text/plain')).toMatchObject({ kind: 'binary' });
  });

  it('reads Latin-1 where it is named', () => {
    const bytes = Buffer.from('Zürich', 'latin1');
    expect(textOf(previewOf(bytes, 'text/plain; charset=ISO-8859-1'))).toBe('Zürich');
    const long = previewOf(Buffer.alloc(8192, 0xe9), 'text/plain; charset=latin1');
    expect(long).toMatchObject({ kind: 'text', text: 'é'.repeat(4096), truncated: true });
  });

  it.each([
    'utf-16',
    'utf-16le',
    'utf-7',
    'iso-2022-jp',
    'shift_jis',
    'x-user-defined',
    'constructor',
    '__proto__',
  ])('does not decode %s', charset => {
    const preview = previewOf(utf8('abc'), `text/plain; charset=${charset}`);
    expect(preview).toMatchObject({ kind: 'binary', type: 'text/plain', bytes: 3 });
  });

  it.each([
    'text/html',
    'application/json',
    'application/problem+json; charset=utf-8',
    'image/svg+xml',
    'application/xml',
    'application/x-ndjson',
    'application/javascript',
    'TEXT/PLAIN',
    'text/plain; charset="UTF-8"',
  ])('of %s is text', type => expect(shown('abc', type)).toBe('abc'));

  it.each([
    'image/png',
    'application/octet-stream',
    'application/pdf',
    'audio/mpeg',
    'application/jsonish',
  ])('of %s is binary, whatever its bytes look like', type => {
    expect(previewOf(utf8('abc'), type)).toEqual({
      kind: 'binary',
      type,
      bytes: 3,
      sha256: 'ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad',
    });
  });

  it('of a body without a readable type goes by its bytes', () => {
    for (const type of [undefined, '', 'text', 'text/plain\u0000', 'a'.repeat(300)]) {
      expect(textOf(previewOf(utf8('abc'), type))).toBe('abc');
      expect(previewOf(gzipSync('abc'), type)).toMatchObject({
        kind: 'binary',
        type: 'application/octet-stream',
      });
    }
  });

  it('of an empty body is empty text', () => {
    const empty = { kind: 'text', text: '', truncated: false };
    expect(previewOf(new Uint8Array(), undefined)).toEqual(empty);
  });
});

describe('harmless text', () => {
  it('is all that a preview shows, whatever its length', () => {
    fc.assert(
      fc.property(fc.array(hostile, { maxLength: 50 }), parts => {
        const text = parts.join('');
        expect([...harmless(text)].filter(isHarmful)).toEqual([]);
        expect(harmless(harmless(text))).toBe(harmless(text));
      }),
    );
  });

  it.each([
    ['a link', 'a\u001b]8;;https://b.example\u001b\\c\u001b]8;;\u001b\\d', 'acd'],
    ['a clipboard write', 'a\u001b]52;c;cm0gLXJm\u0007b', 'ab'],
    ['a device string', 'a\u001bP1$r0m\u001b\\b', 'ab'],
    ['an operating-system string in C1', 'a\u009d0;title\u009cb', 'ab'],
    ['a change of character set', 'a\u001b(0b\u001b)Bc', 'abc'],
    ['a reset', 'a\u001bcb', 'ab'],
    ['an escape at the end', 'a\u001b', 'a'],
  ])('has no %s', (_what, text, left) => expect(harmless(text)).toBe(left));

  it('keeps the words of a sequence that never ends, so that it cannot swallow the rest', () => {
    expect(harmless('a\u001b]0;title\nthe terms')).toBe('a0;title\nthe terms');
  });

  it.each(['\u001b]', '\u001b]1;a', '\u009b;', '\u001b[1;', '\u001bP', '\u009d', 'a;', '\u202e'])(
    'of a quarter of a megabyte of %j takes under 100 ms',
    part => {
      const text = part.repeat(262_144 / part.length);
      const start = performance.now();
      harmless(text);
      expect(performance.now() - start).toBeLessThan(100);
    },
  );
});
