import * as z from 'zod';
import { section, whole } from './setting.ts';

/** `host:port`, as a gRPC client takes it. */
const socket = z
  .string()
  .max(255)
  .regex(/^$|^(\[[0-9a-fA-F:]+\]|[\w.-]+):\d{1,5}$/, { error: 'must be host:port' });
const absolute = z
  .string()
  .max(4096)
  // A control character in a path could write lines of its own into lnd's configuration.
  .regex(/^$|^\/[^\p{Cc}]*$/u, { error: 'must be an absolute path' });

/** What the operator says of the Lightning node behind the `lnd` wallet. */
export const lnd = section({
  mode: z
    .enum(['supervised', 'remote'])
    .default('supervised')
    .describe('Whether Tollkeeper runs the lnd itself, or uses one that runs elsewhere.'),
  address: socket
    .default('')
    .describe('Where a remote lnd answers, as host:port; `tollkeeper node connect` sets it.'),
  alias: z
    .string()
    .max(32)
    .regex(/^[\x20-\x7e]*$/, { error: 'must be plain ASCII' })
    .default('tollkeeper')
    .describe('The name by which other nodes know ours.'),
  rpcPort: whole(0, 65_535, 0, 'The port for commands; 0 takes 10009, or the next that is free.'),
  peerPort: whole(
    0,
    65_535,
    0,
    'The port for other nodes, on loopback; 0 takes 19735, or the next that is free.',
  ),
  peers: z
    .array(socket.min(1))
    .max(20)
    .prefault([])
    .describe(
      'Bitcoin nodes that serve compact block filters, as host:port; none lets lnd find some itself, except on regtest.',
    ),
  feeUrl: z
    .union([
      z.literal(''),
      z
        .url({ protocol: /^https?$/ })
        .max(2048)
        .regex(/^\S+$/),
    ])
    .default('')
    .describe('Where lnd asks for on-chain fee rates. Mainnet needs one.'),
  binary: section({
    path: absolute.default('').describe('An lnd of your own; `node prepare --binary` sets it.'),
    sha256: z
      .string()
      .regex(/^([0-9a-f]{64})?$/, { error: 'must be 64 hex digits' })
      .default('')
      .describe('Its SHA-256, without which it is not run.'),
  }).prefault({}),
  backupDirectory: absolute
    .default('')
    .describe('Where the channel backup is copied to on each change; best on another disk.'),
});
