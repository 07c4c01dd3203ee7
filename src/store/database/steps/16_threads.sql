-- Threads: conversations that clients ask to be kept, what was said in each, and what they are found by.
CREATE TABLE threads (
    seq         INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT, -- of a thread that has gone it is no other's
    owner       BLOB    NOT NULL,            -- digest of the client's key; empty where no key is asked for
    id          TEXT    NOT NULL,            -- the owner's own
    title       TEXT    NOT NULL,            -- empty: none yet
    titled_by   TEXT    NOT NULL,            -- words, model or user; empty: none yet
    title_words TEXT    NOT NULL,            -- as they are searched for, each between blanks
    metadata    TEXT    NOT NULL,            -- JSON: the client's own
    project     TEXT,
    model       TEXT    NOT NULL,            -- what answered last
    created_at  INTEGER NOT NULL,            -- seconds since 1970
    updated_at  INTEGER NOT NULL,
    changes     INTEGER NOT NULL,            -- how often anything of it was changed
    turns       INTEGER NOT NULL,
    messages    INTEGER NOT NULL,
    bytes       INTEGER NOT NULL             -- of its messages and its media
) STRICT;

CREATE UNIQUE INDEX threads_by_id ON threads (owner, id);
CREATE INDEX threads_by_age ON threads (owner, updated_at, seq);
CREATE INDEX threads_by_change ON threads (updated_at);

CREATE TABLE thread_messages (
    seq           INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
    thread        INTEGER NOT NULL REFERENCES threads (seq) ON DELETE CASCADE,
    turn          INTEGER NOT NULL,          -- what came in one request and its answer
    role          TEXT    NOT NULL,
    model         TEXT    NOT NULL,          -- of an answer
    is_incomplete INTEGER NOT NULL,          -- 1: it broke off, or its client left
    created_at    INTEGER NOT NULL,
    tokens        INTEGER NOT NULL,          -- about
    digest        BLOB    NOT NULL,          -- by which the same is known when its client sends it again
    body          TEXT    NOT NULL,          -- JSON
    said          TEXT    NOT NULL,          -- its words
    is_embedded   INTEGER NOT NULL           -- 1: its meaning is known, or it has none
) STRICT;

CREATE INDEX thread_messages_by_thread ON thread_messages (thread, seq);
CREATE INDEX thread_messages_to_embed ON thread_messages (seq) WHERE is_embedded = 0;

CREATE TABLE thread_media (
    thread INTEGER NOT NULL REFERENCES threads (seq) ON DELETE CASCADE,
    hash   TEXT    NOT NULL,                 -- by which the content store finds its bytes
    mime   TEXT    NOT NULL,
    bytes  INTEGER NOT NULL,
    PRIMARY KEY (thread, hash)
) STRICT, WITHOUT ROWID;

CREATE INDEX thread_media_by_hash ON thread_media (hash);

CREATE TABLE thread_words (
    owner  INTEGER NOT NULL,                 -- a short form of the owner
    word   TEXT    NOT NULL,
    thread INTEGER NOT NULL REFERENCES threads (seq) ON DELETE CASCADE,
    count  INTEGER NOT NULL,
    PRIMARY KEY (owner, word, thread)
) STRICT, WITHOUT ROWID;

CREATE INDEX thread_words_by_thread ON thread_words (thread);

CREATE TABLE thread_vectors (
    message INTEGER NOT NULL PRIMARY KEY,
    thread  INTEGER NOT NULL REFERENCES threads (seq) ON DELETE CASCADE,
    owner   INTEGER NOT NULL,
    vector  BLOB    NOT NULL                 -- a byte a dimension
) STRICT;

CREATE INDEX thread_vectors_by_owner ON thread_vectors (owner, message);
CREATE INDEX thread_vectors_by_thread ON thread_vectors (thread);

CREATE TABLE thread_notes (
    thread  INTEGER NOT NULL PRIMARY KEY REFERENCES threads (seq) ON DELETE CASCADE,
    vault   TEXT    NOT NULL,                -- where it was written
    changes INTEGER NOT NULL                 -- of the thread, when it was
) STRICT;

PRAGMA user_version = 16;
