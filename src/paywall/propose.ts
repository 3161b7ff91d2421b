import { type Code, DAY, HOUR, MINUTE, type Refused, refuse } from '../base/index.ts';
import { type Change, type ChangeContext, changeOf } from './change.ts';
import type { Command } from './command.ts';
import type { Author, NewPaywallEvent } from './event.ts';
import { exposureOf } from './exposure.ts';
import type { ProposalId } from './id.ts';
import type { Paywall } from './paywall.ts';
import { type Proposal, proposalDigest } from './proposal.ts';
import type { Outcome } from './seller.ts';
import type { Asked, RegistryVerdict, SellerView } from './store.ts';

/** What an agent's command is judged by. */
export interface AskContext extends ChangeContext {
  readonly proposalId: ProposalId;
  /** The name that the caller gave itself. */
  readonly caller: string;
}

/** An agent's command: what tightens is done at once, what widens is put to a human. Pure. */
export function asked(
  view: SellerView,
  before: Asked,
  command: Command,
  context: AskContext,
): RegistryVerdict<Outcome> {
  const change = changeOf(view, command, context);
  if (!change.ok) return rejected(change);
  if (change.value.widens.length > 0) return proposed(view, before, command, change.value, context);
  const { changed } = change.value;
  const reason = 'reason' in command.input ? command.input.reason : undefined;
  const by: Author = { kind: 'agent', caller: context.caller };
  const event = eventOf(change.value, narrowed(change.value), by, context.now, reason);
  const { paywall } = changed ? event : change.value;
  return { append: changed ? [event] : [], answer: { kind: 'applied', changed, paywall } };
}

/** A refusal as a verdict. */
export function rejected({ code, detail }: Refused): {
  readonly reject: Code;
  readonly detail?: string;
} {
  return detail === undefined ? { reject: code } : { reject: code, detail };
}

/** The event that a change is recorded as. */
export function eventOf(
  { kind }: Change,
  paywall: Paywall,
  by: Author,
  at: number,
  reason?: string,
): NewPaywallEvent & { readonly paywall: Paywall } {
  const event = { kind, at, owner: paywall.owner, paywall, by };
  return reason === undefined ? event : { ...event, reason };
}

/** What was approved shrinks to what an agent left of it: to widen it again needs a human, and so does a kill. */
function narrowed({ paywall, kills }: Change): Paywall {
  if (kills) return { ...paywall, approved: undefined };
  return paywall.status === 'active' ? { ...paywall, approved: exposureOf(paywall) } : paywall;
}

function proposed(
  view: SellerView,
  before: Asked,
  command: Command,
  change: Change,
  context: AskContext,
): RegistryVerdict<Outcome> {
  const paywall = view.paywalls.find(({ id }) => id === change.paywall.id);
  const waiting = view.pending.filter(({ owner }) => owner === context.owner);
  const same = waiting.find(each => isSame(each, view, command, context));
  if (same !== undefined)
    return { append: [], answer: { kind: 'proposed', proposal: same, paywall } };
  const { live, lapsed } = Object.groupBy(waiting, each =>
    each.expiresAt > context.now ? 'live' : 'lapsed',
  );
  const proposal = proposalOf(view, command, change, context);
  const tired = throttled(proposal.subject, live?.length ?? 0, before, context);
  if (tired !== undefined) return rejected(tired);
  const { owner, now: at } = context;
  const ended = (lapsed ?? []).map(
    ({ id: proposalId }) => ({ kind: 'change_lapsed', at, owner, proposalId }) as const,
  );
  return {
    append: [...ended, { kind: 'change_proposed', at, owner, proposal }],
    answer: { kind: 'proposed', proposal, paywall },
  };
}

function proposalOf(
  view: SellerView,
  command: Command,
  { paywall, widens }: Change,
  context: AskContext,
): Proposal {
  const { owner, caller, now, rules, routeIds, proposalId: id } = context;
  const expiresAt = now + rules.approvals.expiresMs;
  const paywallId = paywall.id;
  const digest = proposalDigest(view, { owner, command, paywallId, routeIds, rules, expiresAt });
  const bound = { command, paywallId, routeIds, widens, digest };
  const subject = command.kind === 'create' ? 'new' : paywallId;
  return { id, owner, ...bound, subject, caller, askedAt: now, expiresAt };
}

/** The same question is asked once, however often an agent repeats itself. */
function isSame(
  { expiresAt, routeIds, paywallId, digest, command: waiting }: Proposal,
  view: SellerView,
  command: Command,
  { owner, now, rules }: AskContext,
): boolean {
  if (now >= expiresAt || waiting.kind !== command.kind) return false;
  const bound = { owner, command, paywallId, routeIds, rules, expiresAt };
  return digest === proposalDigest(view, bound);
}

/** Why no human may be asked now: questions by the dozen would make every yes worthless. */
function throttled(
  subject: Proposal['subject'],
  pending: number,
  { lastHour, declinedAt }: Asked,
  { now, rules }: AskContext,
): Refused | undefined {
  const { coolDownMs, maxPending, maxPerHour } = rules.approvals;
  const cooled = (declinedAt.get(subject) ?? -DAY) + coolDownMs - now;
  if (cooled > 0) {
    const minutes = Math.ceil(cooled / MINUTE);
    return refuse('APPROVAL_THROTTLED', `A human said no; ask again in ${minutes} min.`);
  }
  if (pending >= maxPending) {
    return refuse('APPROVAL_THROTTLED', `${pending} changes already wait for an answer.`);
  }
  return lastHour >= maxPerHour
    ? refuse('APPROVAL_THROTTLED', `${lastHour} changes were proposed within ${HOUR / MINUTE} min.`)
    : undefined;
}
