import { HOUR, ok, refuse, TollkeeperError } from '../base/index.ts';
import type { NewPaywallEvent, PaywallEvent, SecretHeaders } from '../paywall/event.ts';
import type { PaywallId } from '../paywall/id.ts';
import type {
  Asked,
  EventQuery,
  ProposalEnd,
  Proposed,
  Registry,
  RegistryReads,
} from '../paywall/store.ts';
import type { Sealer } from '../secrets/index.ts';
import type { Database, Sql } from '../sqlite/index.ts';
import { toJson } from './json.ts';
import { followEvent } from './paywall-indexes.ts';
import { eventOf, openViews, viewOf } from './paywall-view.ts';

/** The most events that one listing returns. */
const MOST_LISTED = 200;

/** The record of what is sold, in a database; secret headers go through `sealer`. */
export function openRegistry(db: Database, sealer: Sealer): Registry {
  const views = openViews(db);
  return {
    view: views.read,
    append: (reads, decide) =>
      db.immediate(sql => {
        const verdict = decide(viewOf(sql), askedOf(sql, reads));
        if ('reject' in verdict) return refuse(verdict.reject, verdict.detail);
        for (const event of verdict.append) writeEvent(sql, sealer, event);
        return ok(verdict.answer);
      }),
    proposal: (owner, id) => db.read(sql => proposalOf(sql, owner, id)),
    events: query => db.read(sql => listed(sql, query)),
    headers: (owner, upstream) => db.read(sql => headersOf(sql, sealer, owner, upstream)),
  };
}

/** Adds an event and brings what follows from it up to date, in the transaction at hand. */
export function writeEvent(
  sql: Sql,
  sealer: Sealer,
  { secret: given, ...event }: NewPaywallEvent,
): void {
  const { owner, kind, at } = event;
  const secret =
    given === undefined && event.kind === 'upstream_added'
      ? headersOf(sql, sealer, owner, event.upstream.name)
      : given;
  const last = sql.get<{ number: bigint }>(
    'SELECT coalesce(max(number), 0) AS number FROM paywall_event',
  );
  const number = Number(last?.number ?? 0n) + 1;
  const sealed =
    secret === undefined
      ? null
      : sealer.seal(place(number, owner), Buffer.from(JSON.stringify(secret)));
  sql.run(
    `INSERT INTO paywall_event (number, owner, kind, paywall_id, at, body, secret)
     VALUES (:number, :owner, :kind, :paywallId, :at, :body, :sealed)`,
    { number, owner, kind, paywallId: subjectOf(event), at, body: toJson(event), sealed },
  );
  followEvent(sql, number, event);
}

function subjectOf(event: PaywallEvent): PaywallId | null {
  if ('paywall' in event) return event.paywall.id;
  return 'proposal' in event ? event.proposal.paywallId : null;
}

/** A sealed part is bound to its event and owner, so that none can be moved to another upstream. */
function place(number: number, owner: string): string {
  return `upstream/${number}/${owner}`;
}

function askedOf(sql: Sql, { owner, now, proposalId }: RegistryReads): Asked {
  const recent = sql.get<{ count: bigint }>(
    'SELECT count(*) AS count FROM proposal WHERE owner = :owner AND asked_at > :since',
    { owner, since: now - HOUR },
  );
  const declined = sql.all<{ subject: PaywallId | 'new'; at: bigint }>(
    `SELECT subject, max(ended_at) AS at FROM proposal
     WHERE owner = :owner AND end = 'change_declined' GROUP BY subject`,
    { owner },
  );
  return {
    lastHour: Number(recent?.count),
    declinedAt: new Map(declined.map(({ subject, at }) => [subject, Number(at)])),
    proposal: proposalId === undefined ? undefined : proposalOf(sql, owner, proposalId),
  };
}

function proposalOf(sql: Sql, owner: string, id: string): Proposed | undefined {
  const row = sql.get<{ body: string; end: ProposalEnd | null }>(
    `SELECT body, end FROM proposal JOIN paywall_event ON number = event
     WHERE id = :id AND proposal.owner = :owner`,
    { id, owner },
  );
  if (row === undefined) return undefined;
  const event = eventOf(row);
  if (event.kind !== 'change_proposed') throw new TollkeeperError('store_corrupt');
  const { proposal } = event;
  return row.end === null ? { proposal } : { proposal, end: row.end };
}

function listed(sql: Sql, query: EventQuery): readonly PaywallEvent[] {
  const { owner, paywallId, limit } = query;
  const which = paywallId === undefined ? '' : 'AND paywall_id = :paywallId';
  const most = Math.max(0, Math.min(Math.floor(limit), MOST_LISTED));
  const rows = sql.all<{ body: string }>(
    `SELECT body FROM paywall_event WHERE owner = :owner ${which}
     ORDER BY at DESC, number DESC LIMIT :most`,
    { owner, most, ...(paywallId === undefined ? {} : { paywallId }) },
  );
  return rows.map(eventOf);
}

function headersOf(sql: Sql, sealer: Sealer, owner: string, name: string): SecretHeaders {
  const row = sql.get<{ number: bigint; secret: Uint8Array | null }>(
    `SELECT number, secret FROM upstream JOIN paywall_event ON number = event
     WHERE upstream.owner = :owner AND name = :name`,
    { owner, name },
  );
  if (row === undefined) throw new TollkeeperError('upstream_not_found');
  if (row.secret === null) return {};
  const plain = sealer.open(place(Number(row.number), owner), row.secret);
  return JSON.parse(Buffer.from(plain).toString()) as SecretHeaders;
}
