import type { PaywallEvent } from '../paywall/event.ts';
import type { SellerView } from '../paywall/store.ts';
import type { Database, Sql } from '../sqlite/index.ts';
import { fromJson } from './json.ts';
import { pauseOf } from './kill-switch.ts';

/** Reads what is sold, and remembers it for as long as nothing of it changed. */
export interface Views {
  read(): Promise<SellerView>;
}

/**
 * A gateway asks on every request, so three looks come before the reading: whether anybody committed anything since,
 * and if so, whether an event or the kill switch was in it.
 */
export function openViews(db: Database): Views {
  let commits = 0;
  db.onCommit(() => {
    commits += 1;
  });
  const markNow = () => `${commits}.${db.dataVersion()}`;
  let kept: { mark: string; key: string; view: SellerView } | undefined;
  return {
    async read() {
      // Before the reading: what is committed meanwhile is seen by the next look, never missed.
      const mark = markNow();
      if (kept?.mark === mark) return kept.view;
      const before = kept;
      const { key, view } = await db.read(sql => {
        const now = keyOf(sql);
        return { key: now, view: now === before?.key ? before.view : viewOf(sql) };
      });
      kept = { mark, key, view };
      return view;
    },
  };
}

/** Everything that is sold, as a transaction sees it. */
export function viewOf(sql: Sql): SellerView {
  const states = (table: 'paywall' | 'upstream') =>
    sql
      .all<Row>(`SELECT body FROM ${table} JOIN paywall_event ON number = event ORDER BY number`)
      .map(eventOf);
  const pending = sql
    .all<Row>(
      `SELECT body FROM proposal JOIN paywall_event ON number = event
       WHERE end IS NULL ORDER BY number`,
    )
    .map(eventOf);
  return {
    paywalls: states('paywall').flatMap(event => ('paywall' in event ? [event.paywall] : [])),
    upstreams: states('upstream').flatMap(event => ('upstream' in event ? [event.upstream] : [])),
    pending: pending.flatMap(event => ('proposal' in event ? [event.proposal] : [])),
    killed: pauseOf(sql) !== undefined,
  };
}

interface Row {
  readonly body: string;
}

/** An event as its row has it. */
export function eventOf({ body }: Row): PaywallEvent {
  return fromJson(body) as PaywallEvent;
}

/** Differs as soon as an event was added or the kill switch moved; also after a restore to an older record. */
function keyOf(sql: Sql): string {
  const newest = sql.get<{ number: bigint; at: bigint }>(
    'SELECT number, at FROM paywall_event ORDER BY number DESC LIMIT 1',
  );
  return `${newest?.number}.${newest?.at}.${pauseOf(sql)?.at}`;
}
