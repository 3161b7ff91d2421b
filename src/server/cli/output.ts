import type { Money, Problem } from '../../base/index.ts';
import { harmless } from '../../http/index.ts';

/** The one door to stdout. What came from outside leaves it without anything that a terminal obeys. */
export interface Output {
  /** Whether a program reads: then stdout has JSON alone, one document a line. */
  readonly json: boolean;
  /** Answers: the document for a program, the text for a human. */
  answer(document: object, text: string): void;
  /** Says what went wrong, whether money moved, and what to do. */
  refuse(problem: Problem): void;
  /** Prints a text as it is, such as a help page. */
  print(text: string): void;
  /** Tells a human what is going on, on stderr. */
  remark(text: string): void;
  /** Aborts when the reader of stdout has gone away. */
  readonly unread: AbortSignal;
}

const MONEY: Readonly<Record<Money, string>> = {
  not_moved: 'No money moved.',
  maybe_moved: 'Money may have moved.',
  moved: 'Money moved.',
};

/** Opens stdout and stderr. A reader that goes away early, such as `head`, is no error. */
export function openOutput(json: boolean): Output {
  const leaving = new AbortController();
  process.stdout.on('error', () => leaving.abort());
  process.stderr.on('error', () => undefined);
  const say = (text: string) => process.stdout.write(`${harmless(text)}\n`);
  const remark = (text: string) => process.stderr.write(`${harmless(text)}\n`);
  return {
    json,
    answer: (document, text) => say(json ? jsonLine(document) : text),
    refuse: problem => {
      if (json) return void say(jsonLine({ error: problem }));
      remark(`${problem.message}\n${MONEY[problem.money]} ${problem.hint}`);
    },
    print: text => say(text.trimEnd()),
    remark,
    unread: leaving.signal,
  };
}

/** JSON in plain ASCII, so that nothing in it is lost and nothing in it reaches a terminal. Amounts are numbers. */
function jsonLine(document: object): string {
  const text = JSON.stringify(document, (_key, member: unknown) =>
    typeof member === 'bigint' ? Number(member) : member,
  );
  return text.replace(
    /[^\x20-\x7e]/g,
    unit => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}
