import { type Refused, refuse } from '../../base/index.ts';
import type { Tollkeeper } from '../compose.ts';
import type { Selling } from '../selling.ts';

/** Refuses to listen where the settings name no place. */
export async function refuseIdle({ rules }: Tollkeeper): Promise<Refused | undefined> {
  const { seller } = await rules();
  return seller.listen === ''
    ? refuse('gateway_config_invalid', 'seller.listen names no place to listen at.')
    : undefined;
}

/** Where the gateway is, for a human. */
export function openingText({ url, adminUrl }: Selling): string {
  const admin = adminUrl === undefined ? '' : ` Its health and figures: ${adminUrl}`;
  return `The gateway is open at ${url}.${admin}`;
}
