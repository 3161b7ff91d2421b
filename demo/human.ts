import { isCancel, note, select } from '@clack/prompts';
import type { ElicitResult } from '@modelcontextprotocol/client';

/** A form as an MCP client shows it, with what may be chosen. */
export interface Form {
  readonly message: string;
  readonly choices: readonly { readonly value: string; readonly label: string }[];
}

/** What the story may want a human to say: to a purchase, to a change of what is sold, or to either. */
export type Decision = 'once' | 'yes' | 'no';

/** The human of the demo: at the terminal, or played by the demo itself. */
export interface Human {
  /** Answers the form that is being put. */
  answer(form: Form): Promise<ElicitResult>;
  /** What the story wants the next answer to be. */
  plan(decision: Decision): void;
}

/** A human who does what the story wants. */
export function playedHuman(): Human {
  let planned = 'no';
  return {
    answer: async () => ({ action: 'accept', content: { decision: planned } }),
    plan: decision => {
      planned = decision;
    },
  };
}

/** Whoever sits at the terminal. */
export function humanAtTerminal(): Human {
  let planned = 'no';
  return {
    async answer({ message, choices }) {
      note(message, 'The approval form, as an MCP client shows it');
      const decision = await select({
        message: planned === 'no' ? 'Your decision (this time, try a no)' : 'Your decision',
        options: [...choices],
        initialValue: planned,
      });
      // Ctrl-C ends the demo, not just this question.
      if (isCancel(decision)) process.exit(130);
      return { action: 'accept', content: { decision } };
    },
    plan: decision => {
      planned = decision;
    },
  };
}
