import { type Refused, SECOND, TollkeeperError } from '../base/index.ts';
import { type Admitting, admit, type Request } from './admit.ts';
import { foresee } from './foresee.ts';
import { openFree } from './free.ts';
import { hostNameOf } from './host-name.ts';
import type { TollMeans } from './means.ts';
import { openMint } from './mint.ts';
import { openQuota } from './quota.ts';
import { refused } from './refusal.ts';
import { canonicalPath } from './request-path.ts';
import type { RouteMethod } from './route.ts';
import type { Listed } from './route-table.ts';
import type { SellerRules } from './rules.ts';
import { type Serving, serving } from './serving.ts';
import type { Place, Refusal, Toll, Wanted } from './toll.ts';
import { openVerify } from './verify.ts';

/** How long the settings are believed before they are read again, ms. What is in the record holds at once. */
const RULES_MS = 200;
/** How long what was counted may stay unwritten, ms. */
const FLUSH_MS = SECOND;

/** Opens what the gateway asks. One for each record: quotas and free requests are counted here. */
export function openToll(means: TollMeans): Toll {
  const { paywalls, clock, log } = means;
  const current = openCurrent(means);
  const quota = openQuota(paywalls.traffic, log);
  const foundIn = new WeakMap<Place, Serving>();
  const closing = new AbortController();
  let writing: Promise<void> | undefined;
  const counted = (): void => {
    writing ??= clock.after(FLUSH_MS, closing.signal).then(() => {
      writing = undefined;
      return quota.flush();
    });
  };
  const admitting: Admitting = {
    tokens: paywalls.tokens,
    verify: openVerify(means),
    mint: openMint(means),
    free: openFree(),
    quota,
    counted,
  };
  /** Nothing is let through on an error: what cannot be told is refused, and the cause goes to the log. */
  const safely = async <T>(work: () => Promise<T>): Promise<T | Refusal> => {
    try {
      return await work();
    } catch (cause) {
      log.error({ cause }, 'The toll could not tell.');
      return unable(cause);
    }
  };
  return {
    find: wanted =>
      safely(async () => {
        const serving = await current();
        const found = find(serving, wanted);
        // Nothing comes in between, unless a body has to arrive.
        if (!('kind' in found || found.bindsBody)) foundIn.set(found, serving);
        return found;
      }),
    foresee: (place, visitor) =>
      safely(async () =>
        foresee(admitting.verify, await current(), { place, visitor, now: clock.now() }),
      ),
    admit: (place, visitor) =>
      safely(async () => {
        const served = foundIn.get(place);
        const request = { place, visitor, now: clock.now() };
        return served === undefined
          ? admitAnew(admitting, await current(), request)
          : admit(admitting, served, request);
      }),
    async close() {
      closing.abort();
      await writing;
      await quota.flush();
    },
  };
}

/** What is sold at this moment. It is made ready again only when the record or the settings changed. */
function openCurrent({ paywalls: { registry }, rules, clock }: TollMeans): () => Promise<Serving> {
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

function find(serving: Serving, { method, host, target }: Wanted): Place | Refusal {
  const name = hostNameOf(host);
  if (!name.ok) return refused(400, name);
  const path = canonicalPath(target);
  if (!path.ok) return refused(400, path);
  const listed = serving.table.find(name.value, path.value.path);
  if (listed.length === 0) return refused(404, { code: 'route_not_found' });
  const found = listed.find(({ route }) => route.methods.includes(method as RouteMethod));
  if (found === undefined) {
    const allow = listed.flatMap(({ route }) => route.methods);
    return { ...refused(405, { code: 'method_not_allowed' }), allow };
  }
  const closed = closedBy(serving, found);
  if (closed !== undefined) return refused(403, closed);
  const { paywall, route } = found;
  const bindsBody = paywall.policy.bindBody;
  return {
    paywall,
    route,
    method: method as RouteMethod,
    host: name.value,
    ...path.value,
    bindsBody,
  };
}

/** A body takes its time to arrive: a pause, a kill and a new price that came meanwhile count. */
async function admitAnew(admitting: Admitting, serving: Serving, request: Request) {
  const { method, host, path, query } = request.place;
  const found = find(serving, { method, host, target: path + query });
  return 'kind' in found ? found : admit(admitting, serving, { ...request, place: found });
}

/** Why nothing is served here now. What the operator's settings say against a paywall is not a visitor's to know. */
function closedBy(
  { view, rules, faultOf }: Serving,
  { paywall }: Pick<Listed, 'paywall'>,
): Pick<Refused, 'code'> | undefined {
  if (view.killed || rules.seller.paused || rules.broken) return { code: 'kill_switch_active' };
  const isServed = paywall.status === 'active' && faultOf(paywall) === undefined;
  return isServed ? undefined : { code: 'paywall_inactive' };
}

function unable(cause: unknown): Refusal {
  const code = cause instanceof TollkeeperError ? cause.code : 'internal_error';
  return { ...refused(503, { code }), retryAfterSeconds: 1 };
}
