import * as z from 'zod';
import { ok, type Refused, type Result, refuse } from '../../../base/index.ts';
import { isProposalId, type Proposal } from '../../../paywall/index.ts';
import { showPaywall } from '../../../tools/index.ts';
import { changeText } from '../../change-text.ts';
import type { Tollkeeper } from '../../compose.ts';
import { LOCAL_OWNER } from '../../owner.ts';
import { flag } from '../argument.ts';
import { defineCommand } from '../command.ts';
import { EXIT, type Exit } from '../exit.ts';
import { inTurn } from '../in-turn.ts';
import { withTollkeeper } from '../opened.ts';
import { paywallText } from '../paywall-text.ts';
import { provePin } from '../pin-entry.ts';
import { needsHuman, type Session } from '../session.ts';

const proposalId = z.string().refine(isProposalId, {
  error: 'must be the id of a change, as `tollkeeper paywall list` has them',
});

type Verdict = 'yes' | 'no';

/** Puts the changes that agents proposed before the human. */
export const paywallApprove = defineCommand({
  usage: 'paywall approve [id]',
  summary: 'Answer the changes of paywalls that agents propose',
  details:
    'Shows what each change would open, and asks. A yes is for the change as it is shown: if anything that it rests on changed meanwhile, the agent has to propose it anew. With an approval PIN set, each yes needs the PIN, typed at a terminal.',
  options: [
    ['--yes', 'say yes, without being asked'],
    ['--no', 'say no'],
  ],
  examples: [
    'tollkeeper paywall approve',
    'tollkeeper paywall approve prop_01234567-89ab-4cde-8f01-23456789abcd --no',
  ],
  input: z.strictObject({ id: proposalId.optional(), yes: flag, no: flag }),
  async run(session, { id, yes, no }) {
    if (yes && no) return refuse('invalid_input', 'Say one of --yes and --no.');
    const given = yes ? 'yes' : no ? 'no' : undefined;
    if (given !== undefined && id === undefined) {
      return refuse('invalid_input', 'Name the change: nobody answers what was not looked at.');
    }
    return withTollkeeper(session.home, async tollkeeper => {
      const all = await tollkeeper.seller.proposals(LOCAL_OWNER);
      const waiting = all.filter(each => id === undefined || each.id === id);
      if (waiting.length === 0)
        return id === undefined ? nothing(session) : refuse('proposal_not_found');
      const alone =
        given === undefined ? needsHuman(session, 'Say --yes or --no with an id.') : undefined;
      return alone ?? inTurn(waiting, each => settle(session, tollkeeper, each, given));
    });
  },
});

async function settle(
  session: Session,
  tollkeeper: Tollkeeper,
  proposal: Proposal,
  given: Verdict | undefined,
): Promise<Exit | Refused> {
  const { output } = session;
  output.remark(`\n${changeText(proposal)}`);
  const verdict = await decide(session, tollkeeper, given);
  if (!verdict.ok) return verdict;
  const answer = { proposalId: proposal.id, verdict: verdict.value, via: 'terminal' } as const;
  const answered = await tollkeeper.seller.answer(LOCAL_OWNER, answer);
  if (!answered.ok) return answered;
  const { kind, paywall } = answered.value;
  const shown = paywall && (await showPaywall(tollkeeper, paywall));
  const text = paywall && shown ? paywallText(paywall, shown) : 'Nothing was changed.';
  output.answer({ proposalId: proposal.id, answer: kind, paywall: shown }, text);
  return EXIT.done;
}

async function decide(
  session: Session,
  { pin }: Tollkeeper,
  given: Verdict | undefined,
): Promise<Result<Verdict>> {
  const verdict =
    given ??
    (await session.terminal.choose('Your decision', [
      { value: 'yes', label: 'Yes, as shown' },
      { value: 'no', label: 'No' },
    ]));
  if (verdict === undefined) return refuse('APPROVAL_REQUIRED', 'Nothing was decided.');
  if (verdict === 'no') return ok(verdict);
  const proof = await provePin(session, pin);
  return proof.ok ? ok(verdict) : proof;
}

function nothing({ output }: Session): Exit {
  output.answer({ pending: 0 }, 'No change waits for you.');
  return EXIT.nothing;
}
