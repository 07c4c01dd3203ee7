-- What was kept of threads lately, by the name of each turn: one whose answer from the database was lost is tried again, and is
-- not kept twice.
CREATE TABLE thread_keeps (
    name    TEXT    NOT NULL PRIMARY KEY,
    kept_at INTEGER NOT NULL
) STRICT;

CREATE INDEX thread_keeps_by_time ON thread_keeps (kept_at);

PRAGMA user_version = 19;
