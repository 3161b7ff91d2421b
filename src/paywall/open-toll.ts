import { SECOND, TollkeeperError } from '../base/index.ts';
import { type Admitting, admit, type Request } from './admit.ts';
import { openCurrent } from './current.ts';
import { find } from './find.ts';
import { foresee } from './foresee.ts';
import { openFree } from './free.ts';
import type { TollMeans } from './means.ts';
import { openMint } from './mint.ts';
import { openQuota } from './quota.ts';
import { refused } from './refusal.ts';
import type { Serving } from './serving.ts';
import type { Place, Refusal, Toll } from './toll.ts';
import { openVerify } from './verify.ts';

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

/** A body takes its time to arrive: a pause, a kill and a new price that came meanwhile count. */
async function admitAnew(admitting: Admitting, serving: Serving, request: Request) {
  const { method, host, path, query } = request.place;
  const found = find(serving, { method, host, target: path + query });
  return 'kind' in found ? found : admit(admitting, serving, { ...request, place: found });
}

function unable(cause: unknown): Refusal {
  const code = cause instanceof TollkeeperError ? cause.code : 'internal_error';
  return { ...refused(503, { code }), retryAfterSeconds: 1 };
}
