import { createHash } from 'node:crypto';
import type { Human } from './human.ts';
import type { Stage } from './stage.ts';

/** The price of the shop's cheapest resource in this demo, in sats. */
export const PRICE_SATS = 100;

/** What came of a step. */
export interface Outcome {
  readonly status: string;
  /** Why, where it was refused. */
  readonly code?: string;
  readonly paidMsat: number;
  readonly feeMsat: number;
  readonly sha256?: string;
  readonly shown?: string;
}

/** One step of the story: what happens, and what has to come of it. */
export interface Step {
  readonly step: string;
  readonly title: string;
  readonly expected: {
    readonly status: string;
    readonly code?: string;
    readonly paidMsat: number;
    readonly paymentsMade: number;
  };
  play(): Promise<Outcome>;
}

/** The story: one purchase, and everything that must not become one. */
export function storyOn(stage: Stage, human: Human): readonly Step[] {
  const buy = async (path: string, decision: 'once' | 'no'): Promise<Outcome> => {
    human.plan(decision);
    return outcomeOf(await stage.call('l402_fetch', { url: stage.shop + path }));
  };
  const paid = { paidMsat: PRICE_SATS * 1000, paymentsMade: 1 };
  const unpaid = { paidMsat: 0, paymentsMade: 1 };
  return [
    {
      step: 'quote',
      title: 'The agent asks for a price. Nothing is paid.',
      expected: { status: 'quoted', paidMsat: 0, paymentsMade: 0 },
      play: () => quote(stage),
    },
    {
      step: 'purchase',
      title: 'It buys. A human is asked, and says yes.',
      expected: { status: 'completed', ...paid },
      play: () => buy('/weather', 'once'),
    },
    {
      step: 'read',
      title: 'The whole body is there, and its SHA-256 is right.',
      expected: { status: 'verified', ...unpaid },
      play: () => readBack(stage),
    },
    {
      step: 'again',
      title: 'The same again: what was bought is used, for 0 sats.',
      expected: { status: 'cached', ...unpaid },
      play: () => buy('/weather', 'no'),
    },
    {
      step: 'over-cap',
      title: 'A price above the cap for one request is refused without asking anyone.',
      expected: { status: 'blocked', code: 'amount_over_cap', ...unpaid },
      play: () => buy('/vault', 'once'),
    },
    {
      step: 'no',
      title: 'Another purchase. The human says no, and that is respected.',
      expected: { status: 'blocked', code: 'approval_declined', ...unpaid },
      play: () => buy('/premium-report', 'no'),
    },
    {
      step: 'budget',
      title: "The human lowers the day's budget to 300 sats. The next purchase does not fit.",
      expected: { status: 'blocked', code: 'BUDGET_EXCEEDED', ...unpaid },
      async play() {
        await stage.command('settings', 'set', 'caps.daySats', '300');
        return buy('/premium-report', 'once');
      },
    },
  ];
}

async function quote(stage: Stage): Promise<Outcome> {
  const { priceMsats, decision } = await stage.call('l402_quote', { url: `${stage.shop}/weather` });
  const shown = `${Number(priceMsats) / 1000} sats; the policy would ${String(decision)} a human`;
  return { status: 'quoted', paidMsat: 0, feeMsat: 0, shown };
}

/** Reads what was bought, slice by slice, and hashes it. */
async function readBack(stage: Stage): Promise<Outcome> {
  const { tasks } = (await stage.call('l402_tasks', { limit: 1 })) as {
    tasks: { taskId: string }[];
  };
  const taskId = tasks[0]?.taskId;
  const { responseBodySha256 } = await stage.call('l402_task', { taskId });
  const hash = createHash('sha256');
  for (let offset: unknown = 0; offset !== undefined; ) {
    const { data, nextOffset } = await stage.call('l402_read', { taskId, offset });
    hash.update(String(data));
    offset = nextOffset;
  }
  const sha256 = hash.digest('hex');
  const status = sha256 === responseBodySha256 ? 'verified' : 'differs';
  return { status, paidMsat: 0, feeMsat: 0, sha256 };
}

/** What came of a purchase, as a step tells it. */
export function outcomeOf(task: Record<string, unknown>): Outcome {
  const { status, denyReasonCode, amountMsats, feeMsats, responseBodySha256: sha256 } = task;
  return {
    status: String(status),
    ...(denyReasonCode === undefined ? {} : { code: String(denyReasonCode) }),
    paidMsat: Number(amountMsats ?? 0),
    feeMsat: Number(feeMsats ?? 0),
    ...(sha256 === undefined ? {} : { sha256: String(sha256) }),
    shown: String(task.responseBodyTextPreview ?? task.denyReason ?? ''),
  };
}
