-- Batches: many requests that are answered beside live traffic, each a line.
CREATE TABLE batches (
    id            TEXT    NOT NULL PRIMARY KEY, -- in the order in which they were made
    owner         BLOB    NOT NULL,             -- digest of the client's key; empty where no key is asked for
    kind          TEXT    NOT NULL,             -- in whose words it was asked for: 'openai' or 'anthropic'
    state         TEXT    NOT NULL,             -- validating, in_progress, cancelling, finalizing, or how it ended
    created_at    INTEGER NOT NULL,             -- seconds since 1970, as all times
    expires_at    INTEGER NOT NULL,             -- what is not answered then is given up
    ended_at      INTEGER,
    request       TEXT    NOT NULL,             -- JSON: what was asked for, and for whom
    times         TEXT    NOT NULL,             -- JSON: when it came into which state
    outcome       TEXT,                         -- JSON: its files, or what is wrong with it
    total         INTEGER NOT NULL DEFAULT 0,
    completed     INTEGER NOT NULL DEFAULT 0,
    failed        INTEGER NOT NULL DEFAULT 0,
    claimed_by    TEXT,                         -- which server works on it …
    claimed_until INTEGER NOT NULL DEFAULT 0    -- … and until when it has said so
) STRICT;

CREATE INDEX batches_of_an_owner ON batches (owner, kind, id);
CREATE INDEX batches_that_are_open ON batches (state) WHERE ended_at IS NULL;

-- What is asked in a batch, until it has ended: then all of it is in its files.
CREATE TABLE batch_lines (
    batch     TEXT    NOT NULL REFERENCES batches (id) ON DELETE CASCADE,
    number    INTEGER NOT NULL,                 -- from 1 on
    custom_id TEXT    NOT NULL,
    state     TEXT    NOT NULL DEFAULT 'waiting', -- waiting, sent (it may be billed from then on), handed (to a provider's batch), done, failed
    body      TEXT,                             -- JSON, until it is answered
    outcome   TEXT,                             -- JSON: what came of it
    PRIMARY KEY (batch, number)
) STRICT;

CREATE INDEX batch_lines_by_state ON batch_lines (batch, state, number);

PRAGMA user_version = 13;
