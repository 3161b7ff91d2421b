import { readFile } from 'node:fs/promises';
import { TollkeeperError } from '../../base/index.ts';
import type { KeyPair } from '../../http/index.ts';
import type { SellerPolicy } from '../../policy/index.ts';

/** The largest PEM file that is read, in bytes. */
const MOST_BYTES = 1_048_576;

/** Reads the certificate and its key; undefined where the settings name neither. Throws `gateway_config_invalid`. */
export async function readKeyPair({
  certificate,
  key,
}: SellerPolicy['tls']): Promise<KeyPair | undefined> {
  if (certificate === '' && key === '') return undefined;
  return { cert: await read(certificate, 'certificate'), key: await read(key, 'key') };
}

async function read(path: string, name: string): Promise<string> {
  const text = await readFile(path, 'utf8').catch((cause: unknown) => {
    throw new TollkeeperError('gateway_config_invalid', `seller.tls.${name} cannot be read.`, {
      cause,
    });
  });
  if (text.length <= MOST_BYTES) return text;
  throw new TollkeeperError('gateway_config_invalid', `seller.tls.${name} is no PEM file.`);
}
