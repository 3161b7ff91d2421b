import * as z from 'zod';
import { hostPattern } from './host-pattern.ts';
import { lnd } from './node-settings.ts';
import { seller } from './seller-settings.ts';
import { section, whole } from './setting.ts';

/** Methods that may change something at the seller, and that a host can be opened for. */
export const OPENABLE_METHODS = ['POST', 'PUT', 'PATCH', 'DELETE'] as const;

/** One bitcoin: a cap above it is a slip of the finger. */
const MOST_SATS = 100_000_000;
/** Keeps two lists cheap to compare with each other. */
const MOST_ENTRIES = 200;
const MIB = 1024 * 1024;

const satsOf = (standard: number, meaning: string) => whole(0, MOST_SATS, standard, meaning);

const patterns = (standard: readonly string[], meaning: string) =>
  z
    .array(hostPattern)
    .max(MOST_ENTRIES)
    .prefault([...standard])
    .describe(meaning);

const caps = section({
  requestSats: satsOf(1000, 'The most that one purchase may cost, fees in.'),
  hostSats: satsOf(5000, 'The most that may go to one host in 24 hours.'),
  hourSats: satsOf(5000, 'The most that may be spent in one hour.'),
  daySats: satsOf(10_000, 'The most that may be spent in 24 hours.'),
  totalSats: satsOf(
    1_000_000,
    'The most that may ever be spent, until somebody raises it. Where caps disagree, the tightest counts.',
  ),
});

const fees = section({
  baseSats: satsOf(5, 'A payment may always cost this much in routing fees, inside the caps.'),
  percent: z
    .number()
    .min(0)
    .max(100)
    .multipleOf(0.01)
    .default(1)
    .describe('And this much of its amount, in percent with at most two decimals.'),
});

const openedHost = z.strictObject({
  host: hostPattern,
  methods: z.array(z.enum(OPENABLE_METHODS)).min(1).max(OPENABLE_METHODS.length),
});

const hosts = section({
  allow: patterns([], 'The only hosts that may be bought from. Empty means every host.'),
  block: patterns([], 'Hosts that are never bought from, whatever else is listed.'),
  private: patterns(
    ['127.0.0.1:8402', 'localhost:8402'],
    'Hosts that may have private addresses and plain http; at first the sandbox shop. A list in hosts.allow must name them too.',
  ),
  plainHttp: patterns([], 'Public hosts that may be reached over plain http.'),
  methods: z
    .array(openedHost)
    .max(MOST_ENTRIES)
    .prefault([])
    .describe(
      'Hosts that POST, PUT, PATCH or DELETE requests may be sent to without asking first, as {"host", "methods"}.',
    ),
});

const autoApproval = z.strictObject({
  host: hostPattern,
  maxSats: z.int().min(1).max(MOST_SATS),
  maxSatsPerDay: z.int().min(1).max(MOST_SATS),
});

const autoApprove = z
  .array(autoApproval)
  .max(MOST_ENTRIES)
  .superRefine((rules, context) => {
    // What a rule spent is counted under its host pattern, so two rules of one pattern would share it.
    const seen = new Set<string>();
    for (const [index, { host }] of rules.entries()) {
      if (seen.has(host))
        context.addIssue({
          code: 'custom',
          path: [index, 'host'],
          message: 'has a rule already',
          params: { fix: 'Keep one rule for each host pattern.' },
        });
      seen.add(host);
    }
  })
  .prefault([])
  .describe(
    'Purchases that need no question, as {"host", "maxSats", "maxSatsPerDay"}: at most so much each and in 24 hours, fees in.',
  );

const approvals = section({
  expiresMinutes: whole(1, 60, 10, 'How long a question, and its approval, stays good.'),
  maxPending: whole(1, 50, 5, 'How many questions may wait for an answer at a time.'),
  maxPerHour: whole(1, 100, 10, 'How many questions may be asked in an hour.'),
  coolDownMinutes: whole(0, 1440, 10, 'How long a no keeps its host from being asked about again.'),
});

const payments = section({
  maxInFlight: whole(1, 50, 5, 'How many payments may be on their way at a time.'),
  maxInFlightPerHost: whole(1, 10, 1, 'How many of them may go to one host.'),
});

const http = section({
  maxBodyBytes: whole(1024, 64 * MIB, 5 * MIB, 'The largest answer that is accepted, in bytes.'),
  totalSeconds: whole(1, 40, 30, 'How long one request may take in all.'),
  idleSeconds: whole(1, 40, 10, 'How long a seller may stay silent within an answer.'),
  connectSeconds: whole(1, 40, 5, 'How long connecting may take.'),
});

const credentials = section({
  ttlMinutes: whole(1, 10_080, 10, 'How long something bought may be used again for new requests.'),
  parameterForm: patterns(
    [],
    'Hosts that want credentials as L402 macaroon="…", preimage="…" rather than as L402 macaroon:preimage.',
  ),
});

const bodies = section({
  maxCount: whole(1, 10_000, 200, 'How many bought bodies are kept; the oldest go first.'),
  maxTotalBytes: whole(MIB, 10_240 * MIB, 64 * MIB, 'How many bytes of them are kept in all.'),
});

const log = section({
  level: z
    .enum(['debug', 'info', 'warn', 'error'])
    .default('info')
    .describe('The least important events that are logged.'),
});

const plainSchema = z.strictObject({
  network: z
    .enum(['regtest', 'signet', 'testnet', 'mainnet'])
    .default('regtest')
    .describe('The Lightning network that is paid on. On mainnet money is real.'),
  wallet: section({
    kind: z.enum(['sandbox', 'lnd']).default('sandbox').describe('The wallet that pays.'),
  }).prefault({}),
  lnd: lnd.prefault({}),
  paused: z.boolean().default(false).describe('Stops all spending.'),
  caps: caps.prefault({}),
  fees: fees.prefault({}),
  hosts: hosts.prefault({}),
  autoApprove,
  approvals: approvals.prefault({}),
  payments: payments.prefault({}),
  seller: seller.prefault({}),
  http: http.prefault({}),
  credentials: credentials.prefault({}),
  bodies: bodies.prefault({}),
  log: log.prefault({}),
});

/**
 * `settings.json`: whole sats, minutes and seconds, everything with a default, so that `{}` is a valid
 * file. Unknown keys are errors: a misspelt cap must not go unnoticed.
 */
export const settingsSchema: typeof plainSchema = plainSchema.superRefine(
  ({ network, wallet }, context) => {
    // Play money must never be able to look like real money.
    if (wallet.kind !== 'sandbox' || network === 'regtest') return;
    context.addIssue({
      code: 'custom',
      path: ['network'],
      message: 'is not one that the sandbox wallet can be on',
      params: { fix: 'Set wallet.kind to lnd first, or network to regtest.' },
    });
  },
);

/** The settings with every default filled in. */
export type Settings = z.output<typeof settingsSchema>;
/** The settings as a file states them: only what differs from the defaults. */
export type WrittenSettings = z.input<typeof settingsSchema>;

/** The settings of an empty file, `{}`. */
export function defaultSettings(): Settings {
  return settingsSchema.parse({});
}
