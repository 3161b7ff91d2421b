import { newId, ok, type Result, refuse, sats } from '../../base/index.ts';
import type { Pin } from '../../secrets/index.ts';
import type { HumanVerdict, Question } from '../../task/index.ts';
import { approvalText, type Surroundings } from '../approval-text.ts';
import { provePin } from './pin-entry.ts';
import type { Session } from './session.ts';

/** Brings a human's verdict on a question, or says why there is none. */
export type Decider = (question: Question, around: Surroundings) => Promise<Result<HumanVerdict>>;

/** A verdict as options say it. */
interface Said {
  readonly once: boolean;
  readonly today?: number | undefined;
  readonly no: boolean;
}

/** The verdict that the options give; undefined if they leave it to be asked. */
export function decided({ once, today, no }: Said): Result<HumanVerdict | undefined> {
  if (Number(once) + Number(no) + Number(today !== undefined) > 1) {
    return refuse('invalid_input', 'Say one of --once, --today and --no.');
  }
  if (once) return ok({ kind: 'once' });
  if (no) return ok({ kind: 'no' });
  return ok(today === undefined ? undefined : forToday(today));
}

/**
 * Shows each question as the form does, and takes a verdict on it. The given one counts for the first question
 * only, and a PIN for one yes: a seller who then asks for more must meet a human, not an option typed before.
 */
export function deciderFor(session: Session, pin: Pin, given: HumanVerdict | undefined): Decider {
  let unused = given;
  return async (question, around) => {
    session.output.remark(`\n${approvalText(question, around)}`);
    const verdict = unused ?? (await ask(session, question));
    unused = undefined;
    if (verdict === undefined) return refuse('APPROVAL_REQUIRED', 'Nothing was decided.');
    if (verdict.kind === 'no') return ok(verdict);
    const proof = await provePin(session, pin);
    return proof.ok ? ok(verdict) : proof;
  };
}

async function ask({ terminal }: Session, { asked }: Question): Promise<HumanVerdict | undefined> {
  if (!terminal.interactive) return undefined;
  const choice = await terminal.choose('Your decision', [
    { value: 'once', label: 'Yes, this once' },
    { value: 'today', label: 'Yes, and this host up to a sum for the rest of today (UTC)' },
    { value: 'no', label: 'No' },
  ]);
  if (choice !== 'today') return choice && { kind: choice };
  const least = Number((asked.ceiling + 999n) / 1000n);
  const sum = await terminal.sats('Up to how many sats today', least);
  return sum === undefined ? undefined : forToday(sum);
}

function forToday(sum: number): HumanVerdict {
  return { kind: 'today', limit: sats(sum), allowanceId: newId('allow') };
}
