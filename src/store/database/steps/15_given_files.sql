-- Files that providers were given, to be named in requests rather than sent again.
CREATE TABLE given_files (
    provider  TEXT    NOT NULL,
    key_print TEXT    NOT NULL, -- what the provider's key is known by
    content   TEXT    NOT NULL, -- the hash of its bytes
    name      TEXT    NOT NULL, -- what it is called there
    until_at  INTEGER NOT NULL, -- until when it is there, in seconds since 1970
    PRIMARY KEY (provider, key_print, content)
) STRICT;

CREATE INDEX given_files_by_content ON given_files (content);
CREATE INDEX given_files_by_time ON given_files (until_at);

PRAGMA user_version = 15;
