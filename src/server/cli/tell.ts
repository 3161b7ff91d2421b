import { showTime } from './layout.ts';
import type { Session } from './session.ts';

/** Says one thing: a document on stdout where a program reads, else a line on stderr. */
export type Tell = (document: object, text: string) => void;

/** How a command that goes on says what happens; nothing of it but JSON reaches stdout. */
export function tellOf({ output, clock }: Session): Tell {
  return (document, text) => {
    const at = clock.now();
    if (output.json) output.answer({ at: new Date(at).toISOString(), ...document }, '');
    else output.remark(`${showTime(at)}  ${text}`);
  };
}
