import { expect, test } from 'vitest';
import { addressed } from '../../src/tools/problem.ts';

test('a command line in a hint names the data directory that it is about', () => {
  const command = (words: string) => `tollkeeper ${words} --home /elsewhere`;
  expect(addressed('Run `tollkeeper doctor`; or `tollkeeper approve`.', command)).toBe(
    'Run `tollkeeper doctor --home /elsewhere`; or `tollkeeper approve --home /elsewhere`.',
  );
});
