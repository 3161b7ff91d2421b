import type { McpServer } from '@modelcontextprotocol/server';
import type { Clock, Log } from '../../base/index.ts';
import type { Buyer, Question } from '../../task/index.ts';
import type { Surroundings } from '../approval-text.ts';
import { formFor, verdictFrom } from './form.ts';

/** Puts questions to a 2025-era client's human while the calls go on. */
export interface Dialogs {
  /** Resolves when the form is closed: answered, dismissed or failed. Never rejects. */
  show(question: Question, around: Surroundings): Promise<void>;
}

/** What dialogs work with. */
interface Parts {
  readonly buyer: Buyer;
  readonly clock: Clock;
  readonly log: Log;
}

/**
 * Opens the dialogs of one connection. A form is apart from the call that caused it: that call may end,
 * time out or be cancelled, and the human's answer still counts, because the record judges it. Each
 * question has one form at a time, however many calls join it.
 */
export function openDialogs({ server }: McpServer, { buyer, clock, log }: Parts): Dialogs {
  const open = new Map<string, Promise<void>>();
  const put = async (question: Question, around: Surroundings): Promise<void> => {
    const { task, asked } = question;
    // Past its own timeout the SDK drops an answer silently, so the form lives as long as the question.
    const timeout = Math.max(1, asked.expiresAt - clock.now());
    const { action, content } = await server.elicitInput(formFor(question, around), { timeout });
    const verdict = action === 'decline' ? ({ kind: 'no' } as const) : verdictFrom(content);
    if (action === 'cancel' || verdict === undefined) return;
    await buyer.answer(task, { askId: asked.askId, verdict, via: 'elicitation' });
  };
  return {
    show(question, around) {
      const { askId } = question.asked;
      const form =
        open.get(askId) ??
        put(question, around)
          .catch((error: unknown) => log.info({ askId, error }, 'a form brought no answer'))
          .finally(() => open.delete(askId));
      open.set(askId, form);
      return form;
    },
  };
}
