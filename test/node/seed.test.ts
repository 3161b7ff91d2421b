import { expect, test } from 'vitest';
import { askedBack, seedText, wordsOf } from '../../src/node/index.ts';

const WORDS = Array.from({ length: 24 }, (_, at) =>
  `word${'abcdefghijklmnopqrstuvwx'[at]}`.slice(-8),
);

test('words are read however they are typed', () => {
  const typed = ` ${WORDS.join('\n  ').toUpperCase()}\t`;
  expect(wordsOf(typed)).toEqual(WORDS);
});

test.each([
  ['23 of them', WORDS.slice(1).join(' ')],
  ['25 of them', [...WORDS, 'word'].join(' ')],
  ['nothing', ''],
  ['one with a digit', WORDS.with(3, 'w0rd').join(' ')],
  ['one that is too long', WORDS.with(3, 'abcdefghi').join(' ')],
  ['one that is too short', WORDS.with(3, 'ab').join(' ')],
])('%s is no seed', (_what, typed) => {
  expect(wordsOf(typed)).toBeUndefined();
});

test('four different places are asked back, in order, and not the same ones each time', () => {
  const asked = Array.from({ length: 300 }, askedBack);
  for (const places of asked) {
    expect(new Set(places).size).toBe(4);
    expect(places).toEqual(places.toSorted((a, b) => a - b));
  }
  expect(new Set(asked.flat()).size).toBe(24);
  expect(Math.min(...asked.flat())).toBe(1);
  expect(Math.max(...asked.flat())).toBe(24);
  expect(new Set(asked.map(String)).size).toBeGreaterThan(250);
});

test('all words are shown with their places, read row by row', () => {
  const shown = [...seedText(WORDS).matchAll(/(\d+)\. ([a-z]+)/g)];
  expect(shown.map(([, place]) => Number(place))).toEqual(WORDS.map((_, at) => at + 1));
  expect(shown.map(([, , word]) => word)).toEqual(WORDS);
});
