import * as z from 'zod';
import { hostPattern } from './host-pattern.ts';
import { section, whole } from './setting.ts';

const socket = z
  .string()
  .max(255)
  .regex(/^$|^(\[[0-9a-fA-F:]+\]|[\w.-]+):\d{1,5}$/, { error: 'must be host:port' });
const file = z
  .string()
  .max(4096)
  .regex(/^$|^\/[^\p{Cc}]*$/u, { error: 'must be an absolute path' });
/** An address, or a network as address/bits. */
const network = z
  .union([z.ipv4(), z.ipv6(), z.cidrv4(), z.cidrv6()])
  .describe('an IP address or network');

const MOST_SATS = 100_000_000;

/** What the operator says of selling. */
export const seller = section({
  paused: z.boolean().default(false).describe('Stops all selling.'),
  hosts: z
    .array(hostPattern)
    .max(200)
    .prefault([])
    .describe('The only hosts that may be sold on. Empty means every host.'),
  maxPriceSats: whole(1, MOST_SATS, 10_000, 'The highest price that a paywall may ask.'),
  upstreams: section({
    loopback: z
      .boolean()
      .default(true)
      .describe('Whether paywalls may stand before servers on this machine.'),
    private: z
      .boolean()
      .default(false)
      .describe('Whether they may stand before servers on private networks.'),
  }).prefault({}),
  listen: socket
    .default('127.0.0.1:8403')
    .describe('Where the gateway listens, as host:port; port 0 takes any that is free.'),
  admin: socket
    .default('')
    .describe('Where it tells of its health and its figures, as host:port; empty for nowhere.'),
  tls: section({
    certificate: file.default('').describe('A PEM file with the certificate chain of the gateway.'),
    key: file.default('').describe('A PEM file with its private key.'),
  }).prefault({}),
  trustedProxies: z
    .array(network)
    .max(20)
    .prefault([])
    .describe('Addresses or networks of proxies whose X-Forwarded-For is believed.'),
  requireSettled: z
    .boolean()
    .default(true)
    .describe('Whether a token counts only once our own node says that its invoice is settled.'),
  mint: section({
    perClient: whole(
      1,
      10_000,
      10,
      'How many invoices one client network (/24, /48) may ask for in a minute.',
    ),
    perMinute: whole(1, 1_000_000, 600, 'How many invoices are made in a minute for all.'),
    open: whole(1, 1_000_000, 1000, 'How many invoices may wait to be paid at a time.'),
  }).prefault({}),
});
