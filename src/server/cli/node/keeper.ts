import type { Result } from '../../../base/index.ts';
import { binaryOf, type Keeper, openKeeper, targetOf, type Vault } from '../../../node/index.ts';
import { lndManifest } from '../../lnd-manifest.ts';
import type { Session } from '../session.ts';
import type { NodeDesk } from './desk.ts';

/**
 * Takes charge of the node, which then is as the wish says; refused with `node_busy` when another process has it.
 * Another vault than the desk's lets a keeper know less.
 */
export async function keeperOf(
  { home, clock }: Pick<Session, 'home' | 'clock'>,
  desk: NodeDesk,
  vault: Vault = desk.vault,
): Promise<Result<Keeper>> {
  const { place, settings, log } = desk;
  // Asked before each start: what was corrected meanwhile counts, and what nobody confirmed does not.
  const rules = () => settings.read().policy.lnd ?? desk.lnd;
  return openKeeper({
    place,
    vault,
    clock,
    backupDirectory: () => rules().backupDirectory || undefined,
    log,
    configuration() {
      const { alias, rpcPort, peerPort } = settings.read().settings.lnd;
      const { peers, feeUrl } = rules();
      return { alias, rpcPort, peerPort, peers, feeUrl };
    },
    async binary() {
      await desk.guard();
      return runnable(home.path, rules().binary);
    },
  });
}

/** The lnd that may be run here, its hash just taken. */
export function runnable(
  home: string,
  own: NodeDesk['lnd']['binary'],
): ReturnType<typeof binaryOf> {
  const target = targetOf(process.platform, process.arch);
  return binaryOf({
    home,
    own,
    manifest: lndManifest(),
    target: target.ok ? target.value : undefined,
  });
}
