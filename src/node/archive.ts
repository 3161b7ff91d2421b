import { createReadStream } from 'node:fs';
import { pipeline } from 'node:stream/promises';
import { createGunzip } from 'node:zlib';
import { ok, type Refused, type Result, refuse, TollkeeperError } from '../base/index.ts';
import { type MemberBounds, memberJudge, openMembers, unfit } from './archive-members.ts';

/** What is unpacked of a release. lncli is for its operator's own hands. */
const WANTED = ['lnd', 'lncli'] as const;

/** How much of an archive is read. */
export interface ArchiveBounds extends MemberBounds {
  /** Bytes of everything together, as it comes out of gzip. */
  readonly bytes: number;
}

const MIB = 1024 * 1024;
const BOUNDS: ArchiveBounds = { members: 64, memberBytes: 256 * MIB, bytes: 512 * MIB };

/** The first byte of a gzip (RFC 1952 §2.3.1). */
const GZIP = 0x1f;

/**
 * Writes `lnd` and `lncli` of a gzipped tar, which lie in the archive's one directory `top`, into a directory: 0700,
 * and on the disk. Refuses with `archive_invalid` what is damaged or holds anything but files in that directory.
 * Rejects with what the file system says.
 */
export async function unpack(
  archive: string,
  top: string,
  into: string,
  bounds: ArchiveBounds = BOUNDS,
): Promise<Result<void>> {
  const members = await openMembers(memberJudge(top, WANTED, bounds), into);
  const feed = async (source: AsyncIterable<Buffer>): Promise<void> => {
    let bytes = 0;
    for await (const piece of source) {
      // tar would unpack a gzip inside the gzip by itself, uncounted.
      if (bytes === 0 && piece[0] === GZIP) throw unfit('It is packed twice.');
      bytes += piece.length;
      if (bytes > bounds.bytes) throw unfit('It is too large.');
      await members.take(piece);
    }
    await members.end();
  };
  try {
    await pipeline(createReadStream(archive), createGunzip({ chunkSize: MIB }), feed);
  } catch (thrown) {
    await members.giveUp();
    return refusalOf(thrown);
  }
  const missing = WANTED.find(name => !members.written.has(name));
  return missing === undefined
    ? ok(undefined)
    : refuse('archive_invalid', `It holds no ${missing}.`);
}

function refusalOf(thrown: unknown): Refused {
  if (thrown instanceof TollkeeperError) return refuse(thrown.code, thrown.detail);
  const { code = '', tarCode } = thrown as { code?: string; tarCode?: string };
  if (tarCode !== undefined || code.startsWith('Z_')) {
    return refuse('archive_invalid', 'It is cut off or damaged.');
  }
  throw thrown;
}
