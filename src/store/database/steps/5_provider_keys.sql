-- Keys of providers, sealed: what opens them is not in this file.
CREATE TABLE provider_keys (
    id          TEXT    NOT NULL PRIMARY KEY,
    provider    TEXT    NOT NULL,
    label       TEXT    NOT NULL DEFAULT '',
    sealed      BLOB    NOT NULL,             -- version, master key's id, nonce, ciphertext and tag
    tail        TEXT    NOT NULL,             -- its last four characters; empty where that would tell too much
    is_disabled INTEGER NOT NULL DEFAULT 0,
    created_at  INTEGER NOT NULL              -- seconds since 1970
) STRICT;

CREATE INDEX provider_keys_of_a_provider ON provider_keys (provider, created_at, id);

-- How keys stood, by their fingerprints: those of the environment and the configuration as well.
CREATE TABLE key_states (
    provider   TEXT    NOT NULL,
    key        TEXT    NOT NULL,              -- a fingerprint
    state      TEXT    NOT NULL,              -- JSON
    updated_at INTEGER NOT NULL,
    PRIMARY KEY (provider, key)
) STRICT, WITHOUT ROWID;

-- How often something was changed, so that a server that runs notices what another program changed.
CREATE TABLE revisions (
    subject TEXT    NOT NULL PRIMARY KEY,
    number  INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

INSERT INTO revisions (subject, number) VALUES ('provider_keys', 0), ('client_keys', 0);

PRAGMA user_version = 5;
