import { mkdirSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import type { Clock, Log } from '../base/index.ts';
import { openLogFile } from './log-file.ts';
import { sparing } from './log-repeats.ts';

/** The names under which a secret could reach the log by mistake. */
const SECRET_NAMES = [
  'authorization',
  'body',
  'invoice',
  'macaroon',
  'passphrase',
  'password',
  'pin',
  'preimage',
  'secret',
  'seed',
  'token',
] as const;

const STDERR = 2;
/** Said to stderr in all, in characters: a client that never reads its end of the pipe would stop us for ever. */
const MOST_STDERR = 16_384;

/**
 * Opens the log: JSON lines, all of `level` to `logs/tollkeeper.log` (0600), warnings and worse to
 * stderr too. stdout belongs to MCP and to the command line's answers alone. An error that comes again
 * and again is written once a minute.
 */
export async function openLog(home: string, level: string, clock: Clock): Promise<Log> {
  const { default: pino } = await import('pino');
  const directory = join(home, 'logs');
  mkdirSync(directory, { recursive: true, mode: 0o700 });
  const file = openLogFile(join(directory, 'tollkeeper.log'));
  const streams = [
    { level: 'warn', stream: sink(toStderr()) },
    { level: 'trace', stream: sink(file) },
  ];
  const redact = { paths: SECRET_NAMES.flatMap(atEachDepth), censor: '[secret]' };
  const serializers = { error: pino.stdSerializers.errWithCause };
  const options = { level, redact, serializers, base: { pid: process.pid } };
  const logger = pino(options, pino.multistream(streams));
  // A pino logger has a method named `then`-less by accident only: the rooms get the four they know.
  return sparing(clock, {
    debug: (data, message) => logger.debug(data, message),
    info: (data, message) => logger.info(data, message),
    warn: (data, message) => logger.warn(data, message),
    error: (data, message) => logger.error(data, message),
  });
}

/**
 * Takes log lines, and never throws or waits: pino's own destination tries a full disk again and again,
 * blocking the whole process, and payments matter more than their log.
 */
function sink(write: (line: string) => void) {
  return {
    write(line: string): void {
      try {
        write(line);
      } catch {
        // A full disk, or a client that closed its end: there is no better place to say so.
      }
    },
  };
}

function toStderr(): (line: string) => void {
  let left = MOST_STDERR;
  return line => {
    left -= line.length;
    if (left >= 0) writeSync(STDERR, line);
  };
}

function atEachDepth(name: string): string[] {
  return [name, `*.${name}`, `*.*.${name}`];
}
