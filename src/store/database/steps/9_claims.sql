-- Which of the servers that share a database works on a job, and until when it has said so.
ALTER TABLE jobs ADD COLUMN claimed_by TEXT;
ALTER TABLE jobs ADD COLUMN claimed_until INTEGER NOT NULL DEFAULT 0; -- seconds since 1970

PRAGMA user_version = 9;
