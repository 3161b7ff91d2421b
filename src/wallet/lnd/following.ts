import type { RpcStream } from '../../node/index.ts';
import type { PaymentRecord } from './record.ts';

/** What lnd tells of one payment as it goes on. */
export interface Following {
  /** lnd's record as it was found or made. */
  readonly first: PaymentRecord;
  /** The newest record once the stream has ended, as it does with the payment, or `until` has. */
  last(until: Promise<void>): Promise<PaymentRecord>;
}

/** Follows a stream of records. Rejects with gRPC's error where it ends before there is a record. */
export async function follow(stream: RpcStream): Promise<Following> {
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
