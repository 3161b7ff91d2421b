import { systemClock } from '../../src/base/index.ts';
import type { Command } from '../../src/server/cli/command.ts';
import type { Session } from '../../src/server/cli/session.ts';
import { findHome } from '../../src/server/home.ts';

type Reply = string | number | boolean | undefined;

/** What a command came to in front of a human, and all that they were told and asked. */
export interface Seen {
  /** The exit code, or the code of the refusal. */
  readonly end: number | string;
  readonly documents: readonly Record<string, unknown>[];
  readonly told: readonly string[];
  readonly asked: readonly string[];
}

/**
 * Has a human sit at a command: they answer its prompts with these, one after the other; undefined
 * dismisses a prompt, and a function does something before it answers. A prompt too many, or too few, fails the test.
 */
export async function sitAt(
  command: Command,
  home: string,
  input: object,
  ...answers: readonly (Reply | (() => Promise<Reply>))[]
): Promise<Seen> {
  const left = [...answers];
  const [documents, told, asked]: [Record<string, unknown>[], string[], string[]] = [[], [], []];
  const reply = async (question: string) => {
    asked.push(question);
    if (left.length === 0) throw new Error(`nobody expected: ${question}`);
    const answer = left.shift();
    return (typeof answer === 'function' ? await answer() : answer) as never;
  };
  const session: Session = {
    home: findHome(home, {}),
    clock: systemClock,
    output: {
      json: true,
      answer: document => void documents.push(document as Record<string, unknown>),
      refuse: problem => void told.push(problem.message),
      print: text => void told.push(text),
      remark: text => void told.push(text),
      unread: new AbortController().signal,
    },
    terminal: {
      interactive: true,
      choose: reply,
      sats: reply,
      agree: reply,
      type: reply,
      apart: work => work(),
      secret: reply,
      watch: async words => {
        told.push(words);
        return { show: () => undefined, end: now => void told.push(now) };
      },
    },
  };
  const came = await command.run(session, command.input.parse(input));
  if (left.length > 0) throw new Error(`never asked for: ${left.join()}`);
  return { end: typeof came === 'number' ? came : came.code, documents, told, asked };
}
