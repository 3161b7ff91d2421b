import * as z from 'zod';
import { digestOf, ok, problem, refuse, SECOND } from '../base/index.ts';
import type { Command, Outcome, Proposal, ProposalId } from '../paywall/index.ts';
import type { Brought, ToolContext } from './context.ts';
import { paywallOutput, proposalOutput, showPaywall, showProposal } from './paywall-output.ts';
import { WATCH_MS } from './see-through.ts';
import type { Reply, SideEffect } from './tool.ts';

/** How often a client whose human is being asked hears that we are still there, ms. */
const PULSE_MS: number = 5 * SECOND;

/** What a change came to. `proposed`: it has no effect until a human says yes. */
export const changeOutput = z.object({
  status: z.enum(['ok', 'proposed', 'denied']),
  paywallId: z.string(),
  changed: z.boolean(),
  next: z.string(),
  paywall: paywallOutput.optional(),
  proposal: proposalOutput.optional(),
  denyCode: z.string().optional(),
  denyReason: z.string().optional(),
});
/** What of it is listed. */
export const listedChange = z.looseObject(
  changeOutput.pick({ status: true, paywallId: true, next: true }).shape,
);
type ChangeOutput = z.infer<typeof changeOutput>;

/**
 * Sees a change through that an agent asks for: what tightens is done, what widens is put to the human the way that
 * their client has. It is recorded before anybody is asked, so an answer counts after the call ended too.
 */
export async function change(context: ToolContext, command: Command): Promise<Reply<ChangeOutput>> {
  const { seller, owner, caller, human } = context;
  if (human.brought !== undefined) return broughtIn(context, command, human.brought);
  const outcome = await seller.ask(owner, command, caller);
  if (!outcome.ok) return outcome;
  if (outcome.value.kind === 'applied') return applied(context, outcome.value);
  const { proposal } = outcome.value;
  if (human.line === 'retry') return { kind: 'question', question: proposal };
  if (human.line === 'dialog') await shown(context, proposal);
  return standing(context, proposal.id);
}

/** Takes in the answer that this call brings back, if its question was about this very change. */
async function broughtIn(
  context: ToolContext,
  command: Command,
  brought: Brought,
): Promise<Reply<ChangeOutput>> {
  const { seller, owner } = context;
  if (!('proposalId' in brought)) return refuse('stale_ask', 'It was put for a purchase.');
  const { proposalId, verdict } = brought;
  const found = await find(context, proposalId);
  if (!found.ok) return found;
  if (digestOf(found.value.proposal.command) !== digestOf(command)) {
    return refuse('stale_ask', 'It was put for another change.');
  }
  if (verdict !== undefined) {
    const given = { proposalId, verdict, via: 'elicitation' } as const;
    const answered = await seller.answer(owner, given);
    // A replay changes nothing, and is told what holds.
    if (!answered.ok && answered.code !== 'already_answered') return answered;
  }
  return standing(context, proposalId);
}

/** Has the client put the form, and waits as long as one call may for it to close, or for an answer elsewhere. */
async function shown(context: ToolContext, proposal: Proposal): Promise<void> {
  const { human, clock, signal, progress } = context;
  const closed = new AbortController();
  const until = clock.now() + WATCH_MS;
  const over = AbortSignal.any([signal, closed.signal]);
  void human.show(proposal).finally(() => closed.abort());
  while (!over.aborted && clock.now() < until) {
    progress('waiting for the human');
    await clock.after(Math.min(PULSE_MS, until - clock.now()), over);
    const found = await find(context, proposal.id);
    if (!found.ok || found.value.end !== undefined) return;
  }
}

/** Where a proposal is now, whoever answered it. */
async function standing(context: ToolContext, id: ProposalId): Promise<Reply<ChangeOutput>> {
  const found = await find(context, id);
  if (!found.ok) return found;
  const { proposal, end } = found.value;
  if (end === 'change_declined') return denied(proposal, 'approval_declined');
  if (end === 'change_approved') {
    const paywall = await context.seller.paywall(context.owner, proposal.paywallId);
    return paywall.ok ? applied(context, { changed: true, paywall: paywall.value }) : paywall;
  }
  const isLate = end === 'change_lapsed' || context.clock.now() >= proposal.expiresAt;
  return isLate ? denied(proposal, 'approval_expired') : waiting(context, proposal);
}

/** An owner's proposal and what became of it. */
async function find({ paywalls: { registry }, owner }: ToolContext, proposalId: ProposalId) {
  const found = await registry.proposal(owner, proposalId);
  return found === undefined ? refuse('proposal_not_found') : ok(found);
}

async function applied(
  context: ToolContext,
  { changed, paywall }: Pick<Extract<Outcome, { kind: 'applied' }>, 'changed' | 'paywall'>,
): Promise<Reply<ChangeOutput>> {
  const output = await showPaywall(context, paywall);
  const serves = output.open ? 'It serves requests' : 'It serves nothing';
  const next = `${serves} from the next one on, wherever the gateway runs.`;
  return {
    kind: 'output',
    output: { status: 'ok', paywallId: paywall.id, changed, next, paywall: output },
    text: `Paywall ${paywall.id} is ${paywall.status}. ${changed ? next : 'Nothing changed.'}`,
    effects: [{ kind: 'paywall', target: paywall.id, changed }],
  };
}

function waiting({ command }: ToolContext, proposal: Proposal): Reply<ChangeOutput> {
  const { paywallId, widens } = proposal;
  const line = command(`paywall approve ${proposal.id}`);
  const next = `Nothing changed yet. A human approves by answering the form, or at a terminal with: ${line}. paywall_list then shows what holds; calling this again asks again.`;
  return {
    kind: 'output',
    output: {
      status: 'proposed',
      paywallId,
      changed: false,
      next,
      proposal: showProposal(proposal),
    },
    text: `This needs a human: ${widens.length} things in it go beyond what they approved. ${next}`,
    effects: [asked(proposal)],
  };
}

function denied(proposal: Proposal, code: 'approval_declined' | 'approval_expired') {
  const { message } = problem(code);
  const next =
    code === 'approval_declined'
      ? 'Respect it. Propose it again only if the human wants that.'
      : 'Nothing changed. Call this again when a human is there.';
  return {
    kind: 'output' as const,
    output: {
      status: 'denied' as const,
      paywallId: proposal.paywallId,
      changed: false,
      next,
      proposal: showProposal(proposal),
      denyCode: code,
      denyReason: message,
    },
    text: `${message} ${next}`,
    effects: [asked(proposal)],
  };
}

function asked({ id }: Proposal): SideEffect {
  return { kind: 'approval', target: id, changed: true };
}
