import { PAYWALLS } from './paywall-schema.ts';

/** `Toll` in ASCII: marks the file as a task record. */
export const APPLICATION_ID = 0x546f6c6c;

/**
 * The record. `fact` is the truth and is only ever appended to; `task` names what its facts belong to.
 * The tables after it are indexes, written in the transaction of the fact that they follow from, and
 * can be built again from the facts. Times are ms since 1970, amounts are msat.
 */
const RECORD = `
CREATE TABLE task (
  number INTEGER PRIMARY KEY,
  id TEXT NOT NULL UNIQUE,
  owner TEXT NOT NULL,
  key TEXT NOT NULL,
  name TEXT,
  created_at INTEGER NOT NULL,
  open INTEGER NOT NULL,
  length INTEGER NOT NULL
) STRICT;
CREATE UNIQUE INDEX task_open_key ON task (owner, key) WHERE open = 1;
CREATE INDEX task_name ON task (owner, name, number) WHERE name IS NOT NULL;
CREATE INDEX task_newest ON task (owner, created_at, number);
CREATE INDEX task_newest_open ON task (owner, created_at, number) WHERE open = 1;
CREATE INDEX task_unfinished ON task (number) WHERE open = 1;

CREATE TABLE fact (
  number INTEGER PRIMARY KEY,
  task_id TEXT NOT NULL REFERENCES task (id),
  seq INTEGER NOT NULL,
  kind TEXT NOT NULL,
  body TEXT NOT NULL,
  secret BLOB,
  UNIQUE (task_id, seq)
) STRICT;
CREATE TRIGGER fact_stays BEFORE UPDATE ON fact
  BEGIN SELECT raise(ABORT, 'facts are only ever appended'); END;
CREATE TRIGGER fact_remains BEFORE DELETE ON fact
  BEGIN SELECT raise(ABORT, 'facts are only ever appended'); END;

-- A sum that is held has no date yet: "at" is then the end of time, so that every window counts it.
CREATE TABLE spend (
  task_id TEXT NOT NULL REFERENCES task (id),
  seq INTEGER NOT NULL,
  owner TEXT NOT NULL,
  host TEXT NOT NULL,
  grant_name TEXT,
  msat INTEGER NOT NULL,
  held INTEGER NOT NULL,
  held_at INTEGER NOT NULL,
  at INTEGER NOT NULL,
  PRIMARY KEY (task_id, seq)
) STRICT;
CREATE INDEX spend_window ON spend (owner, at);
CREATE UNIQUE INDEX spend_held ON spend (task_id) WHERE held = 1;

-- The sum of an owner's rows above, so that no decision has to add up years of them.
CREATE TABLE spent_ever (
  owner TEXT PRIMARY KEY,
  msat INTEGER NOT NULL CHECK (msat >= 0)
) STRICT;
CREATE TRIGGER spend_begins AFTER INSERT ON spend BEGIN
  INSERT INTO spent_ever VALUES (new.owner, new.msat)
    ON CONFLICT (owner) DO UPDATE SET msat = msat + excluded.msat;
END;
CREATE TRIGGER spend_changes AFTER UPDATE OF msat ON spend BEGIN
  UPDATE spent_ever SET msat = msat + new.msat - old.msat WHERE owner = new.owner;
END;
CREATE TRIGGER spend_ends AFTER DELETE ON spend BEGIN
  UPDATE spent_ever SET msat = msat - old.msat WHERE owner = old.owner;
END;

CREATE TABLE payment_hash (
  hash TEXT PRIMARY KEY,
  task_id TEXT NOT NULL REFERENCES task (id)
) STRICT;

CREATE TABLE ask (
  id TEXT PRIMARY KEY,
  task_id TEXT NOT NULL REFERENCES task (id),
  owner TEXT NOT NULL,
  host TEXT NOT NULL,
  asked_at INTEGER NOT NULL,
  expires_at INTEGER NOT NULL,
  answered_at INTEGER,
  declined INTEGER NOT NULL
) STRICT;
CREATE INDEX ask_recent ON ask (owner, asked_at);
CREATE INDEX ask_pending ON ask (owner, expires_at) WHERE answered_at IS NULL;
CREATE INDEX ask_of_task ON ask (task_id) WHERE answered_at IS NULL;
CREATE INDEX ask_declined ON ask (owner, host, answered_at) WHERE declined = 1;

CREATE TABLE allowance (
  id TEXT PRIMARY KEY,
  task_id TEXT NOT NULL REFERENCES task (id),
  owner TEXT NOT NULL,
  host TEXT NOT NULL,
  limit_msat INTEGER NOT NULL,
  expires_at INTEGER NOT NULL
) STRICT;
CREATE INDEX allowance_live ON allowance (owner, expires_at);

CREATE TABLE credential (
  number INTEGER PRIMARY KEY,
  task_id TEXT NOT NULL UNIQUE REFERENCES task (id),
  owner TEXT NOT NULL,
  key TEXT NOT NULL,
  origin TEXT NOT NULL,
  scope TEXT NOT NULL,
  method TEXT NOT NULL,
  url TEXT NOT NULL,
  wide INTEGER NOT NULL,
  cached_until INTEGER NOT NULL,
  ends_at INTEGER,
  end TEXT
) STRICT;
CREATE INDEX credential_of_origin ON credential (owner, origin, scope, cached_until);
CREATE INDEX credential_of_key ON credential (owner, key);
`;

/** What no fact tells: what was taken back, stopped or restored, what sellers said later, who pays, the keys in use. */
const BESIDE = `
CREATE TABLE revocation (
  allowance_id TEXT PRIMARY KEY,
  at INTEGER NOT NULL
) STRICT;

-- What a seller said to a credential in another task than the one that bought it.
CREATE TABLE credential_word (
  task_id TEXT NOT NULL REFERENCES task (id),
  word TEXT NOT NULL CHECK (word IN ('dropped', 'narrowed', 'refused')),
  PRIMARY KEY (task_id, word)
) STRICT, WITHOUT ROWID;

CREATE TABLE lease (
  one INTEGER PRIMARY KEY CHECK (one = 1),
  fence INTEGER NOT NULL,
  holder TEXT,
  machine TEXT,
  beat_at INTEGER NOT NULL
) STRICT;
INSERT INTO lease VALUES (1, 0, NULL, NULL, 0);

CREATE TABLE kill_switch (
  one INTEGER PRIMARY KEY CHECK (one = 1),
  paused_at INTEGER,
  reason TEXT
) STRICT;
INSERT INTO kill_switch VALUES (1, NULL, NULL);

-- The record was copied back from a backup; the wallet has to tell what it paid since that was made.
CREATE TABLE restoration (
  at INTEGER PRIMARY KEY,
  since INTEGER NOT NULL,
  audited_at INTEGER
) STRICT;
-- What the wallet paid and no task knows of: it counts against every window, whoever it was for.
CREATE TABLE unclaimed (
  hash TEXT PRIMARY KEY,
  msat INTEGER NOT NULL,
  at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX unclaimed_window ON unclaimed (at);

CREATE TABLE key_check (
  one INTEGER PRIMARY KEY CHECK (one = 1),
  sealed BLOB NOT NULL
) STRICT;
`;

/** The scripts that make the schema, oldest first. A released one never changes. */
export const MIGRATIONS: readonly string[] = [RECORD + BESIDE, PAYWALLS];
