-- What was used of the free limits of providers, by key and model, so that a restart gives nothing back.
CREATE TABLE quotas (
    provider   TEXT    NOT NULL,
    key        TEXT    NOT NULL,             -- a fingerprint of the key; empty where there is none
    model      TEXT    NOT NULL,             -- empty: all models of the provider together
    used       TEXT    NOT NULL,             -- JSON: the windows of its meter
    updated_at INTEGER NOT NULL,             -- seconds since 1970
    PRIMARY KEY (provider, key, model)
) STRICT, WITHOUT ROWID;

PRAGMA user_version = 3;
