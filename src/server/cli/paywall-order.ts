import type { Refused } from '../../base/index.ts';
import type { Command, OperatorCommand, Paywall } from '../../paywall/index.ts';
import { showPaywall } from '../../tools/index.ts';
import type { Tollkeeper } from '../compose.ts';
import { LOCAL_OWNER } from '../owner.ts';
import { consent } from './consent.ts';
import { EXIT, type Exit } from './exit.ts';
import { paywallMeant } from './found-paywall.ts';
import { withTollkeeper } from './opened.ts';
import { paywallChangeText } from './paywall-change-text.ts';
import { paywallText } from './paywall-text.ts';
import type { Session } from './session.ts';

/** What a human has to agree to before it is done. */
export interface Plea {
  readonly question: string;
  /** Whether the command line says yes already. */
  readonly yes: boolean;
}

/** A change that a human is shown, and the paywall as it was shown: the yes is for that one alone. */
interface Shown {
  readonly text: string;
  readonly paywall: Paywall | undefined;
}

/** Shows a human what a change makes of a paywall, new where there was none, has them agree, and does it. */
export async function orderChange(
  session: Session,
  tollkeeper: Tollkeeper,
  command: Extract<Command, { kind: 'create' | 'update' }>,
  plea: Plea & { readonly before?: Paywall },
): Promise<Exit | Refused> {
  const change = await tollkeeper.seller.preview(LOCAL_OWNER, command);
  if (!change.ok) return change;
  const shown = { text: paywallChangeText(plea.before, change.value), paywall: plea.before };
  return orderShown(session, tollkeeper, command, { ...shown, ...plea });
}

/** Has a human agree to a change of the paywall that they name, which they are shown as it is. */
export function orderNamed(
  session: Session,
  { paywall, yes }: { readonly paywall: string; readonly yes: boolean },
  question: string,
  commandFor: (id: Paywall['id']) => OperatorCommand,
): Promise<Exit | Refused> {
  return withTollkeeper(session.home, async tollkeeper => {
    const found = await paywallMeant(tollkeeper, paywall);
    if (!found.ok) return found;
    const text = paywallText(found.value, await showPaywall(tollkeeper, found.value));
    const plea = { text, paywall: found.value, question, yes };
    return orderShown(session, tollkeeper, commandFor(found.value.id), plea);
  });
}

async function orderShown(
  session: Session,
  tollkeeper: Tollkeeper,
  command: OperatorCommand,
  { text, paywall, ...plea }: Shown & Plea,
): Promise<Exit | Refused> {
  const { output } = session;
  output.remark(text);
  const agreed = await consent(session, tollkeeper.pin, plea);
  if (!agreed.ok) return agreed;
  if (agreed.value) return orderPaywall(session, tollkeeper, command, paywall);
  output.answer({ changed: false }, 'Nothing was changed.');
  return EXIT.declined;
}

/** Does what needs nobody's yes, or has it, and shows the paywall as it then is. */
export async function orderPaywall(
  { output }: Session,
  tollkeeper: Tollkeeper,
  command: OperatorCommand,
  shown?: Paywall,
): Promise<Exit | Refused> {
  const ordered = await tollkeeper.seller.order(LOCAL_OWNER, command, shown);
  if (!ordered.ok) return ordered;
  const { changed, paywall } = ordered.value;
  const after = paywall && (await showPaywall(tollkeeper, paywall));
  const done = changed ? [] : ['It is so already.'];
  const said = paywall && after ? [paywallText(paywall, after)] : [];
  output.answer({ changed, paywall: after }, [...done, ...said].join('\n'));
  return EXIT.done;
}
