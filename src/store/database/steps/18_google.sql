-- Accounts of Google's that clients have connected, what is under way with them, and reminders.
CREATE TABLE google_accounts (
    owner      BLOB    NOT NULL PRIMARY KEY, -- whose it is
    email      TEXT    NOT NULL, -- whose account at Google's, as far as that told it
    scopes     TEXT    NOT NULL, -- what is allowed, with spaces between
    sealed     BLOB    NOT NULL, -- its tokens
    version    INTEGER NOT NULL, -- one more with each change
    is_ended   INTEGER NOT NULL, -- whether its tokens are not good any more
    created_at INTEGER NOT NULL  -- when it was connected, in seconds since 1970
) STRICT;

-- What is good once and for a short time: the way back from the page of consent, and what confirms that a mail is sent.
CREATE TABLE google_tickets (
    digest     BLOB    NOT NULL PRIMARY KEY, -- the hash of what it is known by
    kind       TEXT    NOT NULL,
    owner      BLOB    NOT NULL,
    sealed     BLOB    NOT NULL,
    expires_at INTEGER NOT NULL
) STRICT;

CREATE INDEX google_tickets_by_time ON google_tickets (expires_at);

CREATE TABLE reminders (
    id           TEXT    NOT NULL PRIMARY KEY,
    owner        BLOB    NOT NULL, -- whose it is
    title        TEXT    NOT NULL,
    description  TEXT    NOT NULL,
    category     TEXT    NOT NULL,
    priority     TEXT    NOT NULL,
    starts       TEXT    NOT NULL, -- the first time, by the clocks of its time zone
    timezone     TEXT    NOT NULL,
    repeats      TEXT    NOT NULL, -- the rule by which it comes again; empty: it does not
    due_at       INTEGER NOT NULL, -- the time that it is about now, in seconds since 1970
    notify_at    INTEGER, -- when it is told next; nothing: not any more
    notified_at  INTEGER, -- when it was told last
    is_late      INTEGER NOT NULL, -- whether that was late
    completed_at INTEGER,
    webhook_url  TEXT,
    event        TEXT, -- its event in the calendar of the account
    created_at   INTEGER NOT NULL,
    updated_at   INTEGER NOT NULL
) STRICT;

CREATE INDEX reminders_by_owner ON reminders (owner, due_at);
CREATE INDEX reminders_by_time ON reminders (notify_at);

-- That a reminder was told of, once for each time that it was due; with an address until it was heard there or given up.
CREATE TABLE reminder_notices (
    id       TEXT    NOT NULL PRIMARY KEY,
    reminder TEXT    NOT NULL REFERENCES reminders (id) ON DELETE CASCADE,
    due_at   INTEGER NOT NULL,
    url      TEXT    NOT NULL,
    body     TEXT    NOT NULL,
    attempts INTEGER NOT NULL,
    next_at  INTEGER, -- nothing: there is nothing to be sent
    UNIQUE (reminder, due_at)
) STRICT;

CREATE INDEX reminder_notices_by_time ON reminder_notices (next_at);

-- Addresses at which calendars find the reminders of a client, each known by its hash alone.
CREATE TABLE reminder_feeds (
    owner      BLOB    NOT NULL PRIMARY KEY,
    digest     BLOB    NOT NULL UNIQUE,
    created_at INTEGER NOT NULL
) STRICT;

PRAGMA user_version = 18;
