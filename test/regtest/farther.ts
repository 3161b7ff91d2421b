import { join } from 'node:path';
import service from 'ln-service';
import type { Msat } from '../../src/base/index.ts';
import type { Network } from './bring-up.ts';
import { type Peer, startPeer } from './peer.ts';
import { type Bill, openTill } from './till.ts';
import { until } from './until.ts';

/** A node behind the merchant's. Nobody but its invoices tells of the channel between them, nor of what it costs. */
export interface Farther {
  /** An invoice that is paid through the merchant, for a fee. */
  bill(amount: Msat, fee: Msat): Promise<Bill>;
  close(): Promise<void>;
}

/** Starts such a node. */
export async function openFarther(network: Network): Promise<Farther> {
  const { binaries, directory, merchant, chainPort, confirm } = network;
  const place = { binaries, directory: join(directory, 'farther'), alias: 'farther', chainPort };
  const peer = await startPeer(place);
  const [, partner_socket = ''] = peer.uri.split('@');
  await until('the merchant opens a channel', () =>
    service.openChannel({
      lnd: merchant.lnd,
      partner_public_key: peer.id,
      partner_socket,
      local_tokens: 1_000_000,
      is_private: true,
      // Whatever an invoice offers is enough.
      base_fee_mtokens: '0',
      fee_rate: 0,
    }),
  );
  await confirm(6);
  const channel = await until('the channel is open', () => channelOf(peer));
  const till = openTill(peer);
  return {
    bill: (amount, fee) =>
      till.bill(amount, {
        routes: [
          [
            { public_key: merchant.id },
            {
              public_key: peer.id,
              channel,
              base_fee_mtokens: String(fee),
              fee_rate: 0,
              cltv_delta: 80,
            },
          ],
        ],
      }),
    close: peer.close,
  };
}

async function channelOf({ lnd }: Peer): Promise<string | undefined> {
  const { channels } = await service.getChannels({ lnd, is_active: true });
  return channels[0]?.id;
}
