import type { Refused } from '../../base/index.ts';
import type { OperatorCommand, Paywall } from '../../paywall/index.ts';
import { showPaywall } from '../../tools/index.ts';
import type { Tollkeeper } from '../compose.ts';
import { LOCAL_OWNER } from '../owner.ts';
import { consent } from './consent.ts';
import { EXIT, type Exit } from './exit.ts';
import { paywallMeant } from './found-paywall.ts';
import { withTollkeeper } from './opened.ts';
import { paywallText } from './paywall-text.ts';
import type { Session } from './session.ts';

/** What a human has to agree to before it is done; nothing where it only tightens. */
export interface Plea {
  readonly question: string;
  /** What it means, in lines of our own. */
  readonly text: string;
  readonly yes: boolean;
}

/** Has a human agree to a change of a paywall where it needs that, does it, and shows the paywall as it then is. */
export async function orderPaywall(
  session: Session,
  tollkeeper: Tollkeeper,
  command: OperatorCommand,
  plea: Plea | undefined,
): Promise<Exit | Refused> {
  const { output } = session;
  if (plea !== undefined) {
    output.remark(plea.text);
    const agreed = await consent(session, tollkeeper.pin, plea);
    if (!agreed.ok) return agreed;
    if (!agreed.value) {
      output.answer({ changed: false }, 'Nothing was changed.');
      return EXIT.declined;
    }
  }
  const ordered = await tollkeeper.seller.order(LOCAL_OWNER, command);
  if (!ordered.ok) return ordered;
  const { changed, paywall } = ordered.value;
  const shown = paywall && (await showPaywall(tollkeeper, paywall));
  const done = changed ? [] : ['It is so already.'];
  const text = [...done, ...(shown === undefined ? [] : [paywallText(shown)])].join('\n');
  output.answer({ changed, paywall: shown }, text);
  return EXIT.done;
}

/** The same for the paywall that a human names, after it was shown. */
export function orderNamed(
  session: Session,
  { paywall, yes }: { readonly paywall: string; readonly yes: boolean },
  question: string,
  commandFor: (id: Paywall['id']) => OperatorCommand,
): Promise<Exit | Refused> {
  return withTollkeeper(session.home, async tollkeeper => {
    const found = await paywallMeant(tollkeeper, paywall);
    if (!found.ok) return found;
    const text = paywallText(await showPaywall(tollkeeper, found.value));
    return orderPaywall(session, tollkeeper, commandFor(found.value.id), { question, text, yes });
  });
}
