import { ok, type Result, refuse } from '../../base/index.ts';
import type { Pin } from '../../secrets/index.ts';
import type { Session } from './session.ts';

/**
 * Has the human type the approval PIN, if one is set. It is typed and nothing else: an option or a
 * variable would put it where an agent on the same machine reads it.
 */
export async function provePin({ terminal }: Session, pin: Pin): Promise<Result<void>> {
  if (!(await pin.isSet())) return ok(undefined);
  if (!terminal.interactive) return refuse('pin_required');
  const typed = await terminal.secret('Approval PIN');
  return typed === undefined ? refuse('pin_required') : pin.check(typed);
}
