import { createHash, randomBytes } from 'node:crypto';
import service from 'ln-service';
import type { Msat } from '../../src/base/index.ts';
import type { Peer } from './peer.ts';
import { until } from './until.ts';

/** Where somebody else's node makes invoices, and decides what becomes of those who pay them. */
export interface Till {
  /** An invoice that is settled as soon as it is paid. */
  bill(amount: Msat | undefined, more?: More): Promise<Bill>;
  /** One whose payment stays on its way until it is ended. */
  hold(amount: Msat, more?: More): Promise<Bill>;
  /** Resolves when the payment of an invoice has come, and is held. */
  held(hash: string): Promise<void>;
  /** Ends a payment that is held, or will be in a moment. */
  end(hash: string, how: 'settle' | 'fail'): Promise<void>;
  /** Refuses an invoice, whether somebody is about to pay it or not. */
  refuse(hash: string): Promise<void>;
}

/** An invoice as a payer has it. */
export interface Bill {
  /** BOLT11. */
  readonly text: string;
  /** Of the payment, hex. */
  readonly hash: string;
}

/** What else an invoice says. */
interface More {
  /** ISO 8601; an hour from now if left out. */
  readonly expires_at?: string;
  /** Ways to a node that the network was not told of. */
  readonly routes?: NonNullable<Parameters<typeof service.createInvoice>[0]['routes']>;
}

/** Opens the till of a node. */
export function openTill({ lnd }: Peer): Till {
  const secrets = new Map<string, string>();
  const till: Till = {
    async bill(amount, more = {}) {
      const price = amount === undefined ? {} : { mtokens: String(amount) };
      const { request: text, id: hash } = await service.createInvoice({ lnd, ...price, ...more });
      return { text, hash };
    },
    async hold(amount, more = {}) {
      const secret = randomBytes(32);
      const id = createHash('sha256').update(secret).digest('hex');
      const mtokens = String(amount);
      const { request } = await service.createHodlInvoice({ lnd, id, mtokens, ...more });
      secrets.set(id, secret.toString('hex'));
      return { text: request, hash: id };
    },
    async held(id) {
      await until('the payment is held', async () => {
        const { is_held } = await service.getInvoice({ lnd, id });
        return is_held === true;
      });
    },
    async end(hash, how) {
      await till.held(hash);
      if (how === 'fail') await till.refuse(hash);
      else await service.settleHodlInvoice({ lnd, secret: secrets.get(hash) ?? '' });
    },
    refuse: id => service.cancelHodlInvoice({ lnd, id }),
  };
  return till;
}
