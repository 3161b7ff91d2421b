import { TollkeeperError } from '../base/index.ts';
import type { PaywallEvent } from '../paywall/event.ts';
import type { ProposalEnd } from '../paywall/store.ts';
import type { Sql } from '../sqlite/index.ts';
import { fromJson } from './json.ts';

/** Brings the indexes up to an event that was just written, in the same transaction. */
export function followEvent(sql: Sql, number: number, event: PaywallEvent): void {
  switch (event.kind) {
    case 'change_proposed': {
      const { id, owner, subject, askedAt: at } = event.proposal;
      sql.run(
        `INSERT INTO proposal (id, owner, subject, asked_at, event)
         VALUES (:id, :owner, :subject, :at, :number)`,
        { id, owner, subject, at, number },
      );
      return;
    }
    case 'change_approved':
    case 'change_declined':
    case 'change_lapsed':
      end(sql, event.proposalId, event.kind, event.at);
      return;
    case 'upstream_added': {
      const { owner, name } = event.upstream;
      const put = 'INSERT OR REPLACE INTO upstream (owner, name, event)';
      sql.run(`${put} VALUES (:owner, :name, :number)`, { owner, name, number });
      return;
    }
    case 'upstream_removed': {
      const { owner, name } = event.upstream;
      sql.run('DELETE FROM upstream WHERE owner = :owner AND name = :name', { owner, name });
      return;
    }
    default:
      sql.run('INSERT OR REPLACE INTO paywall (id, event) VALUES (:id, :number)', {
        id: event.paywall.id,
        number,
      });
  }
}

/** A proposal ends once: whoever answers it second changes nothing, and is a fault of ours. */
function end(sql: Sql, id: string, how: ProposalEnd, at: number): void {
  const ended = sql.run(
    'UPDATE proposal SET end = :how, ended_at = :at WHERE id = :id AND end IS NULL',
    { id, how, at },
  );
  if (ended !== 1) throw new TollkeeperError('internal_error', 'A proposal ended twice.');
}

/** Builds the indexes anew from the events alone. */
export function rebuildPaywalls(sql: Sql): void {
  for (const table of ['paywall', 'upstream', 'proposal']) sql.run(`DELETE FROM ${table}`);
  const rows = sql.all<{ number: bigint; body: string }>(
    'SELECT number, body FROM paywall_event ORDER BY number',
  );
  for (const { number, body } of rows) {
    followEvent(sql, Number(number), fromJson(body) as PaywallEvent);
  }
}
