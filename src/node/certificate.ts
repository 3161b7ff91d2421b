import { createPrivateKey, X509Certificate } from 'node:crypto';
import { rm } from 'node:fs/promises';
import { DAY } from '../base/index.ts';
import { readIfThere } from '../secrets/index.ts';
import type { NodePlace } from './place.ts';

/** A certificate that ends sooner than this is renewed before a start, ms: until the next start may be long. */
const RENEWED_BEFORE_MS: number = 30 * DAY;

/** The certificate that lnd shows, as PEM; undefined if it is missing, cannot be read, or is expired at `now`, ms. */
export async function readCertificate(place: NodePlace, now: number): Promise<string | undefined> {
  const pem = await readIfThere(place.certificate);
  return pem !== undefined && endOf(pem) > now ? pem.toString() : undefined;
}

/**
 * Removes a certificate with which lnd would not start or not last: then lnd makes a new one. It looks itself for an
 * expired one, but ends over one that it cannot read, or whose key is another.
 */
export async function dropUnfitCertificate(place: NodePlace, now: number): Promise<boolean> {
  const pem = await readIfThere(place.certificate);
  const key = await readIfThere(place.certificateKey);
  if (pem === undefined && key === undefined) return false;
  if (pem && key && endOf(pem) - now >= RENEWED_BEFORE_MS && isPair(pem, key)) return false;
  await rm(place.certificate, { force: true });
  await rm(place.certificateKey, { force: true });
  return true;
}

/** When a certificate ends, ms since 1970; for ever ago if it is none. */
function endOf(pem: Buffer): number {
  try {
    return new X509Certificate(pem).validToDate.getTime();
  } catch {
    return Number.NEGATIVE_INFINITY;
  }
}

function isPair(pem: Buffer, key: Buffer): boolean {
  try {
    return new X509Certificate(pem).checkPrivateKey(createPrivateKey(key));
  } catch {
    return false;
  }
}
