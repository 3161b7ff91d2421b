import type { AuthenticatedLnd } from 'ln-service';
import { SECOND, TollkeeperError } from '../../base/index.ts';
import { rpc } from '../../node/index.ts';
import type { SentPayment } from '../../task/wallet.ts';
import { outcomeOf, type PaymentRecord, sentOf } from './record.ts';

/** Payments in one answer: with all their tries and routes, some kB each. */
const PAGE = 250;

interface Page {
  readonly payments: readonly PaymentRecord[];
  readonly last_index_offset: string;
}

/** All payments begun at or after a time, ms, that did not fail; rejects rather than leave one out. */
export async function sentSince(
  lnd: AuthenticatedLnd,
  since: number,
  over: AbortSignal,
): Promise<readonly SentPayment[]> {
  const sent: SentPayment[] = [];
  let offset = 0n;
  for (;;) {
    const request = {
      include_incomplete: true,
      index_offset: String(offset),
      max_payments: PAGE,
      creation_date_start: Math.max(0, Math.floor(since / SECOND)),
    };
    const { payments, last_index_offset } = await rpc<Page>(
      lnd.default,
      'listPayments',
      request,
      over,
    );
    sent.push(...payments.filter(isMade).map(read));
    if (payments.length < PAGE) return sent.filter(({ at }) => at >= since);
    const next = BigInt(last_index_offset);
    if (next <= offset) throw new TollkeeperError('wallet_unavailable', 'The list has no end.');
    offset = next;
  }
}

function isMade(record: PaymentRecord): boolean {
  return outcomeOf(record, record.payment_hash).kind !== 'failed';
}

function read(record: PaymentRecord): SentPayment {
  const sent = sentOf(record);
  if (sent !== undefined) return sent;
  throw new TollkeeperError('wallet_unavailable', 'The node lists a payment that cannot be.');
}
