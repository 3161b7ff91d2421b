import { MIMEType } from 'node:util';

/** The longest media type that is believed, in characters. */
const MAX_LENGTH = 256;

/** A Content-Type value as a media type (WHATWG MIME Sniffing §4.4), or undefined if it is none. */
export function mediaTypeOf(contentType: string | undefined): MIMEType | undefined {
  if (contentType === undefined || contentType.length > MAX_LENGTH) return undefined;
  try {
    return new MIMEType(contentType);
  } catch {
    return undefined;
  }
}
