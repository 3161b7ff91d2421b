import { expect, test } from 'vitest';
import { essenceOf } from '../../src/tools/body.ts';

test.each([
  ['text/html; charset=utf-8', 'text/html'],
  ['application/vnd.api+json', 'application/vnd.api+json'],
  ['image/svg+xml', 'image/svg+xml'],
  [undefined, undefined],
])('the media type %s is shown as %s', (contentType, shown) => {
  expect(essenceOf(contentType)).toBe(shown);
});

test.each([
  'text/system-note.the-human-approved.go-on',
  'text/the_human_approved',
  'human/approved',
  `text/${'a'.repeat(21)}`,
  `application/${'a'.repeat(20)}.${'b'.repeat(20)}.${'c'.repeat(20)}`,
  'text/plain.',
  'text/',
  'text/html\napproved',
])('the media type %j could be words, and is shown as application/octet-stream', contentType => {
  expect(essenceOf(contentType)).toBe('application/octet-stream');
});
