import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { hostNameOf } from '../../src/paywall/host-name.ts';
import { matches, narrower, overlap, type Pattern, patternOf } from '../../src/paywall/pattern.ts';
import { segmentsOf } from '../../src/paywall/request-path.ts';
import { pattern, patterns, REQUESTS } from './arbitrary.ts';

const takes = (text: string, host: string, path: string) =>
  matches(pattern(text), host, segmentsOf(path));

const taken = (by: Pattern, { host, path }: { host: string; path: string }) =>
  matches(by, host, segmentsOf(path));

describe('a pattern', () => {
  test.each([
    ['api.example/a/b', 'api.example', '/a/b', true],
    ['api.example/a/b', 'api.example', '/a/b/', false],
    ['api.example/a/b', 'api.example', '/A/b', false],
    ['api.example/a/b', 'api.example.evil', '/a/b', false],
    ['API.Example/', 'api.example', '/', true],
    ['api.example/', 'api.example', '/a', false],
    ['*.example/a', 'api.example', '/a', true],
    ['*.example/a', 'a.b.example', '/a', true],
    ['*.example/a', 'example', '/a', false],
    ['*.example/a', 'badexample', '/a', false],
    ['h/a/*', 'h', '/a/b', true],
    ['h/a/*', 'h', '/a', false],
    ['h/a/*', 'h', '/a/', false],
    ['h/a/*', 'h', '/a/b/c', false],
    ['h/a/*/c', 'h', '/a/b/c', true],
    ['h/a/**', 'h', '/a', true],
    ['h/a/**', 'h', '/a/', true],
    ['h/a/**', 'h', '/a/b/c', true],
    ['h/a/**', 'h', '/ab', false],
    ['h/**', 'h', '/', true],
    ['[::1]/a', '[::1]', '/a', true],
    ['h/(a+)+$', 'h', '/aaaa', false],
    ['h/(a+)+$', 'h', '/(a+)+$', true],
  ])('%s takes %s%s: %s', (text, host, path, taken) => {
    expect(takes(text, host, path)).toBe(taken);
  });

  test.each([
    ['', '/a'],
    ['*', '/a'],
    ['*.*.a', '/a'],
    ['a.*', '/a'],
    ['a..b', '/a'],
    ['.a', '/a'],
    ['a:80', '/a'],
    ['a/b', '/a'],
    ['a b', '/a'],
    ['a\nb', '/a'],
    ['ä.example', '/a'],
    ['*.[::1]', '/a'],
    ['[::g]', '/a'],
    [`${'a'.repeat(64)}.example`, '/a'],
    ['h', ''],
    ['h', 'a'],
    ['h', '/a/'],
    ['h', '//'],
    ['h', '/a//b'],
    ['h', '/**/a'],
    ['h', '/a*'],
    ['h', '/***'],
    ['h', '/a?b'],
    ['h', '/a#b'],
    ['h', '/../a'],
    ['h', '/%61'],
    ['h', '/a%2fb'],
    ['h', '/a;b'],
    ['h', '/a\n'],
    ['h', '/^(([a-z])+.)+[A-Z]([a-z])+$'],
  ])('of %j and %j is refused', (hostPattern, pathPattern) => {
    expect(patternOf({ hostPattern, pathPattern })).toMatchObject({ code: 'invalid_route' });
  });

  test('overlaps with another exactly when some request is taken by both', () => {
    fc.assert(
      fc.property(patterns, patterns, (one, other) => {
        const met = REQUESTS.some(request => taken(one, request) && taken(other, request));
        expect(overlap(one, other)).toBe(met);
      }),
      { numRuns: 2000 },
    );
  });

  test('is narrower exactly when its hosts are fewer, or, for the same hosts, its paths', () => {
    const among = (one: Pattern, other: Pattern) =>
      REQUESTS.every(request => !taken(one, request) || taken(other, request));
    const ORDER = ['undecided', 'one', 'other', 'same'] as const;
    const onAnyPath = ({ host }: Pattern) => pattern(`${host}/**`);
    fc.assert(
      fc.property(patterns, patterns, (one, other) => {
        fc.pre(overlap(one, other));
        const [a, b] = one.host === other.host ? [one, other] : [one, other].map(onAnyPath);
        const expected = ORDER[Number(among(a!, b!)) + 2 * Number(among(b!, a!))];
        expect(narrower(one, other)).toBe(expected);
      }),
      { numRuns: 2000 },
    );
  });
});

describe('a Host line', () => {
  test.each([
    ['api.example', 'api.example'],
    ['API.Example.', 'api.example'],
    ['api.example:8443', 'api.example'],
    ['127.0.0.1:80', '127.0.0.1'],
    ['[::1]:80', '[::1]'],
    ['[0:0:0:0:0:0:0:1]', '[::1]'],
  ])('%s names %s', (value, host) => {
    expect(hostNameOf(value)).toEqual({ ok: true, value: host });
  });

  test.each([
    '',
    ':80',
    'a b',
    'a,b',
    'a/b',
    'a@b',
    'a:b',
    'a:80:80',
    'a..',
    '[::1',
    'ä',
    `${'a.'.repeat(200)}a`,
  ])('%j is refused', value => {
    expect(hostNameOf(value)).toMatchObject({ ok: false, code: 'invalid_input' });
  });
});
