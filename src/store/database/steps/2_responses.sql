-- Responses: conversations that clients go on with by an id, and answers that they come back for.
CREATE TABLE responses (
    id         TEXT    NOT NULL PRIMARY KEY,
    owner      BLOB    NOT NULL,             -- digest of the client's key; empty where no key is asked for
    created_at INTEGER NOT NULL,             -- seconds since 1970
    is_open    INTEGER NOT NULL,             -- 1 while it is being answered
    bytes      INTEGER NOT NULL,             -- of input and response together
    input      TEXT    NOT NULL,             -- JSON: the items of the whole conversation before it
    response   TEXT    NOT NULL              -- JSON: the object
) STRICT;

CREATE INDEX responses_by_age ON responses (created_at DESC, id DESC, bytes);

PRAGMA user_version = 2;
