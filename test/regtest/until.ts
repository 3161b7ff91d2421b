import { MINUTE, systemClock } from '../../src/base/index.ts';

/** How often something is looked at that tells nobody when it changes, ms. */
const LOOK_MS = 50;

/**
 * Looks until there is something; fails after a while with what it was to be. A look that throws saw nothing: nodes
 * that are starting refuse to answer.
 */
export async function until<T>(
  what: string,
  look: () => Promise<T | undefined | false>,
  ms: number = MINUTE,
): Promise<T> {
  const deadline = performance.now() + ms;
  for (let last: unknown; ; await systemClock.after(LOOK_MS)) {
    try {
      const found = await look();
      if (found !== undefined && found !== false) return found;
      last = undefined;
    } catch (thrown) {
      last = thrown;
    }
    if (performance.now() > deadline) throw new Error(`${what}: never`, { cause: last });
  }
}
