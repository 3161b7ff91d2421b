import type { PaywallId } from '../paywall/id.ts';
import type { Traffic } from '../paywall/store.ts';
import type { Database } from '../sqlite/index.ts';
import type { Batch } from './batch.ts';

/** How many days are kept: quotas look at one, people at a season. */
const KEPT_DAYS = 400;

/** The counts of what was let through. */
export function openTraffic(db: Database, batch: Batch): Traffic {
  return {
    add: (day, counts) =>
      batch(sql => {
        const known = sql.get('SELECT 1 FROM paywall_traffic WHERE day = :day LIMIT 1', { day });
        if (known === undefined) {
          const oldest = `date(:day, '-${KEPT_DAYS} days')`;
          sql.run(`DELETE FROM paywall_traffic WHERE day < ${oldest}`, { day });
        }
        for (const [paywallId, admitted] of counts) {
          sql.run(
            `INSERT INTO paywall_traffic (day, paywall_id, admitted)
             VALUES (:day, :paywallId, :admitted)
             ON CONFLICT DO UPDATE SET admitted = admitted + excluded.admitted`,
            { day, paywallId, admitted },
          );
        }
      }),
    of: day =>
      db.read(sql => {
        const rows = sql.all<{ id: PaywallId; admitted: bigint }>(
          'SELECT paywall_id AS id, admitted FROM paywall_traffic WHERE day = :day',
          { day },
        );
        return new Map(rows.map(({ id, admitted }) => [id, Number(admitted)]));
      }),
  };
}
