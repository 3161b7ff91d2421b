import { existsSync, readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { DAY, systemClock } from '../../src/base/index.ts';
import { dropUnfitCertificate, readCertificate } from '../../src/node/certificate.ts';
import { selfSigned } from '../lnd/certificate.ts';
import { openNodeRig, writeUnder } from './node-rig.ts';

const now = systemClock.now();
const fine = selfSigned(now + 31 * DAY);
const soon = selfSigned(now + 29 * DAY);
const over = selfSigned(now - DAY);

async function placed(certificate: string | undefined, key: string | undefined) {
  const { place } = await openNodeRig({ hasWallet: false });
  if (certificate !== undefined) writeUnder(place.certificate, certificate);
  if (key !== undefined) writeUnder(place.certificateKey, key);
  return place;
}

test('a certificate that lasts is kept, with its key', async () => {
  const place = await placed(fine.certificate, fine.key);
  expect(await dropUnfitCertificate(place, now)).toBe(false);
  expect(readFileSync(place.certificateKey, 'utf8')).toBe(fine.key);
  expect(await readCertificate(place, now)).toBe(fine.certificate);
});

test('where there is none, nothing is dropped', async () => {
  expect(await dropUnfitCertificate(await placed(undefined, undefined), now)).toBe(false);
});

test.each([
  ['soon expires', soon.certificate, soon.key],
  ['is expired', over.certificate, over.key],
  ['cannot be read', 'not a certificate', fine.key],
  ['is empty', '', fine.key],
  ['has no key', fine.certificate, undefined],
  ['is missing while its key is there', undefined, fine.key],
  ['has the key of another', fine.certificate, soon.key],
  ['has a key that cannot be read', fine.certificate, 'not a key'],
])('one that %s is dropped with its key before a start', async (_name, certificate, key) => {
  const place = await placed(certificate, key);
  expect(await dropUnfitCertificate(place, now)).toBe(true);
  expect(existsSync(place.certificate)).toBe(false);
  expect(existsSync(place.certificateKey)).toBe(false);
});

test('to a running lnd one that soon expires will do, and an expired one will not', async () => {
  expect(await readCertificate(await placed(soon.certificate, soon.key), now)).toBeDefined();
  expect(await readCertificate(await placed(over.certificate, over.key), now)).toBeUndefined();
  expect(await readCertificate(await placed('{}', fine.key), now)).toBeUndefined();
  expect(await readCertificate(await placed(undefined, fine.key), now)).toBeUndefined();
});
