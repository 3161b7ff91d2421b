import type { TollMeans } from './means.ts';
import type { SellerRules } from './rules.ts';
import { type Serving, serving } from './serving.ts';

/** How long the settings are believed before they are read again, ms. What is in the record holds at once. */
const RULES_MS = 200;

/** What is sold at this moment. It is made ready again only when the record or the settings changed. */
export function openCurrent({
  paywalls: { registry },
  rules,
  clock,
}: TollMeans): () => Promise<Serving> {
  let read: { readonly rules: Promise<SellerRules>; readonly at: number } | undefined;
  let kept: Serving | undefined;
  const viewNow = oncePerTurn(() => registry.view());
  const rulesNow = (): Promise<SellerRules> => {
    const age = clock.now() - (read?.at ?? Number.NEGATIVE_INFINITY);
    if (read === undefined || age < 0 || age >= RULES_MS) {
      read = { rules: rules(), at: clock.now() };
    }
    return read.rules;
  };
  return async () => {
    const view = await viewNow();
    const now = await rulesNow();
    const { hash, broken } = kept?.rules ?? {};
    if (kept?.view !== view || hash !== now.hash || broken !== now.broken) {
      kept = serving(registry, view, now);
    }
    return kept;
  };
}

/**
 * Looks once for all who ask in one turn of the event loop: the requests that were there to be read when it began, of
 * which none was sent after a change that the look missed.
 */
function oncePerTurn<T>(look: () => Promise<T>): () => Promise<T> {
  let looked: Promise<T> | undefined;
  return () => {
    if (looked === undefined) {
      looked = look();
      setImmediate(() => {
        looked = undefined;
      });
    }
    return looked;
  };
}
