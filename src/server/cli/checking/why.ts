import { CODES, type Code, type Refused } from '../../../base/index.ts';
import type { Received } from '../../../http/index.ts';
import { faultOf } from '../../../paywall/index.ts';
import { oneLine } from '../layout.ts';
import type { Checking } from './checking.ts';
import { failed, missed, type Seen } from './report.ts';

/** Why a request that should have been charged for was not: the gateway's word, and of that which it keeps from strangers the record's. */
export async function whyNothingIsSold(checking: Checking, received: Received): Promise<Seen> {
  const code = codeIn(received);
  if (code === undefined) return unknown(received);
  if (code !== 'paywall_inactive') return missed(checking.session.home, 'challenge', { code });
  return whyInactive(checking);
}

/** Why a request that was paid for was not answered well. */
export function whyRefused({ session: { home } }: Checking, received: Received): Seen {
  const code = codeIn(received);
  return code === undefined
    ? failed(
        'answer',
        `HTTP ${received.status}, ${received.bytes.length} bytes, from the upstream.`,
      )
    : missed(home, 'answer', { code });
}

/** A visitor only hears that the paywall is closed; its owner may know whether they paused it or something is wrong. */
async function whyInactive(checking: Checking): Promise<Seen> {
  const { session, tollkeeper, paywall } = checking;
  const { home } = session;
  if (paywall.status !== 'active') {
    const resume = home.command(`paywall resume ${paywall.id}`);
    return failed('challenge', `${oneLine(paywall.name, 40)} is paused. To let it sell: ${resume}`);
  }
  const [view, rules] = await Promise.all([
    tollkeeper.store.paywalls.registry.view(),
    tollkeeper.rules(),
  ]);
  const fault: Omit<Refused, 'ok'> = faultOf(paywall, { view, rules }) ?? {
    code: 'paywall_inactive',
  };
  return missed(home, 'challenge', fault);
}

function unknown({ status }: Received): Seen {
  return failed(
    'challenge',
    `HTTP ${status} in the place of 402, and not by the gateway: another program may listen there, or the upstream refused what is free.`,
  );
}

/** The code of a problem document (RFC 9457), if it is one of ours; nothing else of it is believed. */
function codeIn({ contentType, bytes }: Received): Code | undefined {
  if (contentType !== 'application/problem+json') return undefined;
  try {
    const { code } = JSON.parse(Buffer.from(bytes).toString());
    return Object.hasOwn(CODES, code) ? code : undefined;
  } catch {
    return undefined;
  }
}
