import * as z from 'zod';
import { ok, type Result, refuse } from '../../../base/index.ts';
import { defineCommand } from '../command.ts';
import { looseningText, resultOf } from '../confirmation.ts';
import { EXIT } from '../exit.ts';
import { openRules, type Rules } from '../rules.ts';
import { needsHuman, type Session } from '../session.ts';

/** Sets or changes the approval PIN, and with it confirms the settings as they stand. */
export const pinSet = defineCommand({
  usage: 'pin set',
  summary: 'Set or change the approval PIN',
  details:
    'With a PIN, approving at a terminal and loosening the settings need it, so that an agent with a shell cannot do it there. What a PIN does not stop stands in SECURITY.md. It is typed at a terminal, twice, and never an option. The settings as they stand are confirmed with it.',
  examples: ['tollkeeper pin set'],
  input: z.strictObject({}),
  async run(session) {
    const alone = needsHuman(session, 'A PIN is typed by a human.');
    if (alone !== undefined) return alone;
    const rules = await openRules(session);
    const changed = await typeNew(session, rules);
    if (!changed.ok) return changed;
    await rules.guard();
    const confirmed = await confirmPresent(session, rules);
    if (!confirmed.ok) return confirmed;
    const text = confirmed.value
      ? 'The PIN is set, and the settings are confirmed as they stand.'
      : `The PIN is set. What the settings loosen is without effect until: ${session.home.command('settings confirm')}`;
    session.output.answer({ set: true, settingsConfirmed: confirmed.value }, text);
    return EXIT.done;
  },
});

async function typeNew({ terminal }: Session, { pin }: Rules): Promise<Result<void>> {
  const isSet = await pin.isSet();
  const current = isSet ? await terminal.secret('Current PIN') : undefined;
  if (isSet && current === undefined) return refuse('pin_required');
  const typed = await terminal.secret('New PIN, at least 6 characters');
  const again = typed === undefined ? undefined : await terminal.secret('The same again');
  if (typed === undefined || again === undefined) {
    return refuse('pin_required', 'Nothing was changed.');
  }
  if (typed !== again) return refuse('invalid_input', 'The two PINs differ. Nothing was changed.');
  return pin.set(typed, current);
}

/** Confirms what the file says now; what it loosens only if the human, who just showed the PIN, says it is theirs. */
async function confirmPresent(
  { output, terminal }: Session,
  { settings }: Rules,
): Promise<Result<boolean>> {
  const now = settings.read();
  if (now.unconfirmed.length > 0) {
    output.remark(looseningText(now));
    if (!(await terminal.agree('Is that what you want?'))) return ok(false);
  }
  const confirmed = resultOf(await settings.confirm(now));
  return confirmed.ok ? ok(true) : confirmed;
}
