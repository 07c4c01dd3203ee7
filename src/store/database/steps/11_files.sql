-- Files that clients have put here ahead of their requests, and those that come in parts.
CREATE TABLE files (
    id         TEXT    NOT NULL PRIMARY KEY, -- in the order in which they came
    owner      BLOB    NOT NULL,             -- digest of the client's key; empty where no key is asked for
    name       TEXT    NOT NULL,
    mime       TEXT    NOT NULL,             -- as it was claimed; empty where it was not
    purpose    TEXT    NOT NULL,
    bytes      INTEGER NOT NULL,
    hash       TEXT    NOT NULL,             -- what the content store finds it by
    created_at INTEGER NOT NULL,             -- seconds since 1970
    expires_at INTEGER                       -- null: not by itself
) STRICT;

CREATE INDEX files_by_owner ON files (owner, id);
CREATE INDEX files_by_hash ON files (hash);

CREATE TABLE uploads (
    id            TEXT    NOT NULL PRIMARY KEY,
    owner         BLOB    NOT NULL,
    name          TEXT    NOT NULL,
    mime          TEXT    NOT NULL,
    purpose       TEXT    NOT NULL,
    bytes         INTEGER NOT NULL,          -- what all parts will have together
    created_at    INTEGER NOT NULL,
    expires_at    INTEGER NOT NULL,
    expires_after INTEGER,                   -- of the file, in seconds; null: not by itself
    status        TEXT    NOT NULL,          -- pending, completed or cancelled
    file          TEXT                       -- what it has become
) STRICT;

CREATE TABLE upload_parts (
    id     TEXT    NOT NULL PRIMARY KEY,
    upload TEXT    NOT NULL REFERENCES uploads (id) ON DELETE CASCADE,
    bytes  INTEGER NOT NULL,
    hash   TEXT    NOT NULL
) STRICT;

CREATE INDEX upload_parts_by_upload ON upload_parts (upload, id);
CREATE INDEX upload_parts_by_hash ON upload_parts (hash);

PRAGMA user_version = 11;
