import type { Log } from '../../base/index.ts';
import type { Pass } from '../toll.ts';
import type { Metrics } from './metrics.ts';

/** The use that a pass took: what is said of it, and giving it back. */
export interface Use {
  /** `L402-Use: taken | returned | uncounted | free`, and what is left. Names and values by turns. */
  headers(): readonly string[];
  /** Gives it back, once, because nothing was delivered; what cannot be given back is said to be taken. */
  giveBack(): Promise<void>;
}

/** The use of one pass, still taken. */
export function useOf(pass: Pass, metrics: Metrics, log: Log): Use {
  let returned = false;
  const giveBack = async (): Promise<void> => {
    try {
      returned = await pass.giveBack();
      if (returned) metrics.returned();
    } catch (cause) {
      log.error({ cause, paywall: pass.place.paywall.id }, 'A use could not be given back.');
    }
  };
  let giving: Promise<void> | undefined;
  return {
    headers() {
      const { by, usesLeft, freeLeft } = pass;
      const back = returned ? 1 : 0;
      if (by === 'free') return ['L402-Use', 'free', ...left('L402-Free-Left', freeLeft, back)];
      const said = returned ? 'returned' : usesLeft === undefined ? 'uncounted' : 'taken';
      return ['L402-Use', said, ...left('L402-Uses-Left', usesLeft, back)];
    },
    giveBack() {
      giving ??= giveBack();
      return giving;
    },
  };
}

function left(name: string, count: number | undefined, back: number): readonly string[] {
  return count === undefined ? [] : [name, String(count + back)];
}

/** Whether what an upstream answers is what was paid for: a client's own mistake is, the upstream's trouble is not. */
export function isDelivery(status: number): boolean {
  return status < 500 && status !== 429;
}
