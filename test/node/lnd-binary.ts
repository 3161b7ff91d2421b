import { existsSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { ok } from '../../src/base/index.ts';
import type { KeeperOptions } from '../../src/node/index.ts';

/** The binary and the settings of a node in a directory. */
export async function settingsOf(
  home: string,
): Promise<Pick<KeeperOptions, 'binary' | 'configuration'>> {
  const path = join(home, 'lnd.sh');
  const program = join(import.meta.dirname, 'lnd-program.ts');
  const text = `#!/bin/sh\nexec '${process.execPath}' '${program}' "$@"\n`;
  if (!existsSync(path)) writeFileSync(path, text, { mode: 0o755 });
  const [rpcPort, peerPort] = [await freePort(), await freePort()];
  return {
    binary: async () => ok({ path, sha256: 'ab'.repeat(32), version: '0.20.1-beta' }),
    configuration: () => ({ alias: 'rig', rpcPort, peerPort, peers: [], feeUrl: '' }),
  };
}

/** A port that nobody has; one of so many that nobody else is given it soon. */
export function freePort(): Promise<number> {
  return new Promise(resolve => {
    const server = createServer();
    server.listen(0, '127.0.0.1', () => {
      const { port } = server.address() as { port: number };
      server.close(() => resolve(port));
    });
  });
}
