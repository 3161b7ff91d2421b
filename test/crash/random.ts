/** Random numbers that a seed repeats (mulberry32). */
export interface Random {
  /** A whole number from 0 up to, and not, `end`. */
  below(end: number): number;
  /** One of these. */
  of<T>(choices: readonly T[]): T;
}

/** Random numbers from a seed of 32 bits. */
export function randomFrom(seed: number): Random {
  let state = seed;
  const below = (end: number): number => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return Math.floor((((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32) * end);
  };
  return { below, of: choices => choices[below(choices.length)]! };
}
