import { faultOf, type Paywall } from '../../../paywall/index.ts';
import type { Store } from '../../../store/index.ts';
import { sellerRulesOf } from '../../seller-rules.ts';
import { oneLine } from '../layout.ts';
import { problemAt } from '../problem.ts';
import { type Check, fine, warning } from './check.ts';
import type { Patient } from './examine.ts';

const NAME = 'selling';

/** Whether each active paywall may be served as it is; nothing where nothing is sold. */
export async function checkSelling(
  { home, settings }: Patient,
  { paywalls: { registry } }: Store,
): Promise<readonly Check[]> {
  const view = await registry.view();
  const active = view.paywalls.filter(({ status }) => status === 'active');
  if (active.length === 0) return [];
  const rules = sellerRulesOf(settings.read());
  const ill = active.flatMap(paywall => {
    const fault = faultOf(paywall, { view, rules });
    return fault === undefined ? [] : [warningOf(paywall, problemAt(home, fault))];
  });
  return ill.length === 0 ? [fine(NAME, `${active.length} active, all of them sound`)] : ill;
}

function warningOf(
  { name }: Paywall,
  { message, hint }: { readonly message: string; readonly hint: string },
): Check {
  return warning(NAME, `${oneLine(name, 40)} serves nothing. ${message}`, hint);
}
