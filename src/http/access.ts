import { ok, type Result, refuse } from '../base/index.ts';
import { refusedLiteral } from './resolver.ts';

/** What the operator's settings open for one URL; everything is closed unless opened. */
export interface Access {
  /** Loopback, RFC 1918, shared (RFC 6598) and unique-local addresses may be reached. */
  readonly privateAddresses: boolean;
  /** `http:` may be spoken, not only `https:`. */
  readonly plainHttp: boolean;
}

/** The settings' word on one URL, asked for the first URL and again for each redirect; a refusal stops everything. */
export type Judge = (url: URL) => Result<Access>;

/**
 * Asks the judge about one URL and holds its scheme against the answer. A literal address is judged here already,
 * so that the refusal names the graver fault; the connector judges every address again.
 */
export function admit(url: URL, judge: Judge): Result<Access> {
  const access = judge(url);
  if (!access.ok) return access;
  const { privateAddresses } = access.value;
  const closed = refusedLiteral(url.hostname.replace(/^\[|\]$/g, ''), privateAddresses);
  if (closed !== undefined) return refuse(closed.code);
  if (url.protocol !== 'https:' && !access.value.plainHttp) {
    return refuse('url_invalid', 'Plain http is not opened for this host.');
  }
  return ok(access.value);
}
