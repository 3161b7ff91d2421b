import { describe, expect, test } from 'vitest';
import { canonicalHost, matchesHost, parseSettings } from '../../src/policy/index.ts';

/** A pattern as the settings take it, or what they say against it. */
function read(pattern: string): string | undefined {
  const parsed = parseSettings({ hosts: { allow: [pattern] } });
  return parsed.ok ? parsed.settings.hosts.allow[0] : undefined;
}

describe('a host pattern', () => {
  test.each([
    ['shop.example', 'shop.example', true],
    ['shop.example', 'www.shop.example', false],
    ['shop.example', 'shop.example:8443', false],
    ['shop.example', 'SHOP.example.', true],
    ['shop.example:8443', 'shop.example:8443', true],
    ['shop.example:8443', 'shop.example.:8443', true],
    ['shop.example:8443', 'shop.example', false],
    ['shop.example:*', 'shop.example', true],
    ['shop.example:*', 'shop.example:1', true],
    ['shop.example:*', 'evil.shop.example:1', false],
    ['*.shop.example', 'a.shop.example', true],
    ['*.shop.example', 'a.b.shop.example', true],
    ['*.shop.example', 'shop.example', false],
    ['*.shop.example', 'evilshop.example', false],
    ['*.shop.example', '.shop.example', true],
    ['*.shop.example', 'a.shop.example:8443', false],
    ['*.shop.example:*', 'a.shop.example:8443', true],
    ['shop.example', '*.shop.example', false],
    ['*.shop.example', '*.shop.example', true],
    ['[::1]:8402', '[::1]:8402', true],
    ['[::1]', '[::1]:8402', false],
    ['[::1]:*', '[::1]', true],
    ['<none>', '', false],
    ['<none>', '.', false],
  ])('%s against %s: %s', (pattern, host, matches) => {
    expect(matchesHost(pattern, host)).toBe(matches);
  });

  test.each([
    ['Shop.Example', 'shop.example'],
    ['shop.example.', 'shop.example'],
    ['bücher.example', 'xn--bcher-kva.example'],
    ['*.Bücher.example:*', '*.xn--bcher-kva.example:*'],
    ['localhost:08402', 'localhost:8402'],
    ['127.1:8402', '127.0.0.1:8402'],
    ['[0:0::1]:8402', '[::1]:8402'],
    ['my_shop.example', 'my_shop.example'],
  ])('%s is read as %s', (typed, pattern) => {
    expect(read(typed)).toBe(pattern);
  });

  test.each([
    '',
    '*',
    '*.',
    '*:8402',
    '*.*.example',
    'shop.*',
    '.*\\.example',
    '^shop$',
    '(a|b).example',
    'a.(b)',
    '.shop.example',
    'a..example',
    'https://shop.example',
    'shop.example/path',
    'user@shop.example',
    'shop.example?x',
    'shop.example#x',
    'shop%2eexample',
    'shop example',
    'shop.example:',
    'shop.example:0',
    'shop.example:65536',
    'shop.example:443',
    'shop.example:80',
    '*.127.0.0.1',
    '*.[::1]',
    '::1',
    'fe80::1',
    '<none>',
    `${'a'.repeat(300)}.example`,
  ])('%j is refused', typed => {
    expect(read(typed)).toBeUndefined();
  });

  test('a whole URL is answered with the host that was meant', () => {
    const parsed = parseSettings({ hosts: { block: ['https://Shop.example:8443/a?b'] } });
    expect(parsed).toMatchObject({
      issues: [{ path: 'hosts.block[0]', fix: 'Write the host alone: shop.example:8443' }],
    });
  });
});

test('a host has one spelling, whatever its case and root dots', () => {
  expect(canonicalHost('Shop.Example..:8443')).toBe('shop.example:8443');
  expect(canonicalHost('[::1]:8402')).toBe('[::1]:8402');
});
