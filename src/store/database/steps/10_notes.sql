-- What a server has learned and would learn again in time: which keys and models rest, which target answers a conversation.
CREATE TABLE notes (
    name    TEXT    NOT NULL PRIMARY KEY,
    said    TEXT    NOT NULL,
    ends_at INTEGER NOT NULL                 -- milliseconds since 1970
) STRICT, WITHOUT ROWID;

CREATE INDEX notes_by_end ON notes (ends_at);

PRAGMA user_version = 10;
