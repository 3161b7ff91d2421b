import { readFileSync, renameSync, writeFileSync } from 'node:fs';
import type { Clock } from '../../src/base/index.ts';
import type { NodeAddress } from '../../src/node/index.ts';
import type { Wallet } from '../../src/task/wallet.ts';
import { lndWalletAt } from '../lnd/wallet.ts';
import { BANK_WAITS_MS } from './matrix.ts';
import { decode, encode } from './wire.ts';

/** Says in a file how an lnd is reached. */
export function tellAddress(file: string, { macaroon, ...address }: NodeAddress): void {
  writeFileSync(
    `${file}.new`,
    encode({ ...address, macaroon: Buffer.from(macaroon).toString('hex') }),
  );
  renameSync(`${file}.new`, file);
}

function addressIn(file: string): NodeAddress {
  const { macaroon, ...address } = decode(readFileSync(file, 'utf8')) as NodeAddress & {
    readonly macaroon: string;
  };
  return { ...address, macaroon: Buffer.from(macaroon, 'hex') };
}

/** The wallet of an lnd that a file tells of: the product's own, only that it waits no longer than the bank does. */
export function lndWalletFrom(file: string, clock: Clock): Wallet {
  const wallet = lndWalletAt(() => addressIn(file), clock);
  return {
    ...wallet,
    pay: payment => wallet.pay({ ...payment, waitMs: Math.min(payment.waitMs, BANK_WAITS_MS) }),
  };
}
