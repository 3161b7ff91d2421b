import { randomBytes } from 'node:crypto';
import { sha256 } from '../../src/base/index.ts';
import {
  addCaveat,
  type Credential,
  encodeIdentifier,
  encodeMacaroon,
  type Macaroon,
  mintMacaroon,
} from '../../src/l402/index.ts';

/** A token and the preimage that comes with it. */
export type Claim = Pick<Credential, 'macaroon' | 'preimage'>;

/** What was bought honestly: /v1/reports, by the other one /v2/other, both of one paywall. */
export interface Honest {
  readonly genuine: Claim;
  readonly other: Claim;
  readonly paywallId: string;
}

/** More than 500 forgeries and escalations of a genuine token. */
export function forgeriesOf({ genuine, other, paywallId }: Honest): readonly Claim[] {
  const { macaroon, preimage } = genuine;
  const { caveats, identifier } = macaroon;
  const random = () => new Uint8Array(randomBytes(32));
  const signed = (fields: Partial<Macaroon>, rootKey = random()) =>
    mintMacaroon({ rootKey, ...macaroon, ...fields });
  const ofToday = {
    caveats,
    identifier: encodeIdentifier({
      paymentHash: sha256(Buffer.from(preimage, 'hex')),
      tokenId: randomBytes(32).toString('hex'),
    }),
  };
  const flipped = (bytes: Uint8Array, at: number) =>
    bytes.map((byte, i) => (i === at ? byte ^ 1 : byte));
  const changed = (from: string, to: string) => caveats.map(text => text.replace(from, to));
  const all: Macaroon[] = [
    ...caveats.map((_, at) => ({ ...macaroon, caveats: caveats.toSpliced(at, 1) })),
    ...caveats.map((text, at) => ({ ...macaroon, caveats: caveats.toSpliced(at, 0, text) })),
    { ...macaroon, caveats: [] },
    { ...macaroon, caveats: caveats.toReversed() },
    { ...macaroon, caveats: changed('/v1/reports', '/v1/other') },
    { ...macaroon, caveats: changed('valid_until=', 'valid_until=9') },
    { ...macaroon, caveats: changed('route_', 'route_0') },
    { ...macaroon, signature: other.macaroon.signature },
    { ...macaroon, identifier: other.macaroon.identifier },
    { ...other.macaroon, caveats },
    signed({}),
    signed({ caveats: [] }),
    signed(ofToday),
    signed(ofToday, new Uint8Array(32)),
    signed({}, new Uint8Array(identifier)),
    addCaveat(macaroon, `${paywallId}_role=admin`),
    addCaveat(macaroon, `${paywallId}_path=/v2/other`),
    addCaveat(macaroon, `${paywallId}_path_prefix=/v2`),
    addCaveat(macaroon, `${paywallId}_capabilities=route_all`),
    addCaveat(macaroon, 'services=*:0'),
  ];
  for (let at = 0; at < 32; at += 1)
    all.push({ ...macaroon, signature: flipped(macaroon.signature, at) });
  for (let at = 0; at < 66; at += 1) all.push({ ...macaroon, identifier: flipped(identifier, at) });
  while (all.length < 480) all.push({ ...macaroon, signature: random() });
  const bad = all.map(each => ({ macaroon: each, preimage }));
  const preimages = [
    other.preimage,
    '00'.repeat(32),
    sha256(preimage),
    sha256(Buffer.from(preimage, 'hex')),
  ];
  return [
    ...bad,
    ...preimages.map(each => ({ macaroon, preimage: each })),
    ...Array.from({ length: 20 }, () => ({ macaroon, preimage: randomBytes(32).toString('hex') })),
  ];
}

/** What is asked for, in many spellings; only the first is what was paid for. */
export const SPELLINGS: readonly string[] = [
  '/v1/reports',
  '/v1/reports/',
  '/v1//reports',
  '/v1/./reports',
  '/v1/x/../reports',
  '/v1/%2e%2e/v2/other',
  '/v1/..%2fv2/other',
  '/v1%2freports',
  '/v1/reports%00',
  '/v1/reports;a=b',
  '/v1/reports%3b',
  '/v1\\reports',
  '/V1/reports',
  '/v1/REPORTS',
  '/v1/%72eports',
  '/v1/other',
  '/v2/other',
  '/v2/',
  'http://api.example/v1/reports',
  '/v1/reports#x',
];

/** A claim as the value of `Authorization`. */
export function textOf({ macaroon, preimage }: Claim): string {
  return `L402 ${Buffer.from(encodeMacaroon(macaroon)).toString('base64')}:${preimage}`;
}
