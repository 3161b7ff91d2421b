import { Buffer } from 'node:buffer';
import { gzipSync } from 'node:zlib';
import { Header, type HeaderData } from 'tar';

/** One member of an archive: a plain file with this body, unless `header` says otherwise. */
export interface Member {
  readonly path: string;
  readonly body?: Uint8Array | string;
  readonly header?: Partial<HeaderData>;
  /** Its type flag, where that is none that the library would write. */
  readonly flag?: string;
}

/** A tar of these members, written by the library's own headers, which no tool would write so. */
export function tarOf(members: readonly Member[]): Buffer {
  const blocks = members.flatMap(({ path, body = '', header, flag }) => {
    const bytes = Buffer.from(body);
    const head = Buffer.alloc(512);
    new Header({ path, size: bytes.length, type: 'File', mode: 0o755, ...header }).encode(head);
    if (flag !== undefined) retype(head, flag);
    return [head, bytes, Buffer.alloc(-bytes.length & 511)];
  });
  return Buffer.concat([...blocks, Buffer.alloc(1024)]);
}

/** POSIX ustar: the type is byte 156, and the checksum of the head, with blanks for itself, is at 148. */
function retype(head: Buffer, flag: string): void {
  head.write(flag, 156);
  head.write(' '.repeat(8), 148);
  const sum = head.reduce((total, byte) => total + byte, 0);
  head.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148);
}

/** The same as it is shipped. */
export function archiveOf(members: readonly Member[]): Buffer {
  return gzipSync(tarOf(members), { level: 1 });
}
