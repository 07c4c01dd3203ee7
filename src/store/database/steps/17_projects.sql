-- Projects: what chats of one subject have in common. Instructions, and files whose passages are looked up.
CREATE TABLE projects (
    id           TEXT    NOT NULL PRIMARY KEY, -- in the order in which they were made
    owner        BLOB    NOT NULL,             -- digest of the client's key; empty where no key is asked for
    name         TEXT    NOT NULL,
    instructions TEXT    NOT NULL,
    color        TEXT    NOT NULL,
    icon         TEXT    NOT NULL,
    created_at   INTEGER NOT NULL,             -- seconds since 1970, as all times
    updated_at   INTEGER NOT NULL
) STRICT;

CREATE INDEX projects_of_an_owner ON projects (owner, id);

-- A file that is removed leaves its projects, and its passages go with it.
CREATE TABLE project_files (
    project       TEXT    NOT NULL REFERENCES projects (id) ON DELETE CASCADE,
    file          TEXT    NOT NULL REFERENCES files (id) ON DELETE CASCADE,
    is_own        INTEGER NOT NULL,            -- 1: it was sent to the project, and is removed with it
    added_at      INTEGER NOT NULL,
    state         TEXT    NOT NULL,            -- reading, ready, no_text or failed
    reason        TEXT,                        -- why it failed, or what of it was not read
    pages         INTEGER NOT NULL DEFAULT 0,
    passages      INTEGER NOT NULL DEFAULT 0,
    model         TEXT,                        -- what made its vectors; null: it has none
    claimed_until INTEGER NOT NULL DEFAULT 0,  -- until when no other server works on it
    PRIMARY KEY (project, file)
) STRICT;

CREATE INDEX project_files_by_file ON project_files (file);
CREATE INDEX project_files_by_claim ON project_files (claimed_until);

CREATE TABLE project_passages (
    project TEXT    NOT NULL,
    file    TEXT    NOT NULL,
    number  INTEGER NOT NULL,                  -- from 1 on, in the order of the file
    page    INTEGER,                           -- from 1 on; null: it has no pages
    heading TEXT    NOT NULL,
    text    TEXT    NOT NULL,
    vector  BLOB,                              -- 32-bit floats, the low byte first
    PRIMARY KEY (project, file, number),
    FOREIGN KEY (project, file) REFERENCES project_files (project, file) ON DELETE CASCADE
) STRICT;

PRAGMA user_version = 17;
