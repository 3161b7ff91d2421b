import { randomBytes } from 'node:crypto';
import { HOUR, type Msat, systemClock } from '../../src/base/index.ts';
import { encodeInvoice, type Network } from '../../src/l402/index.ts';
import type { Bill } from './till.ts';

/** An invoice of a node that nobody has a channel to; it lives for an hour from `createdAt` (ms) on, or from now. */
export function foreignBill(
  amount: Msat,
  network: Network = 'bcrt',
  createdAt: number = systemClock.now(),
): Bill {
  const hash = randomBytes(32).toString('hex');
  const text = encodeInvoice(
    {
      network,
      amount,
      paymentHash: hash,
      paymentSecret: randomBytes(32).toString('hex'),
      createdAt,
      expiresAt: createdAt + HOUR,
      description: 'from nowhere',
    },
    randomBytes(32),
  );
  return { text, hash };
}
