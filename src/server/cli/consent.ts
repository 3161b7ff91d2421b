import { ok, type Result } from '../../base/index.ts';
import type { Pin } from '../../secrets/index.ts';
import { provePin } from './pin-entry.ts';
import { needsHuman, type Session } from './session.ts';

/** What a human is to agree to, after all that it means was shown. */
export interface Plea {
  readonly question: string;
  /** Whether the command line says yes already, which counts only where no PIN is set. */
  readonly yes: boolean;
}

/**
 * Has a human agree: by the approval PIN where one is set, else by a yes at the terminal or on the command line.
 * False if they said no; refused where nobody can be asked, or with a wrong PIN.
 */
export async function consent(
  session: Session,
  pin: Pin,
  { question, yes }: Plea,
): Promise<Result<boolean>> {
  if (await pin.isSet()) {
    const proof = await provePin(session, pin);
    return proof.ok ? ok(true) : proof;
  }
  if (yes) return ok(true);
  return needsHuman(session, 'Say --yes.') ?? ok(await session.terminal.agree(question));
}
