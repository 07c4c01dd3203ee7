-- Jobs of providers' own batches, each of lines of one batch here.
CREATE TABLE handed_jobs (
    id          TEXT    NOT NULL PRIMARY KEY, -- by which its provider's is found again
    batch       TEXT    NOT NULL REFERENCES batches (id) ON DELETE CASCADE,
    target      TEXT    NOT NULL,
    key_print   TEXT,                         -- what the provider's key is known by; NULL: none is sent
    provider_id TEXT,                         -- the provider's id of it; NULL: not heard of yet
    total       INTEGER NOT NULL,             -- how many lines it was begun with
    created_at  INTEGER NOT NULL,             -- seconds since 1970
    is_ended    INTEGER NOT NULL DEFAULT 0    -- whether its provider was asked to end it
) STRICT;

CREATE INDEX handed_jobs_of_a_batch ON handed_jobs (batch, id);

-- Which of them a line is in, or was: a line is handed over once.
ALTER TABLE batch_lines ADD COLUMN job TEXT;

-- How many bytes of lines a batch was made with: those of open ones are bounded for each key.
ALTER TABLE batches ADD COLUMN bytes INTEGER NOT NULL DEFAULT 0;

PRAGMA user_version = 14;
