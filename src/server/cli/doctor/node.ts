import { type Code, problem, showSats } from '../../../base/index.ts';
import type { Snapshot } from '../../../node/index.ts';
import { isRealMoney, type Policy } from '../../../policy/index.ts';
import { openPin } from '../../../secrets/index.ts';
import { keysOf } from '../../keys.ts';
import { openLog } from '../../log.ts';
import { mainnetConsent } from '../../mainnet.ts';
import { nodeViewOf } from '../../node.ts';
import { runnable } from '../node/keeper.ts';
import { chainText } from '../node/state-text.ts';
import { type Check, failure, failureOf, fine, warning } from './check.ts';
import type { Patient } from './examine.ts';

/** Whether the node behind an lnd wallet can pay, and what it holds would survive it. None for the sandbox. */
export async function checkNode(patient: Patient, policy: Policy): Promise<readonly Check[]> {
  const { home, clock, sealer } = patient;
  const { lnd } = policy;
  if (lnd === undefined || sealer === undefined) return [];
  const log = await openLog(home.path, 'error', clock);
  const seen = await nodeViewOf({ home, sealer, clock, log }, policy);
  if (seen === undefined) return [];
  return [
    ...(isRealMoney(policy) ? [await checkConsent(patient, policy)] : []),
    ...(lnd.mode === 'supervised' ? [await checkBinary(patient, lnd.binary)] : []),
    stateOf(seen),
    ...(lnd.mode === 'supervised' ? [backupOf(seen, lnd.backupDirectory)] : []),
  ];
}

/** Where money is real, a human with a PIN has to have said so. */
async function checkConsent({ home, clock, sealer }: Patient, policy: Policy): Promise<Check> {
  const name = 'real money';
  if (sealer === undefined) return failure(name, 'the keys do not open', 'Mend the keys first.');
  const pin = openPin(keysOf(home), clock);
  return mainnetConsent(home, sealer)
    .demand(policy, pin)
    .then(
      () => fine(name, 'allowed by a human, and guarded by a PIN'),
      (thrown: unknown) => failureOf(name, thrown),
    );
}

async function checkBinary(
  { home }: Patient,
  own: NonNullable<Policy['lnd']>['binary'],
): Promise<Check> {
  const found = await runnable(home.path, own);
  return found.ok
    ? fine('lnd', `${found.value.version}, its hash is right`)
    : refusal('lnd', found.code, found.detail);
}

function stateOf({ code, lifecycle, outbound, synced, height }: Snapshot): Check {
  const name = 'Lightning node';
  if (lifecycle === 'stopped') return refusal(name, 'node_not_running');
  if (code === 'node_unsynced') {
    return warning(name, chainText(false, height), problem(code).hint);
  }
  if (code !== undefined && code !== 'channel_backup_failed') return refusal(name, code);
  const money = outbound === undefined ? '' : `, ${showSats(outbound)} to send`;
  return fine(name, `${chainText(synced ?? false, height)}${money}`);
}

/** What is in channels is lost without a copy of their backup. */
function backupOf({ channelBackup }: Snapshot, directory: string): Check {
  const name = 'channel backup';
  if (channelBackup === 'none') return fine(name, 'not needed yet: there are no channels');
  if (directory === '') {
    const hint = 'Have it copied to another disk: tollkeeper settings set lnd.backupDirectory DIR';
    return warning(name, 'is only where the node is', hint);
  }
  if (channelBackup === 'current') return fine(name, `copied to ${directory}`);
  const finding = channelBackup === 'stale' ? 'the copy is out of date' : 'there is no copy';
  return failure(name, `${finding} in ${directory}`, problem('channel_backup_failed').hint);
}

function refusal(name: string, code: Code, detail?: string): Check {
  const { message, hint } = problem(code, detail);
  return failure(name, `${message} (${code})`, hint);
}
