import type { Readable } from 'node:stream';
import type { PaymentRecord } from './record.ts';

/** What lnd tells of one payment as it goes on. */
export interface Following {
  /** lnd's record as it was found or made. */
  readonly first: PaymentRecord;
  /** The newest record once the stream has ended, as it does with the payment, or `until` has. */
  last(until: Promise<void>): Promise<PaymentRecord>;
}

/** A stream of records, which gRPC lets its reader break off. */
export type RecordStream = Readable & { cancel(): void };

/**
 * Follows a stream of records until `over` aborts; the payment itself goes on. Rejects with gRPC's error where the
 * stream ends before there is a record. After `over` nothing is opened: what a human was told ended unpaid must not
 * be sent behind their back.
 */
export async function follow(open: () => RecordStream, over: AbortSignal): Promise<Following> {
  over.throwIfAborted();
  const stream = open();
  over.addEventListener('abort', () => stream.cancel(), { once: true });
  const begun = Promise.withResolvers<PaymentRecord>();
  const ended = Promise.withResolvers<void>();
  let newest: PaymentRecord | undefined;
  const end = (error: unknown): void => {
    begun.reject(error);
    ended.resolve();
  };
  stream.on('data', (record: PaymentRecord) => {
    newest = record;
    begun.resolve(record);
  });
  // It stays for good: a stream that is broken off ends with an error, and nobody else would take it.
  stream.on('error', end);
  stream.on('end', () => end(new Error('The stream ended without a record.')));
  const first = await begun.promise;
  return {
    first,
    async last(until) {
      await Promise.race([ended.promise, until]);
      return newest ?? first;
    },
  };
}
