import { X509Certificate } from 'node:crypto';
import { ok, type Result, refuse } from '../base/index.ts';
import type { NodeAddress } from './line.ts';
import { rightsOf } from './rights.ts';
import { readSmallFile } from './small-file.ts';

/** A macaroon is some hundred bytes, and in hex twice as many characters; no file that is longer is one. */
const MOST_MACAROON = 8192;
const MOST_CERTIFICATE = 65_536;

/** Reads the certificate that a remote node must show, and the macaroon for it, binary or in hex. `invalid_input`. */
export async function readRemote(
  socket: string,
  files: { readonly certificate: string; readonly macaroon: string },
): Promise<Result<NodeAddress>> {
  const pem = await bounded(files.certificate, MOST_CERTIFICATE);
  if (pem === undefined || !isCertificate(pem)) {
    return refuse('invalid_input', 'The certificate is not a readable PEM file.');
  }
  const bytes = await bounded(files.macaroon, MOST_MACAROON);
  const macaroon = bytes && macaroonIn(bytes);
  if (macaroon === undefined) {
    return refuse('invalid_input', 'The macaroon is not a file that lnd baked, binary or in hex.');
  }
  return ok({ socket, certificate: pem.toString(), macaroon });
}

async function bounded(path: string, most: number): Promise<Buffer | undefined> {
  const bytes = await readSmallFile(path, most).catch(() => undefined);
  return Buffer.isBuffer(bytes) && bytes.length > 0 ? bytes : undefined;
}

function isCertificate(pem: Buffer): boolean {
  try {
    return pem.includes('-----BEGIN CERTIFICATE-----') && new X509Certificate(pem) !== undefined;
  } catch {
    return false;
  }
}

function macaroonIn(bytes: Buffer): Buffer | undefined {
  const text = bytes.toString('latin1').trim();
  const raw = /^([0-9a-fA-F]{2})+$/.test(text) ? Buffer.from(text, 'hex') : bytes;
  return rightsOf(raw) === undefined ? undefined : raw;
}
