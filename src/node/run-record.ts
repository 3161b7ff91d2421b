import { readNote, writeNote } from './note.ts';
import type { NodePlace } from './place.ts';
import { processIn } from './process-id.ts';
import type { ProcessId } from './state.ts';

/** One run of lnd: the process that we started, and where it was told to listen. */
export interface Run {
  readonly lnd: ProcessId;
  /** `host:port` of its gRPC. */
  readonly socket: string;
  readonly peerPort: number;
  /** Of the binary, as it was checked before it was started. */
  readonly sha256: string;
  readonly version: string;
  /** When it was started, ms since 1970. */
  readonly at: number;
}

/** Writes a run down. Done when it returns, so that no lnd is ever ours without a record that says so. */
export function writeRun(place: NodePlace, run: Run): void {
  writeNote(place.run, run);
}

/** The last run that was started here, whether it goes on or not. */
export function readRun(place: NodePlace): Run | undefined {
  const { lnd: written, socket, peerPort, sha256, version, at } = readNote(place.run);
  const lnd = processIn(written);
  const isWhole =
    typeof socket === 'string' &&
    typeof peerPort === 'number' &&
    typeof sha256 === 'string' &&
    typeof version === 'string' &&
    typeof at === 'number';
  return lnd && isWhole ? { lnd, socket, peerPort, sha256, version, at } : undefined;
}
