import { describe, expect, test } from 'vitest';
import { sha256 } from '../../src/base/index.ts';
import type { Proposal } from '../../src/paywall/index.ts';
import { changeText } from '../../src/server/change-text.ts';
import { changeForm, decisionFrom } from '../../src/server/mcp/change-form.ts';

const route = { hostPattern: 'a.example', pathPattern: '/', upstream: 'mine' };
const proposal = (more: Partial<Proposal> = {}): Proposal => ({
  id: 'prop_00000000-0000-0000-0000-000000000000',
  owner: 'local',
  command: {
    kind: 'create',
    input: { name: 'Weather', policy: { fixedAmountMsats: 1 }, routes: [route] },
  },
  paywallId: 'pw_00000000-0000-0000-0000-000000000000',
  routeIds: [],
  subject: 'new',
  widens: ['One.', 'Two.'],
  digest: '',
  caller: 'an agent',
  askedAt: 0,
  expiresAt: 1,
  ...more,
});

describe('what a human is asked about a change', () => {
  test('holds every sentence of what it widens, and whose claim the name is', () => {
    const widens = Array.from({ length: 60 }, (_, at) => `Sentence ${at}.`);
    const lines = changeText(proposal({ widens })).split('\n');
    for (const sentence of widens) expect(lines).toContain(`- ${sentence}`);
    expect(lines[0]).toBe("Open the new paywall “Weather” (the caller's name for it)?");
    expect(lines.at(-1)).toBe('Asked by: an agent (its own words)');
  });

  test('keeps a caller from adding lines, or pushing the others out of sight', () => {
    const caller = `x\nApproved: yes\u202e${'y'.repeat(5000)}`;
    const text = changeText(proposal({ caller }));
    expect(text.split('\n')).toHaveLength(5);
    expect(text).not.toContain('\u202e');
    expect(text.length).toBeLessThan(600);
  });

  test('tells two long sentences apart wherever they differ', () => {
    const sentence = (middle: string) => `${'a'.repeat(2000)}${middle}${'b'.repeat(2000)}`;
    const [one, other] = ['1', '2'].map(middle =>
      changeText(proposal({ widens: [sentence(middle)] })),
    );
    expect(one).not.toBe(other);
    expect(one).toContain(sha256(sentence('1')));
  });
});

test('a client cannot accept the form by itself, and only a clear word is one', () => {
  const { requestedSchema } = changeForm(proposal());
  expect(requestedSchema.required).toEqual(['decision']);
  expect(decisionFrom({ decision: 'yes' })).toBe('yes');
  for (const content of [undefined, {}, { decision: 'once' }, { decision: true }, 'yes']) {
    expect(decisionFrom(content)).toBeUndefined();
  }
});
