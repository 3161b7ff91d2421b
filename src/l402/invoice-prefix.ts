import { type Msat, msat, ok, type Result, refuse } from '../base/index.ts';

/** A chain, as BOLT11 prefixes name it after `ln`: main, testnet, signet, regtest, simnet. */
export type Network = 'bc' | 'tb' | 'tbs' | 'bcrt' | 'sb';

const NETWORKS: ReadonlySet<string> = new Set<Network>(['bc', 'tb', 'tbs', 'bcrt', 'sb']);
const PREFIX = /^ln([a-z]{2,4})(?:([1-9][0-9]{0,19})([munp]?))?$/;

/** Every bitcoin that can exist, in pico-bitcoin: no invoice can truly ask for more. */
const ALL_MONEY = 21_000_000n * 1_000_000_000_000n;
/** Pico-bitcoin in one unit of each multiplier; 10 of them are one msat. */
const PICO: Readonly<Record<string, bigint>> = {
  '': 1_000_000_000_000n,
  m: 1_000_000_000n,
  u: 1_000_000n,
  n: 1_000n,
  p: 1n,
};
const PICO_PER_MSAT = 10n;

/** What stands before the data of an invoice; no amount means that the payer may choose. */
export interface Prefix {
  readonly network: Network;
  readonly amount: Msat | undefined;
}

/** Reads the human-readable part (BOLT11 § Human-Readable Part), exact to the msat. */
export function decodePrefix(text: string): Result<Prefix> {
  const [, network, digits, unit = ''] = PREFIX.exec(text) ?? [];
  if (network === undefined) return refuse('INVOICE_INVALID', 'Its prefix or amount is malformed.');
  if (!isNetwork(network)) return refuse('INVOICE_INVALID', 'It is of an unknown network.');
  if (digits === undefined) return ok({ network, amount: undefined });

  const pico = BigInt(digits) * (PICO[unit] ?? 0n);
  if (pico % PICO_PER_MSAT !== 0n) {
    return refuse('INVOICE_INVALID', 'Its amount is finer than a millisatoshi.');
  }
  if (pico > ALL_MONEY) return refuse('INVOICE_INVALID', 'Its amount is more than all bitcoin.');
  return ok({ network, amount: msat(pico / PICO_PER_MSAT) });
}

/** Writes the human-readable part with the largest multiplier that keeps the amount whole. */
export function encodePrefix({ network, amount }: Prefix): string {
  if (amount === undefined) return `ln${network}`;
  const pico = amount * PICO_PER_MSAT;
  const [unit, size] = Object.entries(PICO).find(([, each]) => pico % each === 0n) ?? ['p', 1n];
  return `ln${network}${pico / size}${unit}`;
}

function isNetwork(text: string): text is Network {
  return NETWORKS.has(text);
}
