import { once } from 'node:events';
import * as z from 'zod';
import { ok, type Result, refuse } from '../../../base/index.ts';
import { openSelling } from '../../selling.ts';
import { tellOf } from '../bulletin.ts';
import { defineCommand } from '../command.ts';
import { confirmSettings, resultOf } from '../confirmation.ts';
import { EXIT } from '../exit.ts';
import { interruption } from '../interruption.ts';
import { withTollkeeper } from '../opened.ts';
import { openRules } from '../rules.ts';
import { openingText, refuseIdle } from '../selling-text.ts';
import type { Session } from '../session.ts';

/** Runs the gateway until it is interrupted. */
export const gateway = defineCommand({
  usage: 'gateway',
  summary: 'Serve what your paywalls sell, until Ctrl-C',
  details:
    'Without a credential a request gets HTTP 402 and an invoice; with one it passes to its upstream. It listens at seller.listen, with TLS by the files of seller.tls, and tells of itself at seller.admin; behind a proxy name that in seller.trustedProxies. Changes of paywalls count from the next request on. `tollkeeper up` runs it too. Ctrl-C lets running requests end.',
  options: [['--listen <address>', 'listen there, as host:port, from now on (seller.listen)']],
  examples: ['tollkeeper gateway', 'tollkeeper gateway --listen 0.0.0.0:8403'],
  input: z.strictObject({ listen: z.string().min(1, { error: 'must be host:port' }).optional() }),
  async run(session, { listen }) {
    const placed = listen === undefined ? ok(undefined) : await placeAt(session, listen);
    if (!placed.ok) return placed;
    const interrupted = once(interruption(), 'abort');
    return withTollkeeper(session.home, async tollkeeper => {
      if (tollkeeper.store.access() === 'read_only') return refuse('store_newer');
      const idle = await refuseIdle(tollkeeper);
      if (idle !== undefined) return idle;
      const selling = await openSelling(tollkeeper);
      const { url, adminUrl } = selling;
      const tell = tellOf(session);
      try {
        tell({ event: 'gateway_open', url, adminUrl }, openingText(selling));
        await interrupted;
        tell({ event: 'stopping' }, 'Stopping: running requests end first.');
      } finally {
        await selling.close();
      }
      tell({ event: 'stopped' }, 'Stopped.');
      return EXIT.done;
    });
  },
});

/**
 * Has the settings name the place, for more than this run: what may be an upstream is judged by it too. Where a PIN is
 * set, being reached elsewhere is a loosening, and needs the PIN.
 */
async function placeAt(session: Session, listen: string): Promise<Result<void>> {
  const rules = await openRules(session);
  if (rules.settings.read().settings.seller.listen !== listen) {
    const changed = resultOf(
      await rules.settings.write(stated => {
        stated.seller = { ...stated.seller, listen };
      }),
    );
    if (!changed.ok) return refuse('invalid_input', changed.detail);
  }
  const now = rules.settings.read();
  return now.unconfirmed.includes('seller.listen')
    ? confirmSettings(session, rules, now)
    : ok(undefined);
}
