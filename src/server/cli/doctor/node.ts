import { showSats } from '../../../base/index.ts';
import type { Snapshot } from '../../../node/index.ts';
import { isRealMoney, type NodeRules, type Policy } from '../../../policy/index.ts';
import type { Home } from '../../home.ts';
import { openLog } from '../../log.ts';
import { mainnetConsent } from '../../mainnet.ts';
import { nodeViewOf } from '../../node.ts';
import { runnable } from '../node/keeper.ts';
import { chainText, troubleOf } from '../node/state-text.ts';
import { problemAt } from '../problem.ts';
import { type Check, failure, failureOf, fine, refused, warning } from './check.ts';
import type { Patient } from './examine.ts';

const NAME = 'Lightning node';

/** Whether the node behind an lnd wallet can pay, and what it holds would survive it. None for the sandbox. */
export async function checkNode(patient: Patient, policy: Policy): Promise<readonly Check[]> {
  const { home, clock, sealer } = patient;
  const { lnd } = policy;
  if (lnd === undefined) return [];
  if (sealer === undefined) return [unopened(home, lnd)];
  const log = await openLog(home.path, 'error', clock);
  const seen = await nodeViewOf({ home, sealer, clock, log }, policy);
  if (seen === undefined) return [];
  return [
    ...(isRealMoney(policy) ? [await checkConsent(patient, policy)] : []),
    ...(lnd.mode === 'supervised' ? [await checkBinary(patient, lnd.binary)] : []),
    stateOf(home, seen),
    ...(lnd.mode === 'supervised' ? [backupOf(home, seen, lnd.backupDirectory)] : []),
  ];
}

/** Whoever has no keys has never made a node, nor connected to one, or has lost them. */
function unopened({ command }: Home, { mode }: NodeRules): Check {
  const begin = command(mode === 'remote' ? 'node connect' : 'node init');
  const hint = `Mend the keys if there were any; else begin with: ${begin}`;
  return failure(NAME, 'cannot be reached without the keys', hint);
}

/** Where money is real, a human with a PIN has to have said so. */
async function checkConsent({ home, pin, sealer }: Patient, policy: Policy): Promise<Check> {
  const name = 'real money';
  if (sealer === undefined) return failure(name, 'the keys do not open', 'Mend the keys first.');
  return mainnetConsent(home, sealer)
    .demand(policy, pin)
    .then(
      () => fine(name, 'allowed by a human, and guarded by a PIN'),
      (thrown: unknown) => failureOf(home, name, thrown),
    );
}

async function checkBinary(
  { home }: Patient,
  own: NonNullable<Policy['lnd']>['binary'],
): Promise<Check> {
  const found = await runnable(home.path, own);
  return found.ok
    ? fine('lnd', `${found.value.version}, its hash is right`)
    : refused(home, 'lnd', found);
}

function stateOf(home: Home, seen: Snapshot): Check {
  const { outbound, synced, height } = seen;
  const code = troubleOf(seen);
  if (code === 'node_unsynced') {
    return warning(NAME, chainText(false, height), problemAt(home, { code }).hint);
  }
  if (code !== undefined && code !== 'channel_backup_failed') return refused(home, NAME, { code });
  const money = outbound === undefined ? '' : `, ${showSats(outbound)} to send`;
  return fine(NAME, `${chainText(synced ?? false, height)}${money}`);
}

/** What is in channels is lost without a copy of their backup. */
function backupOf(home: Home, { channelBackup }: Snapshot, directory: string): Check {
  const name = 'channel backup';
  if (channelBackup === 'none') return fine(name, 'not needed yet: there are no channels');
  if (directory === '') {
    const set = home.command('settings set lnd.backupDirectory DIR');
    const hint = `Have it copied to another disk: ${set}`;
    return warning(name, 'is only where the node is', hint);
  }
  if (channelBackup === 'current') return fine(name, `copied to ${directory}`);
  const finding = channelBackup === 'stale' ? 'the copy is out of date' : 'there is no copy';
  const { hint } = problemAt(home, { code: 'channel_backup_failed' });
  return failure(name, `${finding} in ${directory}`, hint);
}
