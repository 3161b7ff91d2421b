import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { StdioServerTransport, serveStdio } from '@modelcontextprotocol/server/stdio';
import { SECOND } from '../../base/index.ts';
import type { Toolset } from '../../tools/index.ts';
import type { Tollkeeper } from '../compose.ts';
import type { Home } from '../home.ts';
import { buildServer } from './build.ts';
import { withListening } from './listen.ts';
import { openTaskWatch } from './task-watch.ts';

/** How long a server lives before it looks for work that others left: modern clients spawn throw-away ones. */
const SETTLE_MS: number = 5 * SECOND;
/** A client that closes kills us 2 s after SIGTERM. Nothing relies on this, it is only tidy. */
const CLOSE_MS: number = 1.5 * SECOND;
/** How many `subscriptions/listen` requests one connection keeps open. */
const MOST_LISTENS = 50;

/** Serves the tools of some sets over stdio until the client closes. Nothing but MCP is written to stdout. */
export function serveMcp(home: Home, sets: readonly Toolset[]): void {
  let opened: Promise<Tollkeeper> | undefined;
  const open = (): Promise<Tollkeeper> => {
    opened ??= import('../compose.ts')
      .then(({ compose }) => compose(home))
      .then(tollkeeper => {
        // Whatever an earlier process left under way goes on as soon as anyone looks.
        tollkeeper.wake();
        return tollkeeper;
      })
      .catch((thrown: unknown) => {
        opened = undefined;
        throw thrown;
      });
    return opened;
  };
  const watch = openTaskWatch(open);
  serveStdio(() => buildServer(open, watch, sets), {
    transport: withListening(new StdioServerTransport(), watch),
    maxSubscriptions: MOST_LISTENS,
    onerror: complain,
  });
  setTimeout(() => void resume(home, open), SETTLE_MS).unref();
  closeWith(async () => {
    watch.close();
    await (await opened?.catch(() => undefined))?.close();
  });
}

/** Takes up what an earlier process left under way. A data directory that was never used is left alone. */
async function resume({ path }: Home, open: () => Promise<Tollkeeper>): Promise<void> {
  if (!existsSync(join(path, 'tollkeeper.db'))) return;
  await open().catch(complain);
}

function closeWith(close: () => Promise<void>): void {
  let closing = false;
  const end = (): void => {
    if (closing) return;
    closing = true;
    setTimeout(() => process.exit(0), CLOSE_MS).unref();
    close().then(
      () => process.exit(0),
      () => process.exit(1),
    );
  };
  process.stdin.once('end', end).once('close', end);
  process.once('SIGTERM', end).once('SIGINT', end);
}

function complain(error: Error): void {
  process.stderr.write(`tollkeeper: ${error.name}\n`);
}
