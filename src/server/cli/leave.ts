import { SECOND } from '../../base/index.ts';
import { holderOf } from '../../task/index.ts';
import type { Tollkeeper } from '../compose.ts';
import { EXIT } from './exit.ts';
import { interruption } from './interruption.ts';
import type { NodePost } from './node/post.ts';
import type { Session } from './session.ts';
import { type Tell, tellOf } from './tell.ts';

/** How long a process that was asked to end waits for the step that it is at, ms. */
const GRACE_MS: number = 5 * SECOND;

/**
 * Ends a process that stayed: it takes no further step and gives the lease back. A payment may take longer
 * than anybody waits; after 5 s, or a second signal, the process goes without it. That loses nothing:
 * the record says that the wallet may know of the payment, and the next holder of the lease asks it.
 */
export async function leave(
  session: Session,
  { tollkeeper, node }: { readonly tollkeeper: Tollkeeper; readonly node: NodePost },
  hurry: AbortSignal,
): Promise<void> {
  const tell = tellOf(session);
  tell({ event: 'stopping' }, 'Stopping.');
  const over = new AbortController();
  let isPaid = false;
  const paid = tollkeeper.close().finally(() => {
    isPaid = true;
  });
  // lnd ends by itself once it was told to; nobody has to stay for that.
  const closing = Promise.all([paid, node.close()]).finally(() => over.abort());
  const patience = AbortSignal.any([over.signal, hurry]);
  await Promise.race([closing, session.clock.after(GRACE_MS, patience)]);
  if (!isPaid) await abandon(tell, tollkeeper, hurry);
  if (!over.signal.aborted) {
    tell({ event: 'node_ending' }, 'lnd has not ended yet; it was told to, and does so by itself.');
    tell({ event: 'stopped' }, 'Stopped.');
    process.exit(EXIT.done);
  }
  tell({ event: 'stopped' }, 'Stopped.');
}

/** Aborts when the process is asked to end once more after it was asked. */
export function repeated(asked: AbortSignal): AbortSignal {
  const again = new AbortController();
  const listen = (): void =>
    interruption().addEventListener('abort', () => again.abort(), { once: true });
  asked.addEventListener('abort', listen, { once: true });
  return again.signal;
}

/** Goes without the step that is under way; the lease is free at once, so that nobody has to wait for it. */
async function abandon(
  tell: Tell,
  { store: { lease } }: Tollkeeper,
  hurry: AbortSignal,
): Promise<never> {
  tell(
    { event: 'left_under_way', askedAgain: hurry.aborted },
    'A payment may be on its way. It stays with the wallet and the record: whoever starts next looks it up.',
  );
  const held = await lease.holder().catch(() => undefined);
  const isOurs = held !== undefined && holderOf(held.holder)?.pid === process.pid;
  if (isOurs) await lease.release(held.fence).catch(() => undefined);
  return process.exit(EXIT.done);
}
