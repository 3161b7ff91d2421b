import { ok } from '../../../base/index.ts';
import type { Egress, Exchanged } from '../../../http/index.ts';
import type { Paywall } from '../../../paywall/index.ts';
import type { Tollkeeper } from '../../compose.ts';
import type { Session } from '../session.ts';
import type { Trial } from './where.ts';

/** What a check works with. */
export interface Checking {
  readonly session: Session;
  readonly tollkeeper: Tollkeeper;
  readonly paywall: Paywall;
  readonly trial: Trial;
}

/** Sends the request of a trial to the gateway, with a credential if there is one. */
export function ask(
  egress: Egress,
  { url, method }: Trial,
  authorization?: string,
): Promise<Exchanged> {
  const outgoing = { url, method, headers: {}, redirects: 'refuse' } as const;
  const judge = () => ok({ privateAddresses: true, plainHttp: true });
  return egress.exchange(
    authorization === undefined ? outgoing : { ...outgoing, authorization },
    judge,
  );
}
