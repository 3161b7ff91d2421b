import type { ChildProcess } from 'node:child_process';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import {
  asTollkeeperError,
  type Clock,
  type Code,
  type Log,
  ok,
  type Result,
  refuse,
} from '../base/index.ts';
import { replaceFile } from '../secrets/index.ts';
import { startInBackground } from './background.ts';
import { dropUnfitCertificate } from './certificate.ts';
import { configurationText, type NodeConfiguration } from './configuration.ts';
import { checkMarker } from './marker.ts';
import type { NodePlace } from './place.ts';
import { choosePorts, type Ports } from './ports.ts';
import { processOf } from './process-id.ts';
import { type Run, writeRun } from './run-record.ts';

/** An lnd that was checked: this file with this SHA-256 (hex). */
export interface NodeBinary {
  readonly path: string;
  readonly sha256: string;
  readonly version: string;
}

/** What lnd is started with. */
export interface Provisions {
  readonly place: NodePlace;
  /** What the settings say now. */
  readonly configuration: () => NodeConfiguration;
  /** Checks the binary; asked before each start. */
  readonly binary: () => Promise<Result<NodeBinary>>;
  readonly clock: Clock;
  readonly log: Log;
}

/** All that has to be right before lnd is started. */
export interface Prepared {
  readonly place: NodePlace;
  readonly binary: NodeBinary;
  readonly ports: Ports;
}

/** Makes everything ready for a start: checks the directory, the ports and the binary, writes the configuration. */
export async function prepare(provisions: Provisions): Promise<Result<Prepared>> {
  try {
    return await readied(provisions);
  } catch (error) {
    provisions.log.error({ error }, 'lnd could not be made ready for a start');
    return refuse(codeOf(error));
  }
}

/** The code for what keeps files from being read or written. */
function codeOf(error: unknown): Code {
  const { code = '' } = error as NodeJS.ErrnoException;
  return ['ENOSPC', 'EDQUOT'].includes(code) ? 'disk_full' : asTollkeeperError(error).code;
}

async function readied({ place, clock, log, ...ask }: Provisions): Promise<Result<Prepared>> {
  const marked = await checkMarker(place);
  if (!marked.ok) return marked;
  const binary = await ask.binary();
  if (!binary.ok) return binary;
  const configuration = ask.configuration();
  const ports = await choosePorts(configuration);
  if (!ports.ok) return ports;
  const text = configurationText(place, configuration, ports.value);
  if (!text.ok) return text;
  await replaceFile(place.configuration, text.value);
  await mkdir(place.data, { recursive: true, mode: 0o700 });
  if (await dropUnfitCertificate(place, clock.now())) log.info({}, 'lnd makes a new certificate');
  return ok({ place, binary: binary.value, ports: ports.value });
}

/** What is told of an lnd that was started by this process. */
export interface Launched {
  readonly run: Run;
  /** Resolves when it ended. */
  readonly ended: Promise<void>;
}

/**
 * Starts lnd and writes it down, without a pause between the two. It is no child that dies with its parent, and knows
 * nothing of our environment. Refused where the system does not run the file, or the disk takes no note of it.
 */
export function launch(prepared: Prepared, { clock, log }: Provisions): Result<Launched> {
  let child: ChildProcess | undefined;
  try {
    child = begin(prepared);
    const ended = endOf(child);
    if (child.pid === undefined) return refuse('binary_not_found', 'It cannot be run.');
    const run = runOf(prepared, child.pid, clock.now());
    writeRun(prepared.place, run);
    return ok({ run, ended });
  } catch (error) {
    // One that is written down nowhere would be nobody's, and the next would be started beside it.
    child?.kill('SIGTERM');
    log.error({ error }, 'lnd could not be started, or not be written down');
    return refuse(codeOf(error));
  }
}

function begin({ place, binary }: Prepared): ChildProcess {
  return startInBackground({
    program: binary.path,
    args: [`--configfile=${place.configuration}`, `--lnddir=${place.root}`],
    directory: place.root,
    env: { HOME: place.root, PATH: '/usr/bin:/bin' },
    output: place.output,
  });
}

function endOf(child: ChildProcess): Promise<void> {
  return new Promise(resolve => {
    child.once('exit', () => resolve());
    child.once('error', () => resolve());
  });
}

function runOf({ binary, ports }: Prepared, pid: number, at: number): Run {
  return {
    // One that ended already has no start time any more; no process is ever taken for it.
    lnd: processOf(pid) ?? { pid, startedAt: 'ended' },
    socket: `127.0.0.1:${ports.rpc}`,
    peerPort: ports.peer,
    sha256: binary.sha256,
    version: binary.version,
    at,
  };
}

/** Where lnd keeps its wallet (`kvdb_bolt`). */
export function walletOf(place: NodePlace): string {
  return join(place.data, 'chain', 'bitcoin', place.network, 'wallet.db');
}
