import { DAY, HOUR, MINUTE } from '../../src/base/index.ts';
import {
  type Ask,
  type Invoice,
  liveAllowances,
  lowest,
  type Model,
  type ModelTask,
  type Phase,
  roomOf,
  spent,
  usedOf,
  type Yes,
} from './model.ts';
import { SETTINGS, type Shop } from './model-settings.ts';

// What the model takes the design to say about permission: who may say yes, and when a sum may be held.

/** What the operator's word and the books say to a quote: denied, approved by a grant, or asked of a human. */
export function judge(model: Model, task: ModelTask, invoice: Invoice): Phase {
  const code = stopOf(model, task, invoice.amount);
  if (code !== undefined) return denied(code);
  const yes = task.afresh ? undefined : grantOf(model, task, invoice.amount);
  if (yes !== undefined) return { is: 'approved', yes, invoice };
  if (isThrottled(model, task)) return denied('APPROVAL_THROTTLED');
  const ask = question(model, task, invoice);
  model.asks.push(ask);
  return { is: 'asked', ask, invoice };
}

/** A denial. */
export function denied(code: string): Phase {
  return { is: 'ended', end: { kind: 'denied', code } };
}

function stopOf(model: Model, { shop }: ModelTask, amount: bigint): string | undefined {
  const { paused, hosts, caps } = SETTINGS[model.settings];
  if (paused || model.paused) return 'global_pause_active';
  if (hosts.block.includes(shop)) return 'host_blocked';
  if (amount > BigInt(caps.requestSats) * 1000n) return 'amount_over_cap';
  return amount > roomOf(model, shop) ? 'BUDGET_EXCEEDED' : undefined;
}

/** The fees that a payment may cost: a base, and a percentage rounded up. */
function feesFor(model: Model, amount: bigint): bigint {
  const { baseSats, percent } = SETTINGS[model.settings].fees;
  return BigInt(baseSats) * 1000n + (amount * BigInt(percent) + 99n) / 100n;
}

function withFees(model: Model, task: ModelTask, amount: bigint, ...limits: bigint[]): bigint {
  const cap = BigInt(SETTINGS[model.settings].caps.requestSats) * 1000n;
  return lowest(amount + feesFor(model, amount), cap, roomOf(model, task.shop), ...limits);
}

/** The allowance with most room, else the rule. */
function grantOf(model: Model, task: ModelTask, amount: bigint): Yes | undefined {
  const { now, settings } = model;
  const { autoApprove, approvals } = SETTINGS[settings];
  const allowed = liveAllowances(model, task.shop)
    .map(
      ({ id, limit }) => ({ by: 'allowance', grant: id, left: limit - usedOf(model, id) }) as const,
    )
    .toSorted((one, other) => Number(other.left - one.left));
  const ruled = autoApprove
    .filter(({ host }) => host === task.shop)
    .map(
      rule => ({ by: 'rule', grant: `rule:${rule.host}`, left: ruleLeft(model, rule) }) as const,
    );
  const open = [...allowed, ...ruled].find(({ left }) => left >= amount);
  if (open === undefined) return undefined;
  const ceiling = withFees(model, task, amount, open.left);
  const expiresAt = now + approvals.expiresMinutes * MINUTE;
  return { by: open.by, grant: open.grant, ceiling, expiresAt, under: settings };
}

function ruleLeft(model: Model, rule: (typeof SETTINGS)['ruled']['autoApprove'][number]): bigint {
  const day = BigInt(rule.maxSatsPerDay) * 1000n - usedOf(model, `rule:${rule.host}`);
  return lowest(BigInt(rule.maxSats) * 1000n, day);
}

function isThrottled(model: Model, { shop }: ModelTask): boolean {
  const { coolDownMinutes, maxPending, maxPerHour } = SETTINGS[model.settings].approvals;
  const { pending, lastHour, deniedAt } = asksOf(model, shop);
  const isCooling = deniedAt > 0 && deniedAt + coolDownMinutes * MINUTE > model.now;
  return isCooling || pending >= maxPending || lastHour >= maxPerHour;
}

