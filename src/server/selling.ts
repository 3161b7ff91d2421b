import { asTollkeeperError, ok, type Result, refuse } from '../base/index.ts';
import { openCollector, openToll, type TollMeans } from '../paywall/index.ts';
import type { Tollkeeper } from './compose.ts';
import { openIssuer } from './issuer.ts';

/** The gateway with all that it works with: from its opening on, what is sold can be bought. */
export interface Selling {
  /** The origin of the gateway. */
  readonly url: string;
  /** The origin of its health and figures, if it has one. */
  readonly adminUrl: string | undefined;
  /** Lets running requests end, takes no more, and stops the booking of payments. */
  close(): Promise<void>;
}

/** Where the gateway listens, if not where the settings say, and how long running requests have when it closes, ms. */
interface Where {
  readonly listen?: string;
  readonly drainMs?: number;
}

/** Opens the gateway, or refuses where its operator has to change something first: `port_taken`, `gateway_config_invalid`. */
export async function trySelling(tollkeeper: Tollkeeper, where?: Where): Promise<Result<Selling>> {
  try {
    return ok(await openSelling(tollkeeper, where));
  } catch (thrown) {
    const { code, detail } = asTollkeeperError(thrown);
    if (code === 'port_taken' || code === 'gateway_config_invalid') return refuse(code, detail);
    throw thrown;
  }
}

/**
 * Opens the gateway where the settings want it, or at `listen`, and books what is paid. Running requests have `drainMs`
 * to end when it closes, the gateway's own measure if that is left out. Rejects with `port_taken`, or
 * `gateway_config_invalid` where the settings cannot work.
 */
export async function openSelling(
  tollkeeper: Tollkeeper,
  { drainMs, listen }: Where = {},
): Promise<Selling> {
  const { openGateway } = await import('../paywall/gateway/index.ts');
  const { clock, log, store, rules, settings: file } = tollkeeper;
  const issuer = openIssuer({ ...tollkeeper, policy: () => file.read().policy });
  const means: TollMeans = { paywalls: store.paywalls, rules, issuer: issuer.get, clock, log };
  const toll = openToll(means);
  const { seller } = await rules();
  const settings = listen === undefined ? seller : { ...seller, listen };
  const limits = drainMs === undefined ? {} : { drainMs };
  const gateway = await openGateway({ toll, settings, clock, log, limits }).catch(async thrown => {
    await toll.close();
    throw thrown;
  });
  const collector = openCollector(means);
  return {
    url: gateway.url,
    adminUrl: gateway.adminUrl,
    async close() {
      await gateway.close();
      await toll.close();
      await collector.close();
      await issuer.close();
    },
  };
}
