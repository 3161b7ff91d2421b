import { join } from 'node:path';
import { silent, systemClock } from '../../src/base/index.ts';

/**
 * A process of a test's own: `lock PATH` waits for a line, takes the lock, says what came of it, and keeps it until
 * it is killed; `keep HOME` has charge of the node of a data directory, and says each of its states.
 */
const [, , role = '', path = ''] = process.argv;
const say = (value: unknown) => process.stdout.write(`${JSON.stringify(value)}\n`);
setInterval(() => undefined, 60_000);
await (role === 'lock' ? lock() : keep());

async function lock(): Promise<void> {
  const { takeLock } = await import('../../src/node/lock.ts');
  say('ready');
  process.stdin.once('data', async () => {
    const taken = await takeLock(path);
    say(taken.ok ? 'taken' : taken.code);
  });
}

async function keep(): Promise<void> {
  const { openKeeper, openVault, placeOf } = await import('../../src/node/index.ts');
  const { openKeyring } = await import('../../src/secrets/index.ts');
  const { settingsOf } = await import('./lnd-binary.ts');
  const place = placeOf(path, 'regtest');
  const vault = openVault(place.secrets, 'regtest', await openKeyring(join(path, 'keys')));
  const options = {
    place,
    vault,
    clock: systemClock,
    log: silent,
    backupDirectory: () => undefined,
  };
  const keeper = await openKeeper({ ...options, ...(await settingsOf(path)) });
  if (!keeper.ok) throw new Error(keeper.code);
  for (;;) {
    say(keeper.value.state());
    await keeper.value.changed();
  }
}