/** How much a human is asked, and when they last said no to the shop. */
export function asksOf({ asks, now }: Model, shop: string) {
  return {
    pending: asks.filter(({ fate, expiresAt }) => fate === 'open' && expiresAt > now).length,
    lastHour: asks.filter(({ at }) => at > now - HOUR).length,
    deniedAt: Math.max(0, ...asks.map(ask => (ask.task.shop === shop ? ask.deniedAt : 0))),
  };
}

function question(model: Model, task: ModelTask, { amount }: Invoice): Ask {
  const { now: at, settings: under } = model;
  const expiresAt = at + SETTINGS[under].approvals.expiresMinutes * MINUTE;
  const ceiling = withFees(model, task, amount);
  return { task, ceiling, at, expiresAt, under, fate: 'open', deniedAt: 0 };
}

/** The sums on their way, of a shop or of all. */
export function inFlight({ sums }: Model, shop?: string): number {
  return sums.filter(sum => sum.held && (shop === undefined || sum.shop === shop)).length;
}

/** T1: the yes is used up and the sum is held; or it waits, is denied, or is asked about anew. */
export function hold(model: Model, task: ModelTask): Phase {
  const { phase } = task;
  if (phase.is !== 'approved') throw new Error('nothing is approved');
  const { yes, invoice } = phase;
  if (invoice.used) return denied('INVOICE_INVALID');
  if (yes.under !== model.settings) return judge(model, task, invoice);
  if (model.paused) return denied('global_pause_active');
  const granted = lowest(yes.ceiling, leftOf(model, task, yes));
  if (invoice.amount > granted) return judge(model, task, invoice);
  if (invoice.amount > roomOf(model, task.shop)) return denied('BUDGET_EXCEEDED');
  return isCrowded(model, task) ? phase : held(model, task, phase, granted);
}

function isCrowded(model: Model, { shop }: ModelTask): boolean {
  const { maxInFlight, maxInFlightPerHost } = SETTINGS[model.settings].payments;
  return inFlight(model) >= maxInFlight || inFlight(model, shop) >= maxInFlightPerHost;
}

function held(
  model: Model,
  task: ModelTask,
  { yes, invoice }: Extract<Phase, { is: 'approved' }>,
  granted: bigint,
): Phase {
  const msat = withFees(model, task, invoice.amount, granted);
  const { now: at } = model;
  const sum = { shop: task.shop, grant: yes.grant, heldAt: at, msat, held: true, at };
  model.sums.push(sum);
  invoice.used = true;
  const feeLimit = msat - invoice.amount;
  return { is: 'held', yes, invoice, sum, feeLimit, missedAt: undefined, doubted: false };
}

function leftOf(model: Model, task: ModelTask, { by, grant, ceiling }: Yes): bigint {
  if (grant === undefined) return ceiling;
  if (by === 'rule') {
    const rule = SETTINGS[model.settings].autoApprove.find(({ host }) => `rule:${host}` === grant);
    return rule === undefined ? 0n : ruleLeft(model, rule);
  }
  const allowance = liveAllowances(model, task.shop).find(({ id }) => id === grant);
  return allowance === undefined ? 0n : lowest(allowance.limit - usedOf(model, allowance.id));
}

/** The books that a shop's next purchase is judged by. */
export function booksOf(model: Model, shop: Shop) {
  return {
    paused: model.paused,
    fence: model.lease.fence,
    spend: {
      hostDay: spent(model, DAY, shop),
      hour: spent(model, HOUR),
      day: spent(model, DAY),
      total: spent(model, Number.POSITIVE_INFINITY),
    },
    inFlight: { host: inFlight(model, shop), all: inFlight(model) },
    asks: asksOf(model, shop),
    allowances: liveAllowances(model, shop).map(({ id }) => id),
  };
}
