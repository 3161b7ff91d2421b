import { bech32 } from '@scure/base';
import { afterAll, describe, expect, it } from 'vitest';
import {
  decodeInvoice,
  decodeMacaroon,
  encodeMacaroon,
  formatChallenge,
  formatCredential,
  parseChallenge,
  parseCredential,
} from '../../src/l402/index.ts';
import {
  bolt11Vectors,
  capture,
  captured,
  PREIMAGE,
  sampleInvoice,
  sampleMacaroon,
} from './sample.ts';

const SLOWEST_MS = 50;
const COUNTS = {
  challenges: 4_000,
  'challenge lists': 10_000,
  invoices: 12_000,
  'invoices with a good checksum': 2_000,
  macaroons: 11_000,
  credentials: 11_000,
} as const;

const TOKEN = Buffer.from(encodeMacaroon(sampleMacaroon())).toString('base64');
const HYBRID = formatChallenge({ macaroon: sampleMacaroon(), invoice: sampleInvoice() });
const OTHERS = 'Basic realm="a \\"b\\", c", Negotiate YWJj==, Payment id="1", request="e30"';
const MACAROONS = [
  encodeMacaroon(sampleMacaroon()),
  encodeMacaroon(sampleMacaroon(['a=b', 'services=a:0,b:1', 'x'.repeat(200)])),
];
const INVOICES = [sampleInvoice(), ...bolt11Vectors.valid.map(each => each.invoice)];

/** A generator of numbers below `bound`, the same in every run (mulberry32). */
function dice(seed: number): (bound: number) => number {
  let state = seed;
  return bound => {
    state = (state + 0x6d2b79f5) | 0;
    let hash = Math.imul(state ^ (state >>> 15), 1 | state);
    hash = (hash + Math.imul(hash ^ (hash >>> 7), 61 | hash)) ^ hash;
    return ((hash ^ (hash >>> 14)) >>> 0) % bound;
  };
}

/** Up to four random changes to a sequence: one changed, dropped, put in, or a run of them repeated. */
function mutate<T>(roll: (bound: number) => number, items: readonly T[], fresh: () => T): T[] {
  const mutant = [...items];
  for (let changes = 1 + roll(4); changes > 0; changes -= 1) {
    const at = roll(mutant.length + 1);
    const length = 1 + roll(8);
    const change = [
      () => mutant.splice(at, 1, fresh()),
      () => mutant.splice(at, length),
      () => mutant.splice(at, 0, fresh()),
      () => mutant.splice(at, 0, ...mutant.slice(at, at + length)),
      () => mutant.splice(at),
    ];
    // Cutting off the end is the most destructive change, so it is the rarest.
    change[roll(20) === 0 ? 4 : roll(4)]?.();
  }
  return mutant;
}

function mutateText(roll: (bound: number) => number, text: string): string {
  const alphabet = `",=\\ :;\t'aZ09+/-_.~\u00e9\u0000L402 ${text.slice(0, 40)}`;
  return mutate(roll, [...text], () => alphabet[roll(alphabet.length)] ?? '').join('');
}

const pick = <T>(roll: (bound: number) => number, items: readonly T[]): T =>
  items[roll(items.length)] as T;

let slowest = 0;
let total = 0;

/** Runs `attempt` that many times with mutants of its own; whatever it throws fails the test. */
function bombard(
  name: keyof typeof COUNTS,
  prepare: (roll: (bound: number) => number) => () => void,
) {
  it(`${COUNTS[name].toLocaleString('en-US')} mutated ${name} throw nothing and take no time`, () => {
    const roll = dice(name.length * 7919);
    for (let run = 0; run < COUNTS[name]; run += 1) {
      const attempt = prepare(roll);
      let took = timed(attempt);
      // Once more for an offender: a pause of the collector or of a busy machine is not our slowness.
      if (took > SLOWEST_MS) took = Math.min(took, timed(attempt));
      slowest = Math.max(slowest, took);
      total += 1;
      if (took > SLOWEST_MS) expect.fail(`mutant ${run} took ${took.toFixed(1)} ms`);
    }
  });
}

function timed(attempt: () => void): number {
  const start = performance.now();
  attempt();
  return performance.now() - start;
}

/** A plain throw: 50,000 calls of `expect` would cost more than what they watch. */
function must(holds: boolean, promise: string): void {
  if (!holds) throw new Error(promise);
}

describe('hostile input', () => {
  bombard('challenges', roll => {
    const lines = pick(roll, [captured, [captured.join(', ')], [HYBRID], [`${OTHERS}, ${HYBRID}`]]);
    const mutants = lines.map(line => mutateText(roll, line));
    return () => {
      const challenge = parseChallenge(mutants);
      if (challenge.ok) must(decodeInvoice(challenge.value.invoice.text).ok, 'a good invoice');
    };
  });

  bombard('challenge lists', roll => {
    const line = mutateText(roll, `${OTHERS}, L402 macaroon="${TOKEN}", invoice="lnbc100n1ptest"`);
    return () => must(!parseChallenge([line, line]).ok, 'an invoice that is none stays refused');
  });

  bombard('invoices', roll => {
    const original = pick(roll, INVOICES);
    const mutant = mutateText(roll, original);
    return () => {
      const invoice = decodeInvoice(mutant);
      must(!invoice.ok || mutant === original, 'a checksum cannot be met by chance');
    };
  });

  bombard('invoices with a good checksum', roll => {
    const original = decodeInvoice(pick(roll, INVOICES));
    must(original.ok, 'a good seed');
    const text = original.ok ? original.value.text : '';
    const { prefix, words } = bech32.decode(text as `${string}1${string}`, false);
    const mutant = bech32.encode(
      prefix,
      mutate(roll, words, () => roll(32)),
      false,
    );
    return () => {
      const invoice = decodeInvoice(mutant);
      const forged = invoice.ok && original.ok && invoice.value.payee === original.value.payee;
      must(!forged || mutant === text, 'no other text keeps the payee');
    };
  });

  bombard('macaroons', roll => {
    const mutant = Uint8Array.from(mutate(roll, [...pick(roll, MACAROONS)], () => roll(256)));
    return () => {
      const macaroon = decodeMacaroon(mutant);
      const again = macaroon.ok ? encodeMacaroon(macaroon.value) : mutant;
      must(Buffer.compare(again, mutant) === 0, 'one token has one spelling');
    };
  });

  bombard('credentials', roll => {
    const bought = { token: TOKEN, preimage: PREIMAGE };
    const seeds = [
      formatCredential(bought),
      formatCredential(bought, 'parameters'),
      capture.accepted.authorization,
    ];
    const mutant = mutateText(roll, pick(roll, seeds));
    const hex = Buffer.from(pick(roll, MACAROONS)).toString('hex');
    const headers = { authorization: [mutant], macaroon: mutateText(roll, hex) };
    return () => {
      const credential = parseCredential(headers);
      must(!credential.ok || /^[0-9a-f]{64}$/.test(credential.value.preimage), 'a whole preimage');
    };
  });

  afterAll(() => {
    expect(total).toBe(50_000);
    expect(slowest).toBeLessThan(SLOWEST_MS);
  });
});
