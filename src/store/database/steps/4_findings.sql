-- What probes found of models, and which models are kept out of plans for it.
CREATE TABLE findings (
    provider TEXT    NOT NULL,
    model    TEXT    NOT NULL,
    ability  TEXT    NOT NULL,
    holds    INTEGER NOT NULL,               -- 1: proven; 0: refuted
    why      TEXT    NOT NULL,               -- of what was refuted; else empty
    found_at INTEGER NOT NULL,               -- seconds since 1970
    PRIMARY KEY (provider, model, ability)
) STRICT, WITHOUT ROWID;

CREATE TABLE quarantines (
    provider TEXT    NOT NULL,
    model    TEXT    NOT NULL,
    why      TEXT    NOT NULL,
    confirm  INTEGER NOT NULL,               -- 1: whoever ends it by hand has to confirm that
    began_at INTEGER NOT NULL,               -- seconds since 1970
    ends_at  INTEGER,                        -- null: not by itself
    PRIMARY KEY (provider, model)
) STRICT, WITHOUT ROWID;

-- Verifications that have not come to their end, so that they can be gone on with.
CREATE TABLE verifications (
    id       TEXT    NOT NULL PRIMARY KEY,
    wish     TEXT    NOT NULL,               -- JSON: what was to be tried
    began_at INTEGER NOT NULL                -- seconds since 1970
) STRICT, WITHOUT ROWID;

CREATE TABLE tries (
    verification TEXT NOT NULL REFERENCES verifications (id) ON DELETE CASCADE,
    provider     TEXT NOT NULL,
    model        TEXT NOT NULL,
    ability      TEXT NOT NULL,
    outcome      TEXT NOT NULL,
    PRIMARY KEY (verification, provider, model, ability)
) STRICT, WITHOUT ROWID;

PRAGMA user_version = 4;
