-- The request log: a row for each request that was worked on, never its contents.
CREATE TABLE requests (
    seq               INTEGER NOT NULL PRIMARY KEY, -- in the order in which they ended
    id                TEXT    NOT NULL,             -- X-Request-Id
    began_at          INTEGER NOT NULL,             -- milliseconds since 1970, as all times here
    ended_at          INTEGER NOT NULL,
    client            TEXT    NOT NULL,             -- id of the client's key; empty where there is none of its own
    endpoint          TEXT    NOT NULL,
    task              TEXT    NOT NULL,
    asked             TEXT    NOT NULL,             -- the tier or target that was asked for
    provider          TEXT    NOT NULL,             -- of the target that answered; empty where none did
    model             TEXT    NOT NULL,
    status            INTEGER NOT NULL,
    first_ms          INTEGER,                      -- to the first byte of the answer
    total_ms          INTEGER NOT NULL,
    prompt_tokens     INTEGER NOT NULL,
    cached_tokens     INTEGER NOT NULL,
    completion_tokens INTEGER NOT NULL,
    pages             INTEGER NOT NULL,
    milliseconds      INTEGER NOT NULL,             -- of recordings and videos
    images            INTEGER NOT NULL,
    cost              INTEGER NOT NULL,             -- parts of 10^-12 of a dollar, as far as known
    unpriced          INTEGER NOT NULL,             -- calls of which it is not known
    details           TEXT    NOT NULL              -- JSON: attempts, treatments, media, charges
) STRICT;

CREATE INDEX requests_by_end ON requests (ended_at);
CREATE INDEX requests_by_id ON requests (id);
CREATE INDEX requests_of_clients ON requests (client, seq);
CREATE INDEX requests_of_targets ON requests (provider, model, seq);
CREATE INDEX requests_of_models ON requests (model, seq);
CREATE INDEX requests_of_endpoints ON requests (endpoint, seq);
CREATE INDEX requests_of_tasks ON requests (task, seq);
CREATE INDEX requests_by_status ON requests (status, seq);

-- The same in sums, by quarters of an hour, which days and hours of every time zone are made of.
CREATE TABLE request_sums (
    quarter           INTEGER NOT NULL,             -- of an hour, since 1970
    client            TEXT    NOT NULL,
    provider          TEXT    NOT NULL,
    model             TEXT    NOT NULL,
    task              TEXT    NOT NULL,
    status            INTEGER NOT NULL,
    requests          INTEGER NOT NULL,
    prompt_tokens     INTEGER NOT NULL,
    cached_tokens     INTEGER NOT NULL,
    completion_tokens INTEGER NOT NULL,
    pages             INTEGER NOT NULL,
    milliseconds      INTEGER NOT NULL,
    images            INTEGER NOT NULL,
    cost              INTEGER NOT NULL,
    unpriced          INTEGER NOT NULL,
    total_ms          INTEGER NOT NULL,
    PRIMARY KEY (quarter, client, provider, model, task, status)
) STRICT, WITHOUT ROWID;

PRAGMA user_version = 8;
