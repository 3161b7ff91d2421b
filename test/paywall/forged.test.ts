import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { sha256 } from '../../src/base/index.ts';
import {
  addCaveat,
  encodeIdentifier,
  encodeMacaroon,
  type Macaroon,
  mintMacaroon,
  parseCredential,
} from '../../src/l402/index.ts';
import { ROUTE_METHODS } from '../../src/paywall/route.ts';
import { type Counter, openCounter } from './counter.ts';

let counter: Counter;
let genuine: { macaroon: Macaroon; preimage: string };
let other: { macaroon: Macaroon; preimage: string };
let service: string;

beforeAll(async () => {
  counter = await openCounter();
  // So that it is the credential that is judged, not the flood.
  counter.settings = {
    seller: { mint: { perClient: 10_000, perMinute: 1_000_000, open: 100_000 } },
  };
  const policy = { fixedAmountMsats: 10_000, usesPerToken: null };
  const route = { hostPattern: 'api.example', upstream: 'api' };
  const routes = ['/v1/**', '/v2/**'].map(pathPattern => ({ ...route, pathPattern }));
  const paywall = await counter.open({ policy, routes });
  service = paywall.id;
  const read = async (target: string) => {
    const bought = parseCredential({ authorization: [await counter.buy({ target })] });
    if (!bought.ok) throw new Error(bought.detail);
    return bought.value;
  };
  genuine = await read('/v1/reports');
  other = await read('/v2/other');
});
afterAll(() => counter.close());

/** Forgeries and escalations of a genuine token: each a macaroon and the preimage that comes with it. */
function forgeries(): readonly { macaroon: Macaroon; preimage: string }[] {
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
    addCaveat(macaroon, `${service}_role=admin`),
    addCaveat(macaroon, `${service}_path=/v2/other`),
    addCaveat(macaroon, `${service}_path_prefix=/v2`),
    addCaveat(macaroon, `${service}_capabilities=route_all`),
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
const SPELLINGS = [
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

const textOf = ({ macaroon, preimage }: { macaroon: Macaroon; preimage: string }) =>
  `L402 ${Buffer.from(encodeMacaroon(macaroon)).toString('base64')}:${preimage}`;

/** Everything that a credential opens. */
async function openedBy(
  credential: { macaroon: Macaroon; preimage: string },
  methods: readonly string[] = ROUTE_METHODS,
): Promise<readonly string[]> {
  const authorization = [textOf(credential)];
  const opened: string[] = [];
  for (const target of SPELLINGS) {
    for (const method of methods) {
      const { kind } = await counter.ask({ target, method }, { authorization });
      if (kind === 'admitted') opened.push(`${method} ${target}`);
    }
  }
  return opened;
}

describe('500 forged or escalated tokens, in 20 spellings, by 7 methods', () => {
  test('open nothing', async () => {
    const forged = forgeries();
    expect(forged.length).toBeGreaterThanOrEqual(500);
    const admitted: string[] = [];
    for (const each of forged) admitted.push(...(await openedBy(each)));
    expect(admitted).toEqual([]);
  }, 120_000);

  test('and the genuine one opens what it was bought for, in its two spellings', async () => {
    const opened = await openedBy(genuine, ['GET']);
    expect(opened).toEqual(['GET /v1/reports', 'GET /v1/%72eports']);
  });
});
