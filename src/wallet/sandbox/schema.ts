/** `TKsb` as SQLite's application id: no other file is taken for a sandbox ledger. */
export const APPLICATION_ID = 0x544b7362;

/**
 * The ledger's tables. Amounts are integers in msat, times are ms since 1970, hashes are 64 hex digits.
 *
 * The balance is stored nowhere: it is what was funded less every payment that has not failed. So a payment
 * in flight holds its sum, a failed one frees it, and the two can never disagree. `payment.hash` as the
 * primary key is what makes a second debit of one hash impossible, whoever tries.
 */
export const MIGRATIONS: readonly string[] = [
  `
  CREATE TABLE node (
    id INTEGER PRIMARY KEY CHECK (id = 1),
    private_key BLOB NOT NULL CHECK (length(private_key) = 32)
  ) STRICT;

  CREATE TABLE funding (
    id INTEGER PRIMARY KEY,
    msat INTEGER NOT NULL CHECK (msat > 0)
  ) STRICT;
  INSERT INTO funding (msat) VALUES (100000000);

  CREATE TABLE invoice (
    hash TEXT PRIMARY KEY CHECK (length(hash) = 64),
    preimage TEXT NOT NULL CHECK (length(preimage) = 64),
    issuer TEXT NOT NULL,
    expires_at INTEGER NOT NULL,
    attempted INTEGER NOT NULL DEFAULT 0 CHECK (attempted IN (0, 1))
  ) STRICT, WITHOUT ROWID;
  CREATE INDEX invoice_unattempted ON invoice (issuer, expires_at) WHERE attempted = 0;
  CREATE INDEX invoice_by_expiry ON invoice (expires_at);

  CREATE TABLE payment (
    hash TEXT PRIMARY KEY CHECK (length(hash) = 64),
    attempt TEXT NOT NULL,
    issuer TEXT CHECK (state = 'failed' OR issuer IS NOT NULL),
    msat INTEGER NOT NULL CHECK (msat > 0),
    fee_msat INTEGER NOT NULL CHECK (fee_msat >= 0),
    state TEXT NOT NULL CHECK (state IN ('in_flight', 'settled', 'failed')),
    code TEXT CHECK ((code IS NULL) = (state <> 'failed')),
    preimage TEXT CHECK (state = 'failed' OR length(preimage) = 64),
    due_at INTEGER CHECK (due_at IS NULL OR state = 'in_flight'),
    at INTEGER NOT NULL
  ) STRICT, WITHOUT ROWID;
  CREATE INDEX payment_due ON payment (due_at) WHERE due_at IS NOT NULL;

  CREATE TABLE behaviour (
    hash TEXT PRIMARY KEY,
    json TEXT NOT NULL
  ) STRICT, WITHOUT ROWID;

  CREATE TABLE token (
    id TEXT PRIMARY KEY CHECK (length(id) = 64),
    hash TEXT NOT NULL REFERENCES invoice (hash) ON DELETE CASCADE,
    root_key BLOB NOT NULL CHECK (length(root_key) = 32)
  ) STRICT, WITHOUT ROWID;
  CREATE INDEX token_by_hash ON token (hash);
  `,
  `
  -- Payments in the order in which they settled; a number is never given twice, so it says where to read on.
  CREATE TABLE settlement (
    number INTEGER PRIMARY KEY AUTOINCREMENT,
    hash TEXT NOT NULL UNIQUE REFERENCES payment (hash),
    at INTEGER NOT NULL
  ) STRICT;
  INSERT INTO settlement (hash, at)
    SELECT hash, at FROM payment WHERE state = 'settled' ORDER BY at, hash;
  CREATE TRIGGER settles_at_once AFTER INSERT ON payment WHEN new.state = 'settled' BEGIN
    INSERT INTO settlement (hash, at) VALUES (new.hash, new.at);
  END;
  CREATE TRIGGER settles_late AFTER UPDATE OF state ON payment
  WHEN new.state = 'settled' AND old.state <> 'settled' BEGIN
    INSERT INTO settlement (hash, at) VALUES (new.hash, coalesce(old.due_at, old.at));
  END;
  `,
];
