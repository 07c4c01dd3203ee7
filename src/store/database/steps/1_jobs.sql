-- Jobs: work that a provider does over minutes, and what came of it.
CREATE TABLE jobs (
    id            TEXT    NOT NULL PRIMARY KEY,
    owner         BLOB    NOT NULL,             -- digest of the client's key; empty where no key is asked for
    kind          TEXT    NOT NULL,             -- what is made: 'video'
    state         TEXT    NOT NULL CHECK (state IN ('queued', 'submitting', 'running', 'completed', 'failed')),
    created_at    INTEGER NOT NULL,             -- seconds since 1970, as all times
    completed_at  INTEGER,
    progress      INTEGER NOT NULL DEFAULT 0,   -- percent
    request       TEXT    NOT NULL,             -- JSON
    input         BLOB,                         -- the picture it starts from, until the job has ended
    ticket        TEXT,                         -- JSON: where it runs and under which name
    tried         TEXT    NOT NULL DEFAULT '[]',-- JSON: the targets that failed
    result        TEXT,                         -- JSON: what was made
    error_code    TEXT,
    error_message TEXT
) STRICT;

CREATE INDEX jobs_of_an_owner ON jobs (owner, id);
CREATE INDEX jobs_that_are_open ON jobs (state) WHERE state IN ('queued', 'submitting', 'running');

-- Calls that tell clients how a job ended, until they are heard.
CREATE TABLE webhooks (
    id       TEXT    NOT NULL PRIMARY KEY,
    job      TEXT    NOT NULL REFERENCES jobs (id) ON DELETE CASCADE,
    url      TEXT    NOT NULL,
    body     TEXT,                              -- what is told; NULL until the job has ended
    attempts INTEGER NOT NULL DEFAULT 0,
    next_at  INTEGER NOT NULL DEFAULT 0
) STRICT;

CREATE INDEX webhooks_of_a_job ON webhooks (job);

PRAGMA user_version = 1;
