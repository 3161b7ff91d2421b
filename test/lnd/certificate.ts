import { generateKeyPairSync, randomBytes, sign } from 'node:crypto';
import { DAY, systemClock } from '../../src/base/index.ts';

/** A certificate with its private key, both PEM. */
export interface Certificate {
  readonly certificate: string;
  readonly key: string;
}

/**
 * Makes a certificate as lnd makes its own: P-256, signed by itself, for localhost and 127.0.0.1. Node can sign but
 * has no words for certificates, so the DER (X.690) of RFC 5280 is put together here.
 */
export function selfSigned(endsAt: number = systemClock.now() + DAY): Certificate {
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const name = sequence(set(sequence(oid(COMMON_NAME), utf8('a fake lnd'))));
  const body = sequence(
    explicit(0, integer(Buffer.of(2))),
    integer(Buffer.of(1, ...randomBytes(7))),
    SIGNATURE_KIND,
    name,
    sequence(time(endsAt - 400 * DAY), time(endsAt)),
    name,
    publicKey.export({ type: 'spki', format: 'der' }),
    explicit(3, sequence(isAuthority(), namesOf())),
  );
  const signature = bitString(sign('sha256', body, privateKey));
  const der = sequence(body, SIGNATURE_KIND, signature).toString('base64');
  return {
    certificate: `-----BEGIN CERTIFICATE-----\n${der.replace(/.{64}/g, '$&\n')}\n-----END CERTIFICATE-----\n`,
    key: privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
  };
}

/** Object identifiers, in their DER form. */
const COMMON_NAME = '550403';
const BASIC_CONSTRAINTS = '551d13';
const ALTERNATIVE_NAMES = '551d11';
const ECDSA_WITH_SHA256 = '2a8648ce3d040302';

function node(tag: number, ...parts: readonly Uint8Array[]): Buffer {
  const body = Buffer.concat(parts);
  const size = body.length < 128 ? [body.length] : [0x82, body.length >> 8, body.length & 0xff];
  return Buffer.concat([Buffer.of(tag, ...size), body]);
}

const sequence = (...parts: readonly Uint8Array[]) => node(0x30, ...parts);
const set = (...parts: readonly Uint8Array[]) => node(0x31, ...parts);
const explicit = (number: number, part: Uint8Array) => node(0xa0 | number, part);
const oid = (hex: string) => node(0x06, Buffer.from(hex, 'hex'));
const utf8 = (text: string) => node(0x0c, Buffer.from(text));
const octets = (part: Uint8Array) => node(0x04, part);
const bitString = (bytes: Uint8Array) => node(0x03, Buffer.of(0), bytes);
/** A number whose first byte is neither 0 nor above 127. */
const integer = (bytes: Uint8Array) => node(0x02, bytes);
/** `YYMMDDHHMMSSZ`. */
const time = (ms: number) =>
  node(
    0x17,
    Buffer.from(
      new Date(ms)
        .toISOString()
        .slice(2)
        .replace(/[-:T]|\.\d+/g, ''),
    ),
  );

const SIGNATURE_KIND = sequence(oid(ECDSA_WITH_SHA256));
const TRUE = node(0x01, Buffer.of(0xff));

function isAuthority(): Buffer {
  return sequence(oid(BASIC_CONSTRAINTS), TRUE, octets(sequence(TRUE)));
}

function namesOf(): Buffer {
  const names = sequence(node(0x82, Buffer.from('localhost')), node(0x87, Buffer.of(127, 0, 0, 1)));
  return sequence(oid(ALTERNATIVE_NAMES), octets(names));
}
