import { type Msat, msat } from '../base/index.ts';

const MSAT_PER_SAT = 1000n;

/** An amount that lnd writes in msat, a 64-bit number as decimal text; undefined if no amount of bitcoin is like that. */
export function msatIn(text: string | undefined): Msat | undefined {
  return amountIn(text, 1n);
}

/** The same for one that it writes in whole sats. */
export function satsIn(text: string | undefined): Msat | undefined {
  return amountIn(text, MSAT_PER_SAT);
}

function amountIn(text: string | undefined, unit: bigint): Msat | undefined {
  // BigInt would take an empty text for 0, and 0x10 for 16.
  if (text === undefined || !/^\d{1,19}$/.test(text)) return undefined;
  try {
    return msat(BigInt(text) * unit);
  } catch {
    return undefined;
  }
}
