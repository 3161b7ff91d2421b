import { type ConnectionOptions, connect } from 'node:tls';
import { type Clock, type Code, SECOND } from '../base/index.ts';
import type { NodeFailure } from './failure.ts';
import type { NodeAddress } from './line.ts';

/** How long a handshake may take, ms. */
const HANDSHAKE_MS: number = 5 * SECOND;

const CODES: Readonly<Record<NodeFailure['kind'], Code>> = {
  unreachable: 'node_unreachable',
  timeout: 'node_unreachable',
  macaroon_refused: 'node_macaroon_refused',
  locked: 'node_locked',
  no_wallet: 'node_not_initialized',
  starting: 'node_unsynced',
  refused: 'node_refused',
};

/**
 * The code for a failure. gRPC calls everything `unavailable` that keeps it from connecting, so that one is
 * looked into: a node that is there and shows another certificate is not a node that is down.
 */
export async function codeOf(
  failure: NodeFailure,
  address: Pick<NodeAddress, 'socket' | 'certificate'> | undefined,
  clock: Clock,
): Promise<Code> {
  if (failure.kind !== 'unreachable' || address === undefined) return CODES[failure.kind];
  return (await showsCertificate(address, clock)) ? 'node_unreachable' : 'node_certificate_invalid';
}

/** False only if somebody answers who does not show the pinned certificate, or shows it expired. */
async function showsCertificate(
  { socket, certificate }: Pick<NodeAddress, 'socket' | 'certificate'>,
  clock: Clock,
): Promise<boolean> {
  const { hostname, port } = new URL(`https://${socket}`);
  const host = hostname.replace(/^\[|\]$/g, '');
  const done = new AbortController();
  const late = clock.after(HANDSHAKE_MS, done.signal).then(() => true);
  try {
    return await Promise.race([
      handshake({ host, port: Number(port || 443), ca: certificate }),
      late,
    ]);
  } finally {
    done.abort();
  }
}

/** Whether a handshake fails for another reason than the certificate, or does not fail. */
function handshake(options: ConnectionOptions): Promise<boolean> {
  return new Promise(resolve => {
    const wire = connect({ ...options, ALPNProtocols: ['h2'], timeout: HANDSHAKE_MS });
    const end = (isFine: boolean): void => {
      wire.destroy();
      resolve(isFine);
    };
    wire.once('secureConnect', () => end(true));
    wire.once('timeout', () => end(true));
    wire.once('error', (thrown: NodeJS.ErrnoException) => end(!isAboutCertificate(thrown.code)));
  });
}

/** OpenSSL's X509 verdicts, Node's own about names, and what cannot be read as a certificate at all. */
function isAboutCertificate(code: string | undefined): boolean {
  return /CERT|SELF_SIGNED|ISSUER|SIGNATURE|ALTNAME|CA_|ASN1|PEM/.test(code ?? '');
}
