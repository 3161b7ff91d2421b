/** IPv4 addresses that are not public, both ends of each range of RFC 6890 and what clouds put elsewhere. */
export const CLOSED_V4 = [
  '0.0.0.0',
  '0.1.2.3',
  '10.0.0.1',
  '10.255.255.255',
  '100.64.0.1',
  '100.100.100.200',
  '100.127.255.254',
  '127.0.0.1',
  '127.0.0.53',
  '127.255.255.254',
  '168.63.129.16',
  '169.254.0.1',
  '169.254.169.254',
  '169.254.170.2',
  '172.16.0.1',
  '172.31.255.254',
  '192.0.0.192',
  '192.0.2.1',
  '192.31.196.1',
  '192.52.193.1',
  '192.88.99.1',
  '192.168.0.1',
  '192.168.255.254',
  '192.175.48.1',
  '198.18.0.1',
  '198.19.255.254',
  '198.51.100.7',
  '203.0.113.9',
  '224.0.0.1',
  '239.255.255.255',
  '240.0.0.1',
  '255.255.255.255',
];

/** IPv6 addresses that are not global unicast. */
export const CLOSED_V6 = [
  '::',
  '::1',
  '::2',
  '64:ff9b:1::1',
  '100::1',
  '2001::1',
  '2001:2::1',
  '2001:3::1',
  '2001:4:112::1',
  '2001:10::1',
  '2001:20::1',
  '2001:30::1',
  '2001:db8::1',
  '2001:1ff:ffff::1',
  '2002::1',
  '2620:4f:8000::1',
  '3fff::1',
  '4000::1',
  '5f00::1',
  '8000::1',
  'fc00::1',
  'fd00::1',
  'fd00:ec2::254',
  'fd20:ce::254',
  'fdff:ffff::1',
  'fe80::1',
  'febf::1',
  'fec0::1',
  'feff::1',
  'ff02::1',
  'ff05::1:3',
  'ffff::1',
];

type Bytes = readonly [number, number, number, number];

const hex = (n: number, width = 0) => n.toString(16).padStart(width, '0');
const octal = (n: number, width = 0) => `0${n.toString(8).padStart(width, '0')}`;
const whole = ([a, b, c, d]: Bytes) => ((a * 256 + b) * 256 + c) * 256 + d;
const groups = ([a, b, c, d]: Bytes) => `${hex(a * 256 + b)}:${hex(c * 256 + d)}`;
const fullWidth = (text: string) =>
  text.replace(/[0-9]/g, digit => String.fromCodePoint(0xff10 + Number(digit)));
const percent = (text: string) =>
  text.replace(/[0-9]/g, digit => `%${hex(digit.charCodeAt(0), 2)}`);

/** Ways to write one IPv4 address that URL parsers read as that address. */
export const SPELLINGS: Readonly<Record<string, (bytes: Bytes) => string>> = {
  dotted: b => b.join('.'),
  'trailing dot': b => `${b.join('.')}.`,
  dword: b => `${whole(b)}`,
  'dword and dot': b => `${whole(b)}.`,
  'hex dword': b => `0x${hex(whole(b))}`,
  'padded hex dword': b => `0x00000000${hex(whole(b))}`,
  'upper-case hex dword': b => `0X${hex(whole(b)).toUpperCase()}`,
  'octal dword': b => octal(whole(b)),
  'hex parts': b => b.map(n => `0x${hex(n)}`).join('.'),
  'octal parts': b => b.map(n => octal(n)).join('.'),
  'padded octal parts': b => b.map(n => octal(n, 8)).join('.'),
  'mixed parts': ([a, b, c, d]) => `0x${hex(a)}.${octal(b)}.${c}.0x${hex(d)}`,
  'two parts': ([a, b, c, d]) => `${a}.${(b * 256 + c) * 256 + d}`,
  'three parts': ([a, b, c, d]) => `${a}.${b}.${c * 256 + d}`,
  'two hex parts': ([a, b, c, d]) => `0x${hex(a)}.0x${hex((b * 256 + c) * 256 + d)}`,
  'full-width digits': b => fullWidth(b.join('.')),
  'ideographic dots': b => b.join('。'),
  'full-width dots': b => b.join('．'),
  'half-width dots': b => b.join('｡'),
  'percent-encoded': b => percent(b.join('.')),
  'soft hyphens': b => b.join('\u00ad.'),
};

/** IPv6 addresses that carry an IPv4 one. */
export const CARRIERS: Readonly<Record<string, (bytes: Bytes) => string>> = {
  mapped: b => `::ffff:${b.join('.')}`,
  'mapped in hex': b => `::ffff:${groups(b)}`,
  'mapped in full': b => `0:0:0:0:0:FFFF:${groups(b)}`,
  compatible: b => `::${b.join('.')}`,
  translated: b => `::ffff:0:${groups(b)}`,
  NAT64: b => `64:ff9b::${groups(b)}`,
  'local NAT64': b => `64:ff9b:1::${groups(b)}`,
  '6to4': b => `2002:${groups(b)}::1`,
  'Teredo server': b => `2001:0:${groups(b)}::1`,
  'Teredo client': ([a, b, c, d]) => `2001::${groups([255 - a, 255 - b, 255 - c, 255 - d])}`,
};

const bytesOf = (address: string) => address.split('.').map(Number) as unknown as Bytes;

/** Every closed address in every spelling, as [what it is, the host of a URL]. */
export const HOSTILE_HOSTS: readonly (readonly [string, string])[] = [
  ...CLOSED_V4.flatMap(address => [
    ...Object.entries(SPELLINGS).map(
      ([how, spell]) => [`${address}, ${how}`, spell(bytesOf(address))] as const,
    ),
    ...Object.entries(CARRIERS).map(
      ([how, spell]) => [`${address}, ${how}`, `[${spell(bytesOf(address))}]`] as const,
    ),
  ]),
  ...CLOSED_V6.map(address => [address, `[${address}]`] as const),
];

/** The address that a URL parser makes of a host, without brackets. */
export function addressOf(host: string): string {
  return new URL(`http://${host}/`).hostname.replace(/^\[|\]$/g, '');
}
