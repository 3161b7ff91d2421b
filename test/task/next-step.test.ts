import { describe, expect, test } from 'vitest';
import { SECOND } from '../../src/base/index.ts';
import type { Fact, FactKind, FactOf } from '../../src/task/fact.ts';
import { statusOf } from '../../src/task/index.ts';
import { isOpen, nextStep, type Step } from '../../src/task/next-step.ts';
import { requested, type Story, stories } from './story.ts';

/** The facts since the task was requested or last renewed, as the table speaks of them. */
function roundOf({ facts, now }: Story) {
  const round = facts.slice(facts.findLastIndex(({ kind }) => kind === 'renewed') + 1);
  const last = <K extends FactKind>(kind: K) =>
    round.findLast((fact): fact is FactOf<K> => fact.kind === kind);
  const place = (fact: Fact | undefined) => (fact === undefined ? -1 : round.indexOf(fact));
  const [first] = facts;
  const repeatable = first?.kind === 'requested' && first.request.method === 'GET';
  return { now, round, last, place, repeatable };
}
type Round = ReturnType<typeof roundOf>;

const ENDS = [
  ...['free', 'cached', 'denied', 'declined', 'expired', 'cancelled', 'failed', 'released'],
  ...['delivered', 'refused', 'lost'],
];
const isUnanswered = ({ last, place }: Round) => place(last('asked')) > place(last('approved'));
const inTime = ({ last, now }: Round) => now < (last('approved')?.expiresAt ?? 0);
const isAlive = ({ last, now }: Round) =>
  (last('challenged')?.quote.expiresAt ?? 0) - now >= 30 * SECOND;
const isUnder = ({ last }: Round) =>
  (last('challenged')?.quote.amount ?? 0n) <= (last('approved')?.ceiling ?? 0n);

/** The documented table, row by row: of the rows that fit, the first one counts. */
const TABLE: readonly [Step['kind'], (round: Round) => boolean][] = [
  ['done', ({ round }) => round.some(({ kind }) => ENDS.includes(kind))],
  ['give_up', r => !!r.last('settled') && !r.repeatable && r.last('sent')?.phase === 'deliver'],
  ['deliver', ({ last }) => last('settled') !== undefined],
  ['look_up', ({ last }) => last('reserved') !== undefined],
  [
    'give_up',
    ({ last, place, repeatable }) =>
      !repeatable && !!last('sent') && place(last('challenged')) < place(last('sent')),
  ],
  ['await_human', r => isUnanswered(r) && r.now < r.last('asked')!.expiresAt],
  ['expire', isUnanswered],
  ['probe', r => r.last('challenged') === undefined || (inTime(r) && !isAlive(r))],
  ['pay', r => inTime(r) && isAlive(r) && isUnder(r)],
  ['decide', () => true],
];

const kinds = ({ facts }: Story) => facts.map(({ kind }) => kind).join(' ');

/** Long enough for a whole purchase, and for one that was denied, renewed and paid. */
const LENGTHS = { GET: 8, POST: 10 } as const;

describe.each(['GET', 'POST'] as const)('in every story that can befall a %s', method => {
  const all = [...stories(method, LENGTHS[method])];

  test('the next step is the first row of the table that fits', () => {
    const steps = new Set<string>();
    for (const story of all) {
      const round = roundOf(story);
      const expected = TABLE.find(([, fits]) => fits(round))![0];
      const { kind } = nextStep(story.facts, story.now);
      if (kind !== expected) expect.fail(`${kinds(story)}: ${kind} instead of ${expected}`);
      steps.add(kind);
    }
    expect(steps.size).toBe(method === 'GET' ? 8 : 9);
    expect(all.length).toBeGreaterThan(10_000);
  });

  test('nothing is left to do exactly where the story has an end', () => {
    for (const story of all) {
      const isDone = nextStep(story.facts, story.now).kind === 'done';
      if (isDone === isOpen(story.facts)) expect.fail(kinds(story));
    }
  });

  test('nothing is paid once a sum is held, and nothing but the wallet’s word frees it', () => {
    for (const story of all) {
      const { last } = roundOf(story);
      if (last('reserved') === undefined) continue;
      const step = nextStep(story.facts, story.now).kind;
      expect(['look_up', 'deliver', 'give_up', 'done']).toContain(step);
      const { money } = statusOf(story.facts, story.now);
      if ((money === 'not_moved') !== (last('released') !== undefined)) expect.fail(kinds(story));
      expect(money === 'moved').toBe(last('settled') !== undefined);
    }
  });

  test('nothing is paid that was not approved, in time and up to its ceiling', () => {
    for (const story of all) {
      const step = nextStep(story.facts, story.now);
      if (step.kind !== 'pay') continue;
      expect(story.now).toBeLessThan(step.approved.expiresAt);
      expect(step.challenged.quote.amount <= step.approved.ceiling).toBe(true);
    }
  });

  test('a status that is called final is one in which nothing more happens by itself', () => {
    for (const story of all) {
      const { final } = statusOf(story.facts, story.now);
      const step = nextStep(story.facts, story.now).kind;
      if (final !== (step === 'done' || step === 'expire')) expect.fail(kinds(story));
    }
  });
});

test('a record that does not begin with a request is damaged, and no step is taken on it', () => {
  expect(() => nextStep([], 0)).toThrow(expect.objectContaining({ code: 'store_corrupt' }));
  const [, ...headless] = [requested('GET'), { kind: 'cancelled', at: 0 } as const];
  expect(() => nextStep(headless, 0)).toThrow(expect.objectContaining({ code: 'store_corrupt' }));
});
