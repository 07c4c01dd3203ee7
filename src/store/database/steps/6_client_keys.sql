-- Keys of this server's clients, as digests: what a client holds is not in this file.
CREATE TABLE client_keys (
    id             TEXT    NOT NULL PRIMARY KEY,
    name           TEXT    NOT NULL,
    digest         BLOB    NOT NULL,            -- SHA-256 of the key
    previous       BLOB,                        -- that of the key before it, while that is still taken
    previous_until INTEGER,                     -- seconds since 1970, as all times
    tail           TEXT    NOT NULL,            -- its last four characters
    rules          TEXT    NOT NULL,            -- JSON: limits, budgets and what it may ask for
    is_admin       INTEGER NOT NULL DEFAULT 0,
    is_disabled    INTEGER NOT NULL DEFAULT 0,
    created_at     INTEGER NOT NULL,
    expires_at     INTEGER
) STRICT;

CREATE UNIQUE INDEX client_keys_by_digest ON client_keys (digest);

-- What was used of budgets, by client and period. A key that is removed leaves its history.
CREATE TABLE client_usage (
    client     TEXT    NOT NULL,
    period     TEXT    NOT NULL,                -- a day such as '2026-11-30', or a month such as '2026-11', of UTC
    used       TEXT    NOT NULL,                -- JSON
    updated_at INTEGER NOT NULL,
    PRIMARY KEY (client, period)
) STRICT, WITHOUT ROWID;

PRAGMA user_version = 6;
