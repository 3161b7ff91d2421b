import type { PaywallEvent } from '../../paywall/index.ts';
import { oneLine, showTime } from './layout.ts';

/** What happened to a paywall, as it leaves the program. */
export interface ShownEvent {
  readonly at: string;
  readonly kind: PaywallEvent['kind'];
  /** Who did it: a human, or the name that an agent gave itself. */
  readonly by?: string;
  readonly reason?: string;
}

/** An event of a paywall; nothing for those that are about something else. */
export function showEvent(event: PaywallEvent): readonly ShownEvent[] {
  const at = new Date(event.at).toISOString();
  const { kind } = event;
  if (kind === 'change_proposed') return [{ at, kind, by: agentText(event.proposal.caller) }];
  if (!('paywall' in event)) return [];
  const { by, reason } = event;
  const author = by.kind === 'human' ? `a human (${by.via})` : agentText(by.caller);
  return [{ at, kind, by: author, ...(reason === undefined ? {} : { reason }) }];
}

/** The same as one line. */
export function eventText({ at, kind, by = '', reason }: ShownEvent): string {
  const why = reason === undefined ? '' : `: ${oneLine(reason)}`;
  return `${showTime(Date.parse(at))}  ${kind.padEnd(27)}  by ${oneLine(by, 80)}${why}`;
}

function agentText(caller: string): string {
  return `an agent that calls itself ${oneLine(caller, 60)}`;
}
