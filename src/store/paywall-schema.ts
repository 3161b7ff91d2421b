/**
 * What is sold. `paywall_event` is the truth and is only ever appended to; `paywall`, `upstream` and `proposal` are
 * indexes that name the newest event of each. Times are ms since 1970, amounts are msat.
 */
export const PAYWALLS = `
CREATE TABLE paywall_event (
  number INTEGER PRIMARY KEY,
  owner TEXT NOT NULL,
  kind TEXT NOT NULL,
  paywall_id TEXT,
  at INTEGER NOT NULL,
  body TEXT NOT NULL,
  secret BLOB
) STRICT;
CREATE INDEX paywall_event_newest ON paywall_event (owner, at, number);
CREATE INDEX paywall_event_of_paywall ON paywall_event (paywall_id, at, number);
CREATE TRIGGER paywall_event_stays BEFORE UPDATE ON paywall_event
  BEGIN SELECT raise(ABORT, 'events are only ever appended'); END;
CREATE TRIGGER paywall_event_remains BEFORE DELETE ON paywall_event
  BEGIN SELECT raise(ABORT, 'events are only ever appended'); END;

CREATE TABLE paywall (
  id TEXT PRIMARY KEY,
  event INTEGER NOT NULL REFERENCES paywall_event (number)
) STRICT, WITHOUT ROWID;
CREATE TABLE upstream (
  owner TEXT NOT NULL,
  name TEXT NOT NULL,
  event INTEGER NOT NULL REFERENCES paywall_event (number),
  PRIMARY KEY (owner, name)
) STRICT, WITHOUT ROWID;
CREATE TABLE proposal (
  id TEXT PRIMARY KEY,
  owner TEXT NOT NULL,
  subject TEXT NOT NULL,
  asked_at INTEGER NOT NULL,
  event INTEGER NOT NULL REFERENCES paywall_event (number),
  end TEXT CHECK (end IN ('change_approved', 'change_declined', 'change_lapsed')),
  ended_at INTEGER
) STRICT, WITHOUT ROWID;
CREATE INDEX proposal_pending ON proposal (event) WHERE end IS NULL;
CREATE INDEX proposal_recent ON proposal (owner, asked_at);
CREATE INDEX proposal_declined ON proposal (owner, subject, ended_at) WHERE end = 'change_declined';

-- A token and the invoice that pays for it. "rank" is the invoice's status, which only rises.
CREATE TABLE paywall_token (
  id TEXT PRIMARY KEY CHECK (length(id) = 64),
  payment_hash TEXT NOT NULL UNIQUE CHECK (length(payment_hash) = 64),
  owner TEXT NOT NULL,
  paywall_id TEXT NOT NULL,
  route_id TEXT NOT NULL,
  msat INTEGER NOT NULL CHECK (msat > 0),
  node TEXT NOT NULL,
  minted_at INTEGER NOT NULL,
  invoice_expires_at INTEGER NOT NULL,
  expires_at INTEGER NOT NULL,
  rank INTEGER NOT NULL DEFAULT 0,
  used INTEGER NOT NULL DEFAULT 0 CHECK (used >= 0),
  root_key BLOB NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX paywall_token_open ON paywall_token (invoice_expires_at) WHERE rank = 0;
CREATE INDEX paywall_token_overdue ON paywall_token (node, invoice_expires_at) WHERE rank = 0;
CREATE INDEX paywall_token_dead ON paywall_token (invoice_expires_at) WHERE rank IN (1, 2);
CREATE TRIGGER paywall_token_rises BEFORE UPDATE OF rank ON paywall_token WHEN new.rank < old.rank
  BEGIN SELECT raise(ABORT, 'the status of an invoice only rises'); END;

-- One row a payment hash, whatever node reports it and however often. "booked_at" is later in each row.
CREATE TABLE settlement (
  payment_hash TEXT PRIMARY KEY CHECK (length(payment_hash) = 64),
  node TEXT NOT NULL,
  real INTEGER NOT NULL CHECK (real IN (0, 1)),
  node_index INTEGER NOT NULL,
  msat INTEGER NOT NULL,
  settled_at INTEGER NOT NULL,
  booked_at INTEGER NOT NULL UNIQUE,
  fit TEXT NOT NULL CHECK (fit IN ('whole', 'short', 'unknown')),
  asked_msat INTEGER,
  owner TEXT,
  paywall_id TEXT
) STRICT, WITHOUT ROWID;
CREATE INDEX settlement_of_node ON settlement (node, node_index);
CREATE INDEX settlement_newest ON settlement (owner, booked_at);
CREATE INDEX settlement_of_paywall ON settlement (paywall_id, booked_at);
CREATE INDEX settlement_income ON settlement (owner, settled_at);
CREATE INDEX settlement_unknown ON settlement (settled_at) WHERE fit = 'unknown';
CREATE TRIGGER settlement_stays BEFORE UPDATE ON settlement
  BEGIN SELECT raise(ABORT, 'settlements are only ever appended'); END;
CREATE TRIGGER settlement_remains BEFORE DELETE ON settlement
  BEGIN SELECT raise(ABORT, 'settlements are only ever appended'); END;

CREATE TABLE paywall_traffic (
  day TEXT NOT NULL,
  paywall_id TEXT NOT NULL,
  admitted INTEGER NOT NULL,
  PRIMARY KEY (day, paywall_id)
) STRICT, WITHOUT ROWID;
`;
