-- Sums of all requests by one thing each, so that those of a long time are not put together out of as many as there are requests.
CREATE TABLE request_totals (
    kind              TEXT    NOT NULL,             -- client, provider, model, task or status; empty: all together
    quarter           INTEGER NOT NULL,             -- of an hour, since 1970
    name              TEXT    NOT NULL,
    requests          INTEGER NOT NULL,
    failed            INTEGER NOT NULL,
    prompt_tokens     INTEGER NOT NULL,
    cached_tokens     INTEGER NOT NULL,
    completion_tokens INTEGER NOT NULL,
    pages             INTEGER NOT NULL,
    milliseconds      INTEGER NOT NULL,
    images            INTEGER NOT NULL,
    cost              INTEGER NOT NULL,
    unpriced          INTEGER NOT NULL,
    total_ms          INTEGER NOT NULL,
    PRIMARY KEY (kind, quarter, name)
) STRICT, WITHOUT ROWID;

INSERT INTO request_totals SELECT '', quarter, '', sum(requests), sum(CASE WHEN status >= 400 AND status <> 499 THEN requests ELSE 0 END), sum(prompt_tokens), sum(cached_tokens), sum(completion_tokens), sum(pages), sum(milliseconds), sum(images), sum(cost), sum(unpriced), sum(total_ms)
    FROM request_sums GROUP BY quarter;

INSERT INTO request_totals SELECT 'client', quarter, client, sum(requests), sum(CASE WHEN status >= 400 AND status <> 499 THEN requests ELSE 0 END), sum(prompt_tokens), sum(cached_tokens), sum(completion_tokens), sum(pages), sum(milliseconds), sum(images), sum(cost), sum(unpriced), sum(total_ms)
    FROM request_sums GROUP BY quarter, client;

INSERT INTO request_totals SELECT 'provider', quarter, provider, sum(requests), sum(CASE WHEN status >= 400 AND status <> 499 THEN requests ELSE 0 END), sum(prompt_tokens), sum(cached_tokens), sum(completion_tokens), sum(pages), sum(milliseconds), sum(images), sum(cost), sum(unpriced), sum(total_ms)
    FROM request_sums GROUP BY quarter, provider;

INSERT INTO request_totals SELECT 'model', quarter, provider || '/' || model, sum(requests), sum(CASE WHEN status >= 400 AND status <> 499 THEN requests ELSE 0 END), sum(prompt_tokens), sum(cached_tokens), sum(completion_tokens), sum(pages), sum(milliseconds), sum(images), sum(cost), sum(unpriced), sum(total_ms)
    FROM request_sums GROUP BY quarter, provider || '/' || model;

INSERT INTO request_totals SELECT 'task', quarter, task, sum(requests), sum(CASE WHEN status >= 400 AND status <> 499 THEN requests ELSE 0 END), sum(prompt_tokens), sum(cached_tokens), sum(completion_tokens), sum(pages), sum(milliseconds), sum(images), sum(cost), sum(unpriced), sum(total_ms)
    FROM request_sums GROUP BY quarter, task;

INSERT INTO request_totals SELECT 'status', quarter, '' || status, sum(requests), sum(CASE WHEN status >= 400 AND status <> 499 THEN requests ELSE 0 END), sum(prompt_tokens), sum(cached_tokens), sum(completion_tokens), sum(pages), sum(milliseconds), sum(images), sum(cost), sum(unpriced), sum(total_ms)
    FROM request_sums GROUP BY quarter, '' || status;

-- Sums by everything are asked for of one client alone, and so they lie by clients.
CREATE TABLE client_sums (
    client            TEXT    NOT NULL,
    quarter           INTEGER NOT NULL,
    provider          TEXT    NOT NULL,
    model             TEXT    NOT NULL,
    task              TEXT    NOT NULL,
    status            INTEGER NOT NULL,
    requests          INTEGER NOT NULL,
    failed            INTEGER NOT NULL,
    prompt_tokens     INTEGER NOT NULL,
    cached_tokens     INTEGER NOT NULL,
    completion_tokens INTEGER NOT NULL,
    pages             INTEGER NOT NULL,
    milliseconds      INTEGER NOT NULL,
    images            INTEGER NOT NULL,
    cost              INTEGER NOT NULL,
    unpriced          INTEGER NOT NULL,
    total_ms          INTEGER NOT NULL,
    PRIMARY KEY (client, quarter, provider, model, task, status)
) STRICT, WITHOUT ROWID;

INSERT INTO client_sums SELECT client, quarter, provider, model, task, status, requests, CASE WHEN status >= 400 AND status <> 499 THEN requests ELSE 0 END, prompt_tokens, cached_tokens, completion_tokens, pages, milliseconds, images, cost, unpriced, total_ms
    FROM request_sums;

DROP TABLE request_sums;

ALTER TABLE client_sums RENAME TO request_sums;

PRAGMA user_version = 12;
