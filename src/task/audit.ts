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
    log.warn({ unclaimed: unclaimed.length }, 'the restored record was held against the wallet');
  } catch (error) {
    log.error({ error }, 'the wallet did not tell what it paid since the backup');
  }
}
