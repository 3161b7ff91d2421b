import { changeOf } from './change.ts';
import type { Author, NewPaywallEvent } from './event.ts';
import { exposureOf } from './exposure.ts';
import type { Paywall } from './paywall.ts';
import { type Proposal, proposalDigest } from './proposal.ts';
import { eventOf, rejected } from './propose.ts';
import type { SellerRules } from './rules.ts';
import type { ProposalAnswer, ProposalAnswered } from './seller.ts';
import type { Asked, RegistryVerdict, SellerView } from './store.ts';

/** What a human's answer is judged by: the moment, and the settings as they are then. */
export interface AnswerContext {
  /** Milliseconds since 1970. */
  readonly now: number;
  readonly rules: SellerRules;
}

/** A human's word on one proposal, if that is still open and still the change that they were shown. Pure. */
export function answered(
  view: SellerView,
  { proposal: found }: Asked,
  { proposalId, verdict, via }: ProposalAnswer,
  { now, rules }: AnswerContext,
): RegistryVerdict<ProposalAnswered> {
  if (found === undefined) return { reject: 'proposal_not_found' };
  const { proposal, end } = found;
  if (end === 'change_lapsed' || (end === undefined && now >= proposal.expiresAt)) {
    return { reject: 'approval_expired' };
  }
  if (end !== undefined) return { reject: 'already_answered' };
  const said = { at: now, owner: proposal.owner, proposalId, via };
  if (verdict === 'no') {
    return { append: [{ kind: 'change_declined', ...said }], answer: { kind: 'declined' } };
  }
  const made = approved(view, proposal, { kind: 'human', via, proposalId }, { now, rules });
  if ('reject' in made) return made;
  const { event, paywall } = made;
  return {
    append: [{ kind: 'change_approved', ...said }, event],
    answer: { kind: 'approved', paywall },
  };
}

/** A paywall after a human's own change: what is public now is approved; what a human closed, only a human opens. */
export function granted(paywall: Paywall): Paywall {
  const isOpen = paywall.status === 'active';
  return { ...paywall, approved: isOpen ? exposureOf(paywall) : undefined };
}

/** The very change that was shown, or nothing: an approval is not stretched. */
function approved(
  view: SellerView,
  { owner, command, paywallId, routeIds, digest, expiresAt }: Proposal,
  by: Author,
  { now, rules }: AnswerContext,
):
  | { readonly event: NewPaywallEvent; readonly paywall: Paywall }
  | Extract<RegistryVerdict<never>, { reject: unknown }> {
  const bound = { owner, command, paywallId, routeIds, rules, expiresAt };
  if (proposalDigest(view, bound) !== digest) return { reject: 'APPROVAL_MISMATCH' };
  const change = changeOf(view, command, { owner, now, rules, paywallId, routeIds });
  if (!change.ok) return rejected(change);
  const paywall = granted(change.value.paywall);
  return { event: eventOf(change.value, paywall, by, now), paywall };
}
