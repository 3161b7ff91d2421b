import type { ElicitRequestFormParams } from '@modelcontextprotocol/server';
import type { Proposal } from '../../paywall/index.ts';
import type { Question } from '../../task/index.ts';
import type { Asking } from '../../tools/index.ts';
import type { Surroundings } from '../approval-text.ts';
import type { Tollkeeper } from '../compose.ts';
import { LOCAL_OWNER } from '../owner.ts';
import { changeForm, decisionFrom } from './change-form.ts';
import { formFor, verdictFrom } from './form.ts';

/** What a client says of a form: how it was closed, and what was filled in. */
export interface Filled {
  readonly action: 'accept' | 'decline' | 'cancel';
  readonly content?: unknown;
}

/** A form about one thing that waits for a human, and where its answer goes. */
export interface Sheet {
  /** Names what it is about: each has one form at a time. */
  readonly key: string;
  readonly form: ElicitRequestFormParams;
  /** From then on no answer counts, ms since 1970. */
  readonly expiresAt: number;
  /** Takes in what a human filled in; what means nothing is no answer. */
  take(filled: Filled): Promise<unknown>;
}

/** What sheets bring their answers to. */
export type Desk = Pick<Tollkeeper, 'buyer' | 'seller'>;

/** The sheet of whatever a human is asked about. */
export function sheetFor(asking: Asking, desk: Desk, around: Surroundings): Sheet {
  return 'widens' in asking ? changeSheet(asking, desk) : purchaseSheet(asking, desk, around);
}

function purchaseSheet(question: Question, { buyer }: Desk, around: Surroundings): Sheet {
  const { task, asked } = question;
  return {
    key: asked.askId,
    form: formFor(question, around),
    expiresAt: asked.expiresAt,
    async take({ action, content }) {
      const verdict = action === 'decline' ? ({ kind: 'no' } as const) : verdictFrom(content);
      if (action === 'cancel' || verdict === undefined) return;
      await buyer.answer(task, { askId: asked.askId, verdict, via: 'elicitation' });
    },
  };
}

function changeSheet(proposal: Proposal, { seller }: Desk): Sheet {
  const { id: proposalId, expiresAt } = proposal;
  return {
    key: proposalId,
    form: changeForm(proposal),
    expiresAt,
    async take({ action, content }) {
      const verdict = action === 'decline' ? 'no' : decisionFrom(content);
      if (action === 'cancel' || verdict === undefined) return;
      await seller.answer(LOCAL_OWNER, { proposalId, verdict, via: 'elicitation' });
    },
  };
}
