import { randomBytes } from 'node:crypto';
import {
  addCaveat,
  decodeMacaroon,
  encodeMacaroon,
  mintMacaroon,
  verifyMacaroon,
} from '../../src/l402/index.ts';

/** What a macaroon may grant, as lnd names it. */
export type Right =
  | 'info:read'
  | 'offchain:read'
  | 'offchain:write'
  | 'onchain:read'
  | 'invoices:read'
  | 'invoices:write';

/** What the wallet needs. */
export const BUYER: readonly Right[] = ['info:read', 'offchain:read', 'offchain:write'];
/** What the issuer of invoices needs. */
export const SELLER: readonly Right[] = ['info:read', 'invoices:read', 'invoices:write'];

/** Bakes macaroons and judges them, with lnd's words for each refusal. */
export interface Authority {
  bake(rights?: readonly Right[], expiresAt?: number): Uint8Array;
  /** Why a call that needs a right is refused at `now`, ms; undefined if it is not. */
  refusal(hex: string | undefined, right: Right, now: number): string | undefined;
}

/** Opens an authority with a root key of its own. */
export function openAuthority(): Authority {
  const rootKey = randomBytes(32);
  return {
    bake(rights = BUYER, expiresAt) {
      const identifier = identifierOf(rights);
      const plain = mintMacaroon({ rootKey, identifier, location: 'lnd', caveats: [] });
      if (expiresAt === undefined) return encodeMacaroon(plain);
      return encodeMacaroon(addCaveat(plain, `time-before ${new Date(expiresAt).toISOString()}`));
    },
    refusal(hex, right, now) {
      if (hex === undefined) return 'expected 1 macaroon, got 0';
      const macaroon = decodeMacaroon(Buffer.from(hex, 'hex'));
      if (!macaroon.ok) return 'unmarshal v2: section extends past end of buffer';
      const { identifier, caveats } = macaroon.value;
      if (!verifyMacaroon(macaroon.value, rootKey)) {
        return 'verification failed: signature mismatch after caveat verification';
      }
      const dead = caveats.find(text => !(now < Date.parse(text.split(' ')[1] ?? '')));
      if (dead) return `caveat "${dead}" not satisfied: macaroon has expired`;
      return Buffer.from(identifier).includes(opOf(right)) ? undefined : 'permission denied';
    },
  };
}

/** What lnd's bakery (`macaroon-bakery.v2`, version 3) writes of rights into an identifier: a protobuf. */
function identifierOf(rights: readonly Right[]): Buffer {
  const [nonce, storageId] = [field(1, randomBytes(16)), field(2, Buffer.from('0'))];
  return Buffer.concat([Buffer.of(3), nonce, storageId, ...rights.map(opOf)]);
}

function opOf(right: Right): Buffer {
  const [entity = '', action = ''] = right.split(':');
  return field(3, Buffer.concat([field(1, Buffer.from(entity)), field(2, Buffer.from(action))]));
}

function field(number: number, value: Uint8Array): Buffer {
  return Buffer.concat([Buffer.of(number * 8 + 2, value.length), value]);
}
