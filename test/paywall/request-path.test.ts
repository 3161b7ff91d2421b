import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { canonicalPath } from '../../src/paywall/request-path.ts';

const pathOf = (target: string) => {
  const path = canonicalPath(target);
  return path.ok ? path.value.path + path.value.query : undefined;
};

/** Paths as clients write them: any characters, some of them escaped though they need not be. */
const spelt = fc
  .array(
    fc.oneof(
      fc.constantFrom('/', '/', '.', '%', '?', '%2f', '%25', '%2E', ';'),
      fc.string({ unit: 'grapheme', minLength: 1, maxLength: 1 }),
      fc.nat(255).map(byte => `%${byte.toString(16).padStart(2, '0')}`),
    ),
    { maxLength: 12 },
  )
  .map(parts => `/${parts.join('')}`);

describe('a request-target', () => {
  test.each([
    ['/', '/'],
    ['/a/b', '/a/b'],
    ['/a/', '/a/'],
    ['/%61/%7Eb', '/a/~b'],
    ['/caf%c3%a9', '/caf%C3%A9'],
    ['/a%21b', '/a!b'],
    ['/100%25', '/100%25'],
    ['/a%20b?x=%2F..%2f&y=//;', '/a%20b?x=%2F..%2f&y=//;'],
    ['/...', '/...'],
    ['/?', '/?'],
  ])('%s is read as %s', (target, path) => {
    expect(pathOf(target)).toBe(path);
  });

  test.each([
    '/%25%30%30',
    '/%25%32f',
    '',
    '*',
    'a/b',
    'http://api.example/a',
    'api.example:443',
    '//a',
    '/a//b',
    '/a\\b',
    '/a;b',
    '/a%2Fb',
    '/a%2fb',
    '/a%5cb',
    '/a%3Bb',
    '/.',
    '/..',
    '/a/../b',
    '/a/./b',
    '/a/%2e%2e/b',
    '/a/.%2E',
    '/%252e%252e/b',
    '/a%252fb',
    '/%2',
    '/%',
    '/%zz',
    '/%u002f',
    '/%c0%af',
    '/%ff',
    '/a%00',
    '/a%0d%0aX-A:b',
    '/a b',
    '/a\tb',
    '/a\r\nX-A: b',
    '/é',
    '/a#b',
    '/a?b#c',
    '/a?b c',
    '/a?é',
    '/a?\u007f',
    '/"a"',
    '/{a}',
    `/${'a'.repeat(4096)}`,
  ])('%j is refused', target => {
    expect(canonicalPath(target)).toMatchObject({ ok: false, code: 'invalid_input' });
  });

  test('of 4,096 bytes is the longest', () => {
    expect(pathOf(`/${'a'.repeat(4095)}`)).toHaveLength(4096);
  });

  test('has one spelling, and reading it again changes nothing', () => {
    fc.assert(
      fc.property(spelt, target => {
        const once = pathOf(target);
        if (once !== undefined) expect(pathOf(once)).toBe(once);
      }),
      { numRuns: 5000 },
    );
  });

  test('that means the same text gets the same spelling, so none has a price of its own', () => {
    const written = (text: string, which: readonly boolean[]) =>
      [...Buffer.from(text)]
        .map((byte, at) => {
          const char = String.fromCharCode(byte);
          const plain = /[\w.~!$&'()*+,=:@-]/.test(char) && !which[at % which.length];
          return plain ? char : `%${byte.toString(16).padStart(2, '0')}`;
        })
        .join('');
    const word = fc.string({ unit: 'grapheme', minLength: 1, maxLength: 6 });
    const choices = fc.array(fc.boolean(), { minLength: 1, maxLength: 8 });
    fc.assert(
      fc.property(word, choices, choices, (text, one, other) => {
        const [a, b] = [one, other].map(which => pathOf(`/${written(text, which)}`));
        if (a !== undefined && b !== undefined) expect(a).toBe(b);
      }),
      { numRuns: 3000 },
    );
  });
});
