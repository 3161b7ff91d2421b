import { type Refused, refuse, TollkeeperError } from '../base/index.ts';

/** What the system, TLS or undici calls a failure, in our words; whatever the seller said stays out. */
const WORDS: Readonly<Record<string, string>> = {
  ECONNREFUSED: 'The connection was refused.',
  ECONNRESET: 'The connection broke off.',
  EPIPE: 'The connection broke off.',
  UND_ERR_SOCKET: 'The connection broke off.',
  EHOSTUNREACH: 'There is no route to it.',
  ENETUNREACH: 'There is no route to it.',
  UND_ERR_HEADERS_OVERFLOW: 'Its headers are too large.',
  UND_ERR_RES_CONTENT_LENGTH_MISMATCH: 'Its body is not as long as it said.',
  UND_ERR_DESTROYED: 'Tollkeeper is closing.',
};

const LATE: ReadonlySet<string> = new Set([
  'ETIMEDOUT',
  'UND_ERR_CONNECT_TIMEOUT',
  'UND_ERR_HEADERS_TIMEOUT',
  'UND_ERR_BODY_TIMEOUT',
]);

/** OpenSSL's verdicts on a certificate (X509_V_ERR_*), and Node's on its names. */
const CERTIFICATE = /CERT|SIGNATURE|CRL|^HOSTNAME_MISMATCH$|^INVALID_(?:CA|PURPOSE)$/;
const TLS = /^(?:ERR_SSL|ERR_TLS|EPROTO)/;

/** Any failure of an exchange as a code of the table with a detail of our own. */
export function refusalOf(error: unknown): Refused {
  if (error instanceof TollkeeperError) return refuse(error.code, error.detail);
  const code = codeOf(error);
  return LATE.has(code) ? refuse('HTTP_TIMEOUT') : refuse('L402TransportError', detailOf(code));
}

function detailOf(code: string): string | undefined {
  if (CERTIFICATE.test(code)) return 'Its TLS certificate could not be verified.';
  if (TLS.test(code)) return 'TLS could not be agreed on.';
  if (code.startsWith('HPE_')) return 'Its answer is not valid HTTP.';
  return WORDS[code];
}

function codeOf(error: unknown): string {
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  return typeof code === 'string' ? code : '';
}
