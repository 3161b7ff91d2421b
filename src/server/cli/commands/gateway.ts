import { once } from 'node:events';
import * as z from 'zod';
import { type Result, refuse } from '../../../base/index.ts';
import type { Tollkeeper } from '../../compose.ts';
import { type Selling, trySelling } from '../../selling.ts';
import { hostPort } from '../argument.ts';
import { defineCommand } from '../command.ts';
import { EXIT } from '../exit.ts';
import { interruption } from '../interruption.ts';
import { withTollkeeper } from '../opened.ts';
import { openingText, refuseIdle } from '../selling-text.ts';
import type { Session } from '../session.ts';
import { agreeToChange } from '../settings-change.ts';
import { tellOf } from '../tell.ts';

/** Runs the gateway until it is interrupted. */
export const gateway = defineCommand({
  usage: 'gateway',
  summary: 'Serve what your paywalls sell, until Ctrl-C',
  details:
    'Without a credential a request gets HTTP 402 and an invoice; with one it passes to its upstream. It listens at seller.listen, with TLS by the files of seller.tls, and tells of itself at seller.admin; behind a proxy name that in seller.trustedProxies. Changes of paywalls count from the next request on. `tollkeeper up` runs it too. Ctrl-C lets running requests end.',
  options: [['--listen <address>', 'listen there, as host:port, from now on (seller.listen)']],
  examples: ['tollkeeper gateway', 'tollkeeper gateway --listen 0.0.0.0:8403'],
  input: z.strictObject({ listen: hostPort.optional() }),
  run: (session, { listen }) =>
    withTollkeeper(session.home, async tollkeeper => {
      if (tollkeeper.store.access() === 'read_only') return refuse('store_newer');
      const interrupted = once(interruption(), 'abort');
      const selling = await opened(session, tollkeeper, listen);
      if (!selling.ok) return selling;
      const { url, adminUrl, close } = selling.value;
      const tell = tellOf(session);
      try {
        tell({ event: 'gateway_open', url, adminUrl }, openingText(selling.value));
        await interrupted;
        tell({ event: 'stopping' }, 'Stopping: running requests end first.');
      } finally {
        await close();
      }
      tell({ event: 'stopped' }, 'Stopped.');
      return EXIT.done;
    }),
});

async function opened(
  session: Session,
  tollkeeper: Tollkeeper,
  listen: string | undefined,
): Promise<Result<Selling>> {
  if (listen !== undefined) return openedAt(session, tollkeeper, listen);
  const idle = await refuseIdle(tollkeeper);
  return idle ?? trySelling(tollkeeper);
}

/**
 * Opens it at a place that the settings name once it is had, for more than this run: what may be an upstream is judged
 * by it too. Where a PIN is set, being reached elsewhere is a loosening, and needs the PIN.
 */
async function openedAt(
  session: Session,
  tollkeeper: Tollkeeper,
  listen: string,
): Promise<Result<Selling>> {
  const placed = await agreeToChange(session, tollkeeper, stated => {
    stated.seller = { ...stated.seller, listen };
  });
  if (!placed.ok) return placed;
  const selling = await trySelling(tollkeeper, { listen });
  if (!selling.ok) return selling;
  const named = await placed.value.make();
  if (named.ok) return selling;
  await selling.value.close();
  return named;
}
