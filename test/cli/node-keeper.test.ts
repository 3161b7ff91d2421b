import { createHash } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test, vi } from 'vitest';
import { systemClock } from '../../src/base/index.ts';
import { readRun } from '../../src/node/run-record.ts';
import { openPin } from '../../src/secrets/index.ts';
import type { Command } from '../../src/server/cli/command.ts';
import { openSupervisedDesk } from '../../src/server/cli/node/desk.ts';
import { keeperOf } from '../../src/server/cli/node/keeper.ts';
import { findHome } from '../../src/server/home.ts';
import { openKeys } from '../../src/server/keys.ts';
import { openSettings } from '../../src/server/settings/index.ts';
import { freePort } from '../node/lnd-binary.ts';
import { isHealthy, type NodeRig, openNodeRig, until } from '../node/node-rig.ts';

vi.setConfig({ testTimeout: 60_000 });

/** An lnd of one's own, told from others by its remark; its hash. */
function ownLnd({ home }: NodeRig, remark: string) {
  const path = join(home, `${remark}.sh`);
  const program = join(import.meta.dirname, '../node/lnd-program.ts');
  const version = 'lnd version 0.20.1-beta commit=v0.20.1-beta';
  writeFileSync(
    path,
    `#!/bin/sh\n# ${remark}\n[ "$1" = --version ] && echo '${version}' && exit\nexec '${process.execPath}' '${program}' "$@"\n`,
    { mode: 0o755 },
  );
  return { path, sha256: createHash('sha256').update(readFileSync(path)).digest('hex') };
}

test('a keeper runs no lnd that nobody confirmed, also where the PIN was set after it began', async () => {
  const rig = await openNodeRig();
  const home = findHome(rig.home, {});
  const lnd = { rpcPort: await freePort(), peerPort: await freePort() };
  const name = (binary: object) =>
    writeFileSync(
      join(home.path, 'settings.json'),
      JSON.stringify({ wallet: { kind: 'lnd' }, lnd: { ...lnd, binary } }),
    );
  const [own, thiefs] = [ownLnd(rig, 'own'), ownLnd(rig, 'thief')];
  name(own);
  const session = { home, clock: systemClock } as Parameters<Command['run']>[0];
  const desk = await openSupervisedDesk(session);
  const keeper = desk.ok ? await keeperOf(session, desk.value) : desk;
  if (!keeper.ok) throw new Error(keeper.code);
  try {
    await rig.want('running');
    const { lnd: first } = await until(keeper.value, isHealthy);

    await openPin(join(home.path, 'keys'), systemClock).set('a long pin');
    const sealer = await openKeys(home);
    const settings = openSettings(home.path, () => sealer);
    await settings.confirm(settings.read());
    name(thiefs);
    process.kill(first!.pid, 'SIGKILL');
    await until(keeper.value, state => isHealthy(state) && state.lnd!.pid !== first!.pid);
    expect(readRun(rig.place)?.sha256).toBe(own.sha256);
  } finally {
    await keeper.value.close({ leave: false });
  }
});
