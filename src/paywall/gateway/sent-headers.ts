import { isCredentialLine } from '../../l402/index.ts';
import type { SecretHeaders } from '../event.ts';
import { isHopByHop, namedByConnection } from './hop.ts';

/** What the gateway itself says to an upstream. */
export interface Introduction {
  readonly clientAddress: string;
  readonly host: string;
  readonly protocol: 'http' | 'https';
  /** This gateway's name in `Via`, by which it knows its own requests. */
  readonly pseudonym: string;
  readonly secrets: SecretHeaders;
}

/**
 * Names with other characters are dropped: many servers read `X_Forwarded_For`, and some `X.Forwarded.For`, as the
 * name that only we may say.
 */
const PLAIN = /^[a-z0-9-]+$/;

/** Our own credentials; what the request is framed by, which is said anew; and `Host`, which is the upstream's. */
const OURS: ReadonlySet<string> = new Set([
  'expect',
  'forwarded',
  'grpc-metadata-macaroon',
  'host',
  'http2-settings',
  'macaroon',
  'via',
]);

/** By these a server may take another client, path or method for the one that was paid for. */
const SPOOFS: ReadonlySet<string> = new Set([
  'cf-connecting-ip',
  'client-ip',
  'fastly-client-ip',
  'remote-user',
  'true-client-ip',
  'x-client-ip',
  'x-cluster-client-ip',
  'x-host',
  'x-http-method',
  'x-http-method-override',
  'x-method-override',
  'x-original-host',
  'x-original-url',
  'x-original-path',
  'x-real-ip',
  'x-remote-user',
  'x-rewrite-url',
]);

/** The header lines that an upstream gets, names and values by turns: the client's own as far as they are harmless. */
export function sentHeaders(
  lines: readonly string[],
  { clientAddress, host, protocol, pseudonym, secrets }: Introduction,
): readonly string[] {
  const named = namedByConnection(lines);
  const sent: string[] = [];
  for (let at = 0; at < lines.length; at += 2) {
    const [name = '', value = ''] = [lines[at]?.toLowerCase(), lines[at + 1]];
    const isSecret = name === 'authorization' && isCredentialLine(value);
    if (isSecret || isHopByHop(name, named) || isOurs(name) || Object.hasOwn(secrets, name))
      continue;
    sent.push(name, value);
  }
  for (const [name, value] of Object.entries(secrets)) sent.push(name, value);
  sent.push('x-forwarded-for', clientAddress, 'x-forwarded-host', host);
  sent.push('x-forwarded-proto', protocol, 'via', `1.1 ${pseudonym}`);
  return sent;
}

function isOurs(name: string): boolean {
  return (
    OURS.has(name) ||
    SPOOFS.has(name) ||
    name.startsWith('x-forwarded') ||
    name.startsWith('x-envoy-') ||
    name.startsWith('l402-') ||
    !PLAIN.test(name)
  );
}
