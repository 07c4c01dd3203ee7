-- What is set once and has no row of its own anywhere else, such as the digest of the administrator's password.
CREATE TABLE settings (
    name       TEXT    NOT NULL PRIMARY KEY,
    value      TEXT    NOT NULL,
    updated_at INTEGER NOT NULL             -- seconds since 1970
) STRICT, WITHOUT ROWID;

PRAGMA user_version = 7;
