import type { Duplex } from 'node:stream';
import { problem } from '../../base/index.ts';
import { answerOn } from './turn.ts';

const REASONS = {
  400: 'Bad Request',
  408: 'Request Timeout',
  431: 'Request Header Fields Too Large',
} as const;

/** What Node's parser and its clocks say. All else, such as a TLS handshake that failed, left nobody to answer. */
const OF_HTTP = /^(?:HPE|ERR_HTTP)_/;

/** Answers what the parser refused, and closes: after that nothing on the connection has a certain meaning. */
export function answerClientError(error: NodeJS.ErrnoException, socket: Duplex): void {
  // A client would read ours as a part of the answer that has begun.
  const hasBegun = answerOn(socket)?.headersSent === true;
  const isAnswerable = OF_HTTP.test(error.code ?? '') && socket.writable && !hasBegun;
  if (!isAnswerable) return void socket.destroy();
  const status = statusOf(error.code);
  const { message: title, hint, retry, code } = problem('invalid_input', `${REASONS[status]}.`);
  const body = JSON.stringify({ title, status, code, hint, retry });
  const head = [
    `HTTP/1.1 ${status} ${REASONS[status]}`,
    'Content-Type: application/problem+json',
    `Content-Length: ${Buffer.byteLength(body)}`,
    'Cache-Control: no-store',
    'Connection: close',
  ];
  socket.end(`${head.join('\r\n')}\r\n\r\n${body}`, () => socket.destroy());
}

function statusOf(code: string | undefined): keyof typeof REASONS {
  if (code === 'HPE_HEADER_OVERFLOW') return 431;
  return code === 'ERR_HTTP_REQUEST_TIMEOUT' ? 408 : 400;
}
