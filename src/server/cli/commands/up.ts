import * as z from 'zod';
import { MINUTE, refuse } from '../../../base/index.ts';
import type { Tollkeeper } from '../../compose.ts';
import { type Bulletin, openBulletin } from '../bulletin.ts';
import { defineCommand } from '../command.ts';
import { EXIT, type Exit } from '../exit.ts';
import { interruption } from '../interruption.ts';
import { leave, repeated } from '../leave.ts';
import { openNodePost } from '../node/post.ts';
import { printService } from '../service.ts';
import type { Session } from '../session.ts';
import { openStall, type Stall } from '../stall.ts';
import { tellOf } from '../tell.ts';

/** Stays as the executor until it is asked to end: clients that come and go then only write tasks and wait. */
export const up = defineCommand({
  usage: 'up',
  summary: 'Run on as the process that pays and sells, until Ctrl-C',
  details:
    'It takes the executor lease before there is anything to do and keeps it, so a purchase goes on at once when the client that began it dies. While another process has the lease it stands by, and says so. Each purchase is told on stderr as it moves; with --json, on stdout. Where the settings name an lnd of ours it keeps that running too, and once there is an active paywall it runs the gateway, at seller.listen. Ctrl-C or SIGTERM ends it within 5 seconds, also while a payment is on its way: that stays with the wallet and the record, and whoever starts next looks it up. lnd is told to end with it, and may take longer.',
  options: [
    [
      '--print-service [kind]',
      'print a unit that starts it at every login, systemd or launchd, and end',
    ],
  ],
  examples: [
    'tollkeeper up',
    'tollkeeper up --print-service > ~/.config/systemd/user/tollkeeper.service',
  ],
  input: z.strictObject({ printService: z.union([z.literal(true), z.string()]).optional() }),
  async run(session, { printService: kind }) {
    if (kind !== undefined) return printService(session, kind === true ? undefined : kind);
    const ended = interruption();
    const hurry = repeated(ended);
    const { compose } = await import('../../compose.ts');
    const tollkeeper = await compose(session.home, 'standing');
    if (tollkeeper.store.access() === 'read_only') {
      await tollkeeper.close();
      return refuse('store_newer');
    }
    return standing(session, tollkeeper, ended, hurry);
  },
});

async function standing(
  session: Session,
  tollkeeper: Tollkeeper,
  ended: AbortSignal,
  hurry: AbortSignal,
): Promise<Exit> {
  const stall = openStall(session, tollkeeper);
  const close = async (): Promise<void> => {
    await stall.close();
    await tollkeeper.close();
  };
  const node = openNodePost(session, tellOf(session));
  try {
    const bulletin = await openBulletin(session, tollkeeper);
    tollkeeper.wake();
    await goOn(bulletin, stall, tollkeeper, ended);
  } finally {
    await leave(session, { tollkeeper: { ...tollkeeper, close }, node }, hurry);
  }
  return EXIT.done;
}

/** Tells what happens until the end, and serves what there is to sell. The executor itself goes on whatever becomes of that. */
async function goOn(
  bulletin: Bulletin,
  stall: Stall,
  { store: { news }, log }: Tollkeeper,
  ended: AbortSignal,
): Promise<void> {
  while (!ended.aborted) {
    const mark = news.mark();
    await stall.tend();
    await bulletin.tell().catch(error => log.error({ error }, 'the news could not be read'));
    await news.after(mark, MINUTE, ended);
  }
}
