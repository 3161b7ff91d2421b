import { once } from 'node:events';
import * as z from 'zod';
import { refuse } from '../../../base/index.ts';
import { openSelling } from '../../selling.ts';
import { tellOf } from '../bulletin.ts';
import { defineCommand } from '../command.ts';
import { EXIT } from '../exit.ts';
import { interruption } from '../interruption.ts';
import { withTollkeeper } from '../opened.ts';
import { openingText, refuseIdle } from '../selling-text.ts';

/** Runs the gateway until it is interrupted. */
export const gateway = defineCommand({
  usage: 'gateway',
  summary: 'Serve what your paywalls sell, until Ctrl-C',
  details:
    'Without a credential a request gets HTTP 402 and an invoice; with one it passes to its upstream. It listens at seller.listen, with TLS by the files of seller.tls, and tells of itself at seller.admin; behind a proxy name that in seller.trustedProxies. Changes of paywalls count from the next request on. `tollkeeper up` runs it too. Ctrl-C lets running requests end.',
  examples: ['tollkeeper gateway', 'tollkeeper settings set seller.listen 0.0.0.0:8403'],
  input: z.strictObject({}),
  async run(session) {
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
