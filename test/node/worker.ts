import { join } from 'node:path';
import { silent, systemClock } from '../../src/base/index.ts';
import { openKeeper, openVault, placeOf } from '../../src/node/index.ts';
import { takeLock } from '../../src/node/lock.ts';
import { openKeyring } from '../../src/secrets/index.ts';
import { settingsOf } from './node-rig.ts';

/**
 * A process of a test's own: `lock PATH` waits for a line, takes the lock, says what came of it, and keeps it until
 * it is killed; `keep HOME` has charge of the node of a data directory, and says each of its states.
 */
const [, , role = '', path = ''] = process.argv;
const say = (value: unknown) => process.stdout.write(`${JSON.stringify(value)}\n`);
setInterval(() => undefined, 60_000);

if (role === 'lock') {
  say('ready');
  process.stdin.once('data', async () => {
    const lock = await takeLock(path);
    say(lock.ok ? 'taken' : lock.code);
  });
} else {
  const place = placeOf(path, 'regtest');
  const vault = openVault(place.secrets, 'regtest', await openKeyring(join(path, 'keys')));
  const keeper = await openKeeper({
    place,
    vault,
    clock: systemClock,
    log: silent,
    backupDirectory: '',
    ...(await settingsOf(path)),
  });
  if (!keeper.ok) throw new Error(keeper.code);
  for (;;) {
    say(keeper.value.state());
    await keeper.value.changed();
  }
}
