import type { Means } from './means.ts';

/**
 * Asks the wallet what it paid since a restored record was backed up: what no task knows of counts as spent
 * (crash matrix C10). Until that is known nothing new is paid, while what is on its way is looked up as ever.
 */
export async function audit({ audits, wallet, log }: Means, fence: number): Promise<void> {
  const since = await audits.due();
  if (since === undefined) return;
  try {
    const sent = await (await wallet()).sent(since);
    const unclaimed = await audits.conclude(fence, sent);
    const message = 'the restored record was held against the wallet';
    log[unclaimed.length > 0 ? 'warn' : 'info']({ unclaimed: unclaimed.length }, message);
  } catch (error) {
    log.error({ error }, 'it is not known what the wallet paid since the backup');
  }
}
