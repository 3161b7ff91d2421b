/** An amount of money in millisatoshis (1 sat = 1,000 msat), never negative. */
export type Msat = bigint & { readonly unit: 'msat' };

/** Every bitcoin that can exist, in msat: the bound above which an amount is a lie. */
const ALL_MONEY = 2_100_000_000_000_000_000n;

/** No money at all. */
export const ZERO: Msat = 0n as Msat;

/** Brands an amount in msat; throws a RangeError outside 0 … 21 million bitcoin. */
export function msat(amount: bigint | number): Msat {
  const value = BigInt(amount);
  if (value < 0n || value > ALL_MONEY) throw new RangeError('amount out of range');
  return value as Msat;
}

/** Whole satoshis as msat. */
export function sats(amount: bigint | number): Msat {
  return msat(BigInt(amount) * 1000n);
}

/** The sum of amounts, in msat. */
export function sum(...amounts: readonly Msat[]): Msat {
  return msat(amounts.reduce<bigint>((total, amount) => total + amount, 0n));
}

/** The smaller of amounts, in msat. */
export function least(first: Msat, ...others: readonly Msat[]): Msat {
  return others.reduce((low, amount) => (amount < low ? amount : low), first);
}

/** `a − b`, stopping at zero, in msat. */
export function minus(a: Msat, b: Msat): Msat {
  return a > b ? msat(a - b) : ZERO;
}

/** Shows an amount to a human as sats, rounded up so that a cost never looks smaller than it is. */
export function showSats(amount: Msat): string {
  const whole = (amount + 999n) / 1000n;
  return `${whole.toLocaleString('en-US')} ${whole === 1n ? 'sat' : 'sats'}`;
}
