import { setTimeout as sleep } from 'node:timers/promises';
import { fetch402 } from '@getalby/lightning-tools/402';
import type { Human } from './human.ts';
import type { Stage } from './stage.ts';
import { type Outcome, outcomeOf, type Step } from './story.ts';

/** The price of what the story sells, in sats. */
const SOLD_SATS = 20;
/** How long the demo waits for its settlements, ms. */
const PATIENCE_MS = 10_000;

/** The second act: the agent sells what its owner has, to our own buyer and to somebody else's client. */
export function sellingOn(stage: Stage, human: Human): readonly Step[] {
  const forecast = `${stage.gateway}/forecast`;
  const nothing = { paidMsat: 0, paymentsMade: 1 };
  const sold = { paidMsat: SOLD_SATS * 1000, paymentsMade: 1 };
  let paywallId: unknown;
  return [
    {
      step: 'paywall',
      title: 'Second act: the agent puts a price on an endpoint of its owner. A human is asked.',
      expected: { status: 'ok', ...nothing },
      async play() {
        human.plan('yes');
        const made = await stage.call('paywall_create', wares(stage));
        ({ paywallId } = made);
        return free(made, `${forecast} now costs ${SOLD_SATS} sats`);
      },
    },
    {
      step: 'own-buyer',
      title: 'Our own buyer buys it, like anything else.',
      expected: { status: 'completed', ...sold },
      async play() {
        human.plan('once');
        return outcomeOf(await stage.call('l402_fetch', { url: forecast }));
      },
    },
    {
      step: 'foreign-buyer',
      title: 'A client that knows nothing of Tollkeeper buys it too (@getalby/lightning-tools).',
      expected: { status: 'completed', ...sold },
      play: () => buyAsStranger(stage, forecast),
    },
    {
      step: 'settlements',
      title: 'Both payments have arrived, and are in the books.',
      expected: { status: 'ok', ...nothing },
      play: () => settlements(stage),
    },
    {
      step: 'pause',
      title: 'The agent pauses it. That needs nobody, and the next request is refused.',
      expected: { status: 'paused', ...nothing },
      async play() {
        const { status } = await stage.call('paywall_pause', { paywallId });
        const answer = await fetch(forecast);
        const isPaused = status === 'ok' && answer.status === 403;
        return free({ status: isPaused ? 'paused' : 'open' }, `HTTP ${answer.status}`);
      },
    },
  ];
}

function wares({ gateway, endpoint }: Stage): object {
  return {
    name: 'Forecast',
    policy: { fixedAmountMsats: SOLD_SATS * 1000 },
    routes: [
      {
        hostPattern: new URL(gateway).hostname,
        pathPattern: '/forecast',
        methods: ['GET'],
        upstreamUrl: endpoint,
      },
    ],
  };
}

function free({ status }: Record<string, unknown>, shown: string): Outcome {
  return { status: String(status), paidMsat: 0, feeMsat: 0, shown };
}

async function buyAsStranger({ pay }: Stage, url: string): Promise<Outcome> {
  let paid = 0;
  const payInvoice = async ({ invoice }: { invoice: string }) => {
    const preimage = await pay(invoice);
    paid = SOLD_SATS * 1000;
    return { preimage };
  };
  const answer = await fetch402(url, {}, { wallet: { payInvoice } });
  const status = answer.status === 200 ? 'completed' : `HTTP ${answer.status}`;
  return { status, paidMsat: paid, feeMsat: 0, shown: await answer.text() };
}

/** The gateway books what the node reports, a moment after it was paid. */
async function settlements(stage: Stage): Promise<Outcome> {
  const until = Date.now() + PATIENCE_MS;
  for (;;) {
    const listed = await stage.call('paywall_settlement_list', {});
    const amounts = (listed.settlements as { amountMsats: number }[]).map(
      ({ amountMsats }) => amountMsats,
    );
    const isAll = amounts.length === 2 && amounts.every(amount => amount === SOLD_SATS * 1000);
    const shown = `${amounts.length} payments of ${SOLD_SATS} sats`;
    if (isAll || Date.now() > until) return free({ status: isAll ? 'ok' : 'missing' }, shown);
    await sleep(50);
  }
}
