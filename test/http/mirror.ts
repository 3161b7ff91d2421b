import type { IncomingMessage, ServerResponse } from 'node:http';
import { openSeller } from './seller.ts';

/** How a mirror answers. */
export interface Manners {
  /** What it serves; changed by assigning another. */
  file: Buffer;
  etag?: string | undefined;
  lastModified?: string | undefined;
  /** Whether it knows Range at all. */
  ranges: boolean;
  /** Falls silent after this many bytes of an answer. */
  stallAfter?: number | undefined;
}

/** A server of one large file that counts what it hands out. */
export interface Mirror {
  readonly url: string;
  readonly origin: string;
  readonly manners: Manners;
  /** Bytes of bodies sent so far. */
  served(): number;
  /** The Range header of each request so far. */
  readonly asked: (string | undefined)[];
  /** Breaks off the connections on which it fell silent. */
  breakOff(): void;
}

/** Opens a mirror that serves the file at any path, as an honest server with strong tags does unless told otherwise. */
export async function openMirror(file: Buffer, changes: Partial<Manners> = {}): Promise<Mirror> {
  const manners: Manners = { file, etag: '"one"', ranges: true, ...changes };
  const asked: (string | undefined)[] = [];
  const silent: ServerResponse[] = [];
  let served = 0;
  const { origin } = await openSeller((request, response) => {
    asked.push(request.headers.range);
    served += answer(manners, request, response);
    if (!response.writableEnded) silent.push(response);
  });
  const breakOff = (): void => {
    for (const response of silent.splice(0)) response.destroy();
  };
  return { url: `${origin}/file`, origin, manners, served: () => served, asked, breakOff };
}

function answer(manners: Manners, { headers }: IncomingMessage, response: ServerResponse): number {
  const { file, etag, lastModified, stallAfter } = manners;
  if (etag !== undefined) response.setHeader('etag', etag);
  if (lastModified !== undefined) response.setHeader('last-modified', lastModified);
  const from = manners.ranges ? start(headers, etag ?? lastModified) : 0;
  if (from >= file.length) {
    response.writeHead(416, { 'content-range': `bytes */${file.length}` }).end();
    return 0;
  }
  const body = file.subarray(from);
  if (from > 0) {
    response.statusCode = 206;
    response.setHeader('content-range', `bytes ${from}-${file.length - 1}/${file.length}`);
  }
  response.setHeader('content-length', body.length);
  if (stallAfter === undefined || stallAfter >= body.length) {
    response.end(body);
    return body.length;
  }
  response.write(body.subarray(0, stallAfter));
  return stallAfter;
}

/** RFC 9110 §13.1.5: the range counts only for the representation that If-Range names. */
function start(headers: IncomingMessage['headers'], validator: string | undefined): number {
  const condition = headers['if-range'];
  if (condition !== undefined && condition !== validator) return 0;
  return Number(/^bytes=(\d+)-$/.exec(headers.range ?? '')?.[1] ?? 0);
}
