import type { Toolset } from '../../tools/index.ts';

const NAMES: readonly Toolset[] = ['buyer', 'seller'];

/** The sets of tools that a text such as `buyer,seller` names; undefined if it names none, or anything else. */
export function setsNamed(text: string): readonly Toolset[] | undefined {
  const words = text.split(',');
  const isEach = words.every(word => NAMES.some(name => name === word));
  return isEach ? NAMES.filter(name => words.includes(name)) : undefined;
}
