import * as z from 'zod';
import { canonicalHost, type HostPattern } from './host.ts';

const EXAMPLES =
  'Write a host (shop.example), a host with its port (localhost:8402), any port (shop.example:*), or subdomains (*.example.com).';

type Written =
  | { readonly ok: true; readonly pattern: HostPattern }
  | { readonly ok: false; readonly problem: string; readonly fix: string };

const wrong = (problem: string, fix = EXAMPLES): Written => ({ ok: false, problem, fix });

/** Brings a pattern as a human wrote it to its canonical form: lower-case, IDNs as punycode. */
export function writtenPattern(text: string): Written {
  if (/[/\\@?#%\s]/.test(text)) return wrong('is not a host alone', withoutUrl(text));
  const stars = text.startsWith('*.') ? '*.' : '';
  const [, bare = '', port] = /^(.*?)(?::(\*|\d{1,5}))?$/.exec(text.slice(stars.length)) ?? [];
  const name = nameOf(bare);
  if (name === undefined) return wrong('is not a host pattern');
  if (stars !== '' && isAddress(name)) return wrong('asks for subdomains of an address');
  if (port === undefined || port === '*')
    return { ok: true, pattern: port === '*' ? `${stars}${name}:*` : `${stars}${name}` };
  return portFault(Number(port)) ?? { ok: true, pattern: `${stars}${name}:${Number(port)}` };
}

/** `URL.host` leaves default ports out, so a pattern with one would never match what it seems to. */
function portFault(port: number): Written | undefined {
  if (port === 80 || port === 443)
    return wrong('names a default port', 'Leave :80 and :443 out, or write :* for any port.');
  return port < 1 || port > 65535
    ? wrong('has a port out of range', 'Ports go from 1 to 65535.')
    : undefined;
}

/** A host pattern of the settings, read into its canonical form. */
export const hostPattern = z
  .string()
  .max(260)
  .transform((text, context): HostPattern => {
    const written = writtenPattern(text);
    if (written.ok) return written.pattern;
    context.issues.push({
      code: 'custom',
      input: text,
      message: written.problem,
      params: { fix: written.fix },
    });
    return z.NEVER;
  });

/** The name as the WHATWG parser has it; undefined for what no URL has as its host. */
function nameOf(text: string): string | undefined {
  const bracketed = text.startsWith('[') && text.endsWith(']');
  if (!bracketed && text.includes(':')) return undefined;
  if (!URL.canParse(`https://${text}/`)) return undefined;
  const name = canonicalHost(new URL(`https://${text}/`).hostname);
  // The parser lets through what only a regular expression would mean, such as `(a).b` and `a$`.
  return bracketed || /^[a-z0-9_-]+(?:\.[a-z0-9_-]+)*$/.test(name) ? name : undefined;
}

function isAddress(name: string): boolean {
  return name.startsWith('[') || !URL.canParse(`https://a.${name}/`);
}

/** The host of a whole URL, as what was probably meant. */
function withoutUrl(text: string): string {
  if (!/^https?:/i.test(text) || !URL.canParse(text)) return EXAMPLES;
  const { host } = new URL(text);
  return host === '' ? EXAMPLES : `Write the host alone: ${host}`;
}
