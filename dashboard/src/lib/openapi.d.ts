export interface paths {
    "/": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** What answers here: a page for browsers, JSON for programs. */
        get: {
            parameters: {
                query?: never;
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description What answers here */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["Landing"];
                        "text/html": string;
                    };
                };
            };
        };
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/admin/client-keys": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Every key of a client, with its limits and what was used of them. */
        get: {
            parameters: {
                query?: never;
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ClientKeyList"];
                    };
                };
                /** @description No administrator's request */
                401: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
            };
        };
        put?: never;
        /** Makes a key; this answer is the only one that holds it. */
        post: {
            parameters: {
                query?: never;
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody: {
                content: {
                    "application/json": components["schemas"]["NewClientKey"];
                };
            };
            responses: {
                /** @description The key, this once */
                201: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ClientKeyBody"];
                    };
                };
                /** @description A rule cannot be kept to */
                400: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
                /** @description No administrator's request */
                401: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
            };
        };
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/admin/client-keys/{key}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post?: never;
        /** Removes a key; what was used with it stays known. */
        delete: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    key: string;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description It is gone */
                204: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content?: never;
                };
                /** @description No administrator's request */
                401: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
                /** @description No such key */
                404: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
            };
        };
        options?: never;
        head?: never;
        /** Changes the name, the rules or the end of a key, or whether it is taken. */
        patch: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    key: string;
                };
                cookie?: never;
            };
            requestBody: {
                content: {
                    "application/json": components["schemas"]["ClientKeyChange"];
                };
            };
            responses: {
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ClientKeyBody"];
                    };
                };
                /** @description A rule cannot be kept to */
                400: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
                /** @description No administrator's request */
                401: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
                /** @description No such key */
                404: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
            };
        };
        trace?: never;
    };
    "/api/admin/client-keys/{key}/rotate": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Puts a new key in the place of one: its id, rules and history stay. This answer is the only one that holds it. */
        post: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    key: string;
                };
                cookie?: never;
            };
            requestBody: {
                content: {
                    "application/json": components["schemas"]["Rotation"];
                };
            };
            responses: {
                /** @description The new key, this once */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ClientKeyBody"];
                    };
                };
                /** @description No administrator's request */
                401: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
                /** @description No such key */
                404: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
            };
        };
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/admin/health": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** How providers, keys, targets and the log stand. */
        get: {
            parameters: {
                query?: never;
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["AdminHealth"];
                    };
                };
                /** @description No administrator's request */
                401: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
            };
        };
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/admin/login": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Opens a session with the password. */
        post: {
            parameters: {
                query?: never;
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody: {
                content: {
                    "application/json": components["schemas"]["LogIn"];
                };
            };
            responses: {
                /** @description The session; its cookie is set */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["SessionBody"];
                    };
                };
                /** @description The password is wrong */
                401: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
                /** @description Too many were wrong (see Retry-After) */
                429: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
            };
        };
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/admin/logout": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Ends the session. */
        post: {
            parameters: {
                query?: never;
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description It has ended */
                204: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content?: never;
                };
            };
        };
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/admin/password": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        /** Sets another password. Every session ends, but for a new one. */
        put: {
            parameters: {
                query?: never;
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody: {
                content: {
                    "application/json": components["schemas"]["PasswordChange"];
                };
            };
            responses: {
                /** @description The new session; its cookie is set */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["SessionBody"];
                    };
                };
                /** @description It cannot be a password */
                400: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
                /** @description The current one is wrong */
                401: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
                /** @description Too many were wrong (see Retry-After) */
                429: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
            };
        };
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/admin/provider-keys": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Every key of a provider, with how it stands. */
        get: {
            parameters: {
                query?: never;
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ProviderKeyList"];
                    };
                };
                /** @description No administrator's request */
                401: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
            };
        };
        put?: never;
        /** Adds a key. It is used from the next moment on. */
        post: {
            parameters: {
                query?: never;
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody: {
                content: {
                    "application/json": components["schemas"]["NewProviderKey"];
                };
            };
            responses: {
                /** @description The key as it is listed */
                201: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ProviderKeyBody"];
                    };
                };
                /** @description No such provider, or no key */
                400: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
                /** @description No administrator's request */
                401: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
                /** @description It is kept already, or the master key is not here */
                409: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
            };
        };
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/admin/provider-keys/{key}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post?: never;
        /** Removes a key from the store. */
        delete: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    key: string;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description It is gone */
                204: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content?: never;
                };
                /** @description No administrator's request */
                401: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
                /** @description No such key in the store */
                404: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
            };
        };
        options?: never;
        head?: never;
        /** Labels a key, or has it left out for now. */
        patch: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    key: string;
                };
                cookie?: never;
            };
            requestBody: {
                content: {
                    "application/json": components["schemas"]["ProviderKeyChange"];
                };
            };
            responses: {
                /** @description The key as it is listed */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ProviderKeyBody"];
                    };
                };
                /** @description No administrator's request */
                401: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
                /** @description No such key in the store */
                404: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
            };
        };
        trace?: never;
    };
    "/api/admin/requests": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Requests, the newest first. */
        get: {
            parameters: {
                query?: {
                    /** @description Those before this one: the `next` of the page before. */
                    before?: number;
                    /** @description Those of a client's key, by its id. */
                    client?: string;
                    /** @description Those of a route. */
                    endpoint?: string;
                    /** @description `json`, or `jsonl` or `csv` to take them elsewhere. */
                    format?: "json" | "jsonl" | "csv";
                    /** @description How many, at most 500. */
                    limit?: number;
                    /** @description Those that a model answered. */
                    model?: string;
                    /** @description Those that a provider answered. */
                    provider?: string;
                    /** @description Those that ended from this time on, in milliseconds since 1970. */
                    since?: number;
                    /** @description A status such as 429, or `ok` or `failed`. */
                    status?: string;
                    /** @description Those of a task, such as `chat`. */
                    task?: string;
                    /** @description Those that ended before this time. */
                    until?: number;
                };
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description A page; as JSON, JSON lines or CSV */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["RequestList"];
                    };
                };
                /** @description A filter is wrong */
                400: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
                /** @description No administrator's request */
                401: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
                /** @description Requests are not logged */
                503: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
            };
        };
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/admin/requests/{key}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** One request, with what was done for it. */
        get: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    key: string;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["RequestRow"];
                    };
                };
                /** @description No administrator's request */
                401: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
                /** @description It is not in the log */
                404: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
                /** @description Requests are not logged */
                503: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
            };
        };
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/admin/session": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** How the session stands. */
        get: {
            parameters: {
                query?: never;
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["SessionBody"];
                    };
                };
            };
        };
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/admin/settings": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** The settings, with the number of their last change. */
        get: {
            parameters: {
                query?: never;
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["SettingsBody"];
                    };
                };
                /** @description No administrator's request */
                401: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
            };
        };
        /** Sets them, all at once. They are in force a moment later. */
        put: {
            parameters: {
                query?: never;
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody: {
                content: {
                    "application/json": components["schemas"]["SettingsChange"];
                };
            };
            responses: {
                /** @description They are kept */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["SettingsBody"];
                    };
                };
                /** @description One of them cannot be */
                400: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
                /** @description No administrator's request */
                401: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
                /** @description They were changed since they were read */
                409: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
            };
        };
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/admin/setup": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Sets the first password, with the code that the server printed at its start. */
        post: {
            parameters: {
                query?: never;
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody: {
                content: {
                    "application/json": components["schemas"]["SetUp"];
                };
            };
            responses: {
                /** @description The session; its cookie is set */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["SessionBody"];
                    };
                };
                /** @description The code is wrong */
                401: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
                /** @description A password is set already */
                409: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
                /** @description Too many were wrong (see Retry-After) */
                429: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
            };
        };
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/admin/usage": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Sums of requests, by hours, days, keys, providers, models, tasks or statuses. */
        get: {
            parameters: {
                query?: {
                    /** @description `hour`, `day`, `client`, `provider`, `model`, `task` or `status`. */
                    by?: string;
                    /** @description Those of one client's key only, by its id. */
                    client?: string;
                    /** @description How many minutes the viewer's clock is ahead of UTC. */
                    offset_minutes?: number;
                    /** @description From this time on, in milliseconds since 1970; else for 30 days. */
                    since?: number;
                    /** @description Before this time; else until now. */
                    until?: number;
                };
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["UsageList"];
                    };
                };
                /** @description There is no such grouping */
                400: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
                /** @description No administrator's request */
                401: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
                /** @description Requests are not logged */
                503: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
            };
        };
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/blobs/{digest}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Hands the daemon a file that a model is to be made of. */
        post: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    /** @description `sha256:` and the digest of the file in hexadecimal digits */
                    digest: string;
                };
                cookie?: never;
            };
            /** @description The file */
            requestBody: {
                content: {
                    "application/octet-stream": number[];
                };
            };
            responses: {
                /** @description What the Ollama on this machine answers: it has the file */
                201: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content?: never;
                };
                /** @description It is no digest */
                400: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["OllamaErrorBody"];
                    };
                };
                /** @description A key is missing or wrong */
                401: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["OllamaErrorBody"];
                    };
                };
                /** @description The file is larger than the limit of uploads; the message names it */
                413: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["OllamaErrorBody"];
                    };
                };
                /** @description There is no Ollama on this machine, or it does not answer */
                501: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["OllamaErrorBody"];
                    };
                };
            };
        };
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/chat": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** A conversation, in Ollama's words. */
        post: {
            parameters: {
                query?: never;
                header?: never;
                path?: never;
                cookie?: never;
            };
            /** @description Ollama's request: `model`, `messages` with `images`, `tools`, `format`, `think`, `options`. `stream` is true unless it is said */
            requestBody: {
                content: {
                    "application/json": Record<string, never>;
                };
            };
            responses: {
                /** @description Lines of JSON, or one object */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": Record<string, never>;
                    };
                };
                /** @description A field is wrong, or the request is too long or refused */
                400: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["OllamaErrorBody"];
                    };
                };
                /** @description A key is missing or wrong */
                401: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["OllamaErrorBody"];
                    };
                };
                /** @description No such model */
                404: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["OllamaErrorBody"];
                    };
                };
                /** @description A limit was passed; the message names it */
                413: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["OllamaErrorBody"];
                    };
                };
                /** @description No target can be given a part, or honours a parameter */
                422: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["OllamaErrorBody"];
                    };
                };
                /** @description Every target's rate limit is reached (see Retry-After) */
                429: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["OllamaErrorBody"];
                    };
                };
                /** @description No target answered, or no provider is set up */
                503: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["OllamaErrorBody"];
                    };
                };
            };
        };
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/copy": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Has the daemon copy a model. */
        post: {
            parameters: {
                query?: never;
                header?: never;
                path?: never;
                cookie?: never;
            };
            /** @description `source`, `destination`, as Ollama has it */
            requestBody: {
                content: {
                    "application/json": Record<string, never>;
                };
            };
            responses: {
                /** @description What the Ollama on this machine answers: it is copied */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": Record<string, never>;
                    };
                };
                /** @description A key is missing or wrong */
                401: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["OllamaErrorBody"];
                    };
                };
                /** @description There is no Ollama on this machine, or it does not answer */
                501: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["OllamaErrorBody"];
                    };
                };
            };
        };
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/create": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Has the daemon make a model. */
        post: {
            parameters: {
                query?: never;
                header?: never;
                path?: never;
                cookie?: never;
            };
            /** @description `model`, `from` and what is to be different, as Ollama has it */
            requestBody: {
                content: {
                    "application/json": Record<string, never>;
                };
            };
            responses: {
                /** @description What the Ollama on this machine answers: the lines of its progress */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": Record<string, never>;
                    };
                };
                /** @description A key is missing or wrong */
                401: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["OllamaErrorBody"];
                    };
                };
                /** @description There is no Ollama on this machine, or it does not answer */
                501: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["OllamaErrorBody"];
                    };
                };
            };
        };
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/delete": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post?: never;
        /** Has the daemon remove a model. */
        delete: {
            parameters: {
                query?: never;
                header?: never;
                path?: never;
                cookie?: never;
            };
            /** @description `model`, as Ollama has it */
            requestBody: {
                content: {
                    "application/json": Record<string, never>;
                };
            };
            responses: {
                /** @description What the Ollama on this machine answers: it is removed */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": Record<string, never>;
                    };
                };
                /** @description A key is missing or wrong */
                401: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["OllamaErrorBody"];
                    };
                };
                /** @description There is no Ollama on this machine, or it does not answer */
                501: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["OllamaErrorBody"];
                    };
                };
            };
        };
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/embed": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Vectors of texts, in Ollama's words. */
        post: {
            parameters: {
                query?: never;
                header?: never;
                path?: never;
                cookie?: never;
            };
            /** @description `model`, `input` (a text or texts), `dimensions`. A text that is too long is an error, with `truncate` too */
            requestBody: {
                content: {
                    "application/json": Record<string, never>;
                };
            };
            responses: {
                /** @description The vectors */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": Record<string, never>;
                    };
                };
                /** @description A field is wrong, or a text is empty or too long */
                400: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["OllamaErrorBody"];
                    };
                };
                /** @description A key is missing or wrong */
                401: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["OllamaErrorBody"];
                    };
                };
                /** @description No such model */
                404: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["OllamaErrorBody"];
                    };
                };
                /** @description No target gives vectors of so many dimensions */
                422: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["OllamaErrorBody"];
                    };
                };
                /** @description Every target's rate limit is reached (see Retry-After) */
                429: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["OllamaErrorBody"];
                    };
                };
                /** @description No target answered */
                503: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["OllamaErrorBody"];
                    };
                };
            };
        };
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/embeddings": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** The vector of one text, as it was asked for before `/api/embed`. */
        post: {
            parameters: {
                query?: never;
                header?: never;
                path?: never;
                cookie?: never;
            };
            /** @description `model`, `prompt` */
            requestBody: {
                content: {
                    "application/json": Record<string, never>;
                };
            };
            responses: {
                /** @description The vector */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": Record<string, never>;
                    };
                };
                /** @description A field is wrong, or the text is empty or too long */
                400: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["OllamaErrorBody"];
                    };
                };
                /** @description A key is missing or wrong */
                401: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["OllamaErrorBody"];
                    };
                };
                /** @description No such model */
                404: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["OllamaErrorBody"];
                    };
                };
                /** @description Every target's rate limit is reached (see Retry-After) */
                429: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["OllamaErrorBody"];
                    };
                };
                /** @description No target answered */
                503: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["OllamaErrorBody"];
                    };
                };
            };
        };
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/generate": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** A prompt, in Ollama's words. */
        post: {
            parameters: {
                query?: never;
                header?: never;
                path?: never;
                cookie?: never;
            };
            /** @description Ollama's request: `model`, `prompt`, `system`, `images`, `format`, `think`, `options`. Only the Ollama on this machine knows `template`, `raw`, `suffix` and `context` */
            requestBody: {
                content: {
                    "application/json": Record<string, never>;
                };
            };
            responses: {
                /** @description Lines of JSON, or one object */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": Record<string, never>;
                    };
                };
                /** @description A field is wrong, or the request is too long or refused */
                400: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["OllamaErrorBody"];
                    };
                };
                /** @description A key is missing or wrong */
                401: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["OllamaErrorBody"];
                    };
                };
                /** @description No such model */
                404: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["OllamaErrorBody"];
                    };
                };
                /** @description A limit was passed; the message names it */
                413: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["OllamaErrorBody"];
                    };
                };
                /** @description No target can be given a part, or honours a parameter */
                422: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["OllamaErrorBody"];
                    };
                };
                /** @description Every target's rate limit is reached (see Retry-After) */
                429: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["OllamaErrorBody"];
                    };
                };
                /** @description No target answered, or no provider is set up */
                503: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["OllamaErrorBody"];
                    };
                };
            };
        };
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/ps": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** The models that are loaded, as far as that is known: those of the Ollama on this machine. */
        get: {
            parameters: {
                query?: never;
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description `models` */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": Record<string, never>;
                    };
                };
            };
        };
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/pull": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Has the daemon fetch a model. */
        post: {
            parameters: {
                query?: never;
                header?: never;
                path?: never;
                cookie?: never;
            };
            /** @description `model`, as Ollama has it */
            requestBody: {
                content: {
                    "application/json": Record<string, never>;
                };
            };
            responses: {
                /** @description What the Ollama on this machine answers: the lines of its progress */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": Record<string, never>;
                    };
                };
                /** @description A key is missing or wrong */
                401: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["OllamaErrorBody"];
                    };
                };
                /** @description There is no Ollama on this machine, or it does not answer */
                501: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["OllamaErrorBody"];
                    };
                };
            };
        };
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/push": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Has the daemon publish a model. */
        post: {
            parameters: {
                query?: never;
                header?: never;
                path?: never;
                cookie?: never;
            };
            /** @description `model`, as Ollama has it */
            requestBody: {
                content: {
                    "application/json": Record<string, never>;
                };
            };
            responses: {
                /** @description What the Ollama on this machine answers: the lines of its progress */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": Record<string, never>;
                    };
                };
                /** @description A key is missing or wrong */
                401: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["OllamaErrorBody"];
                    };
                };
                /** @description There is no Ollama on this machine, or it does not answer */
                501: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["OllamaErrorBody"];
                    };
                };
            };
        };
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/show": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** What is known of a model, for Ollama's clients. */
        post: {
            parameters: {
                query?: never;
                header?: never;
                path?: never;
                cookie?: never;
            };
            /** @description `model` */
            requestBody: {
                content: {
                    "application/json": Record<string, never>;
                };
            };
            responses: {
                /** @description Details, `model_info` with the length of the context, `capabilities` */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": Record<string, never>;
                    };
                };
                /** @description No model is named */
                400: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["OllamaErrorBody"];
                    };
                };
                /** @description No such model */
                404: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["OllamaErrorBody"];
                    };
                };
            };
        };
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/tags": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** The models there are, for Ollama's clients. */
        get: {
            parameters: {
                query?: never;
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description The models of the Ollama on this machine first, then tiers and the models of providers */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": Record<string, never>;
                    };
                };
            };
        };
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/version": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** The version of Ollama whose interface this is. */
        get: {
            parameters: {
                query?: never;
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description `version` */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": Record<string, never>;
                    };
                };
            };
        };
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/content/{token}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Gives out a file. */
        get: {
            parameters: {
                query?: never;
                header?: {
                    /** @description one range of bytes */
                    Range?: string | null;
                };
                path: {
                    /** @description out of a link in an answer; it is the secret, and good for a day unless configured otherwise */
                    token: string;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description The file */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/octet-stream": number[];
                    };
                };
                /** @description The range of it that was asked for */
                206: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/octet-stream": number[];
                    };
                };
                /** @description The client has it already */
                304: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content?: never;
                };
                /** @description There is no such file */
                404: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
                /** @description The time of the link is over, or the file had to make way for others */
                410: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
                /** @description The file has no such bytes */
                416: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
            };
        };
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/health": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** That the server runs, and its version. */
        get: {
            parameters: {
                query?: never;
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["Health"];
                    };
                };
            };
        };
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/livez": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** That the server answers requests. */
        get: {
            parameters: {
                query?: never;
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["Health"];
                    };
                };
            };
        };
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/metrics": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Counters and timings in Prometheus' text format. */
        get: {
            parameters: {
                query?: never;
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description Metrics */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "text/plain": string;
                    };
                };
            };
        };
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/openapi.json": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** This document. */
        get: {
            parameters: {
                query?: never;
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description The OpenAPI document */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": Record<string, never>;
                    };
                };
            };
        };
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/readyz": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Whether the server can do its work now. */
        get: {
            parameters: {
                query?: never;
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description Ready */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ReadinessReport"];
                    };
                };
                /** @description Not ready; `checks` says why */
                503: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ReadinessReport"];
                    };
                };
            };
        };
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/audio/speech": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Speaks a text. */
        post: {
            parameters: {
                query?: never;
                header?: {
                    /** @description true: it may cost, where routing.confirm_paid asks */
                    "X-Mediary-Allow-Paid"?: boolean | null;
                    /** @description free: only targets that are known to be free; free_first: those before all others */
                    "X-Mediary-Cost"?: string | null;
                    /** @description local: nothing leaves this machine */
                    "X-Mediary-Privacy"?: string | null;
                    /** @description only these providers, by commas */
                    "X-Mediary-Provider"?: string | null;
                };
                path?: never;
                cookie?: never;
            };
            /** @description OpenAI's request, with a `language` if it is not to be found out */
            requestBody: {
                content: {
                    "application/json": components["schemas"]["SpeechFields"];
                };
            };
            responses: {
                /** @description The sound as it is made, in the form that was asked for. `X-Routed-Via` names the target, `X-Mediary-Treatments` a voice that stands in for the one that was named */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "audio/aac": number[];
                        "audio/flac": number[];
                        "audio/mpeg": number[];
                        "audio/ogg": number[];
                        "audio/pcm": number[];
                        "audio/wav": number[];
                        "text/event-stream": string;
                    };
                };
                /** @description A field is wrong; the message names it, and what it can be */
                400: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
                /** @description A key is missing or wrong */
                401: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
                /** @description No such model; near names are suggested */
                404: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
                /** @description No target can be asked for this; the message says why, target by target */
                422: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
                /** @description Every target's rate limit is reached (see Retry-After) */
                429: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
                /** @description No target answered; `tried` names the calls that failed and why */
                503: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
            };
        };
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/audio/transcriptions": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Writes down what is said in a recording. */
        post: {
            parameters: {
                query?: never;
                header?: {
                    /** @description true: it may cost, where routing.confirm_paid asks */
                    "X-Mediary-Allow-Paid"?: boolean | null;
                    /** @description free: only targets that are known to be free; free_first: those before all others */
                    "X-Mediary-Cost"?: string | null;
                    /** @description local: nothing leaves this machine */
                    "X-Mediary-Privacy"?: string | null;
                    /** @description only these providers, by commas */
                    "X-Mediary-Provider"?: string | null;
                };
                path?: never;
                cookie?: never;
            };
            /** @description OpenAI's form: `file` (sound or video) or `url`, `model` (a target, or auto), `language`, `prompt`, `temperature`, `response_format` (json, text, srt, vtt, verbose_json, or diarized_json where a target says who speaks), `timestamp_granularities[]`, `chunking_strategy`, `stream` */
            requestBody: {
                content: {
                    "multipart/form-data": Record<string, never>;
                };
            };
            responses: {
                /** @description The words in the form that was asked for, or as server-sent events. `X-Routed-Via` names the target, `X-Mediary-Treatments` what was done to the recording, `X-Mediary-Dropped` what the target lacks: with timestamp_granularities in it, times are estimates; `X-Mediary-Status` is no_speech where there is none */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": Record<string, never>;
                        "text/event-stream": string;
                        "text/plain": string;
                    };
                };
                /** @description A field is wrong; the message names it, and what it can be */
                400: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
                /** @description A key is missing or wrong */
                401: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
                /** @description No such model; near names are suggested */
                404: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
                /** @description The body stopped arriving */
                408: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
                /** @description A limit was passed; the message names it */
                413: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
                /** @description Neither sound nor video; the message names what it is */
                415: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
                /** @description No target can be asked for this; the message says why, target by target */
                422: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
                /** @description Every target's rate limit is reached (see Retry-After) */
                429: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
                /** @description No target answered; `tried` names the calls that failed and why */
                503: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
            };
        };
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/audio/translations": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Writes down in English what is said in a recording. */
        post: {
            parameters: {
                query?: never;
                header?: never;
                path?: never;
                cookie?: never;
            };
            /** @description As for /v1/audio/transcriptions; `language` is what is spoken */
            requestBody: {
                content: {
                    "multipart/form-data": Record<string, never>;
                };
            };
            responses: {
                /** @description The words in English, in the form that was asked for */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": Record<string, never>;
                        "text/event-stream": string;
                        "text/plain": string;
                    };
                };
                /** @description A field is wrong; the message names it, and what it can be */
                400: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
                /** @description A key is missing or wrong */
                401: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
                /** @description No such model; near names are suggested */
                404: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
                /** @description The body stopped arriving */
                408: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
                /** @description A limit was passed; the message names it */
                413: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
                /** @description Neither sound nor video; the message names what it is */
                415: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
                /** @description No target can be asked for this; the message says why, target by target */
                422: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
                /** @description Every target's rate limit is reached (see Retry-After) */
                429: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
                /** @description No target answered; `tried` names the calls that failed and why */
                503: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
            };
        };
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/audio/voices": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Lists the voices of all targets that speak. */
        get: {
            parameters: {
                query?: never;
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description The voices; OpenAI's names work on every target besides */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["VoiceList"];
                    };
                };
            };
        };
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/capabilities": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** The capability matrix: what every target accepts and does. */
        get: {
            parameters: {
                query?: never;
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["CapabilityList"];
                    };
                };
            };
        };
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/capabilities/summary": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** How many targets do what. */
        get: {
            parameters: {
                query?: never;
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["CapabilitySummary"];
                    };
                };
            };
        };
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/chat/completions": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Answers a conversation. */
        post: {
            parameters: {
                query?: never;
                header?: {
                    /** @description true: it may cost, where routing.confirm_paid asks */
                    "X-Mediary-Allow-Paid"?: boolean | null;
                    /** @description true: a text that breaks off goes on at another target */
                    "X-Mediary-Continue"?: boolean | null;
                    /** @description free: only targets that are known to be free; free_first: those before all others */
                    "X-Mediary-Cost"?: string | null;
                    /** @description local: nothing leaves this machine */
                    "X-Mediary-Privacy"?: string | null;
                    /** @description only these providers, by commas */
                    "X-Mediary-Provider"?: string | null;
                    /** @description true: parts go as they are or not at all */
                    "X-Mediary-Strict"?: boolean | null;
                    /** @description a tier, where `model` is empty (also X-Willaku-Tier) */
                    "X-Mediary-Tier"?: string | null;
                };
                path?: never;
                cookie?: never;
            };
            /** @description OpenAI's request; `model` may be a model, a tier or `provider/model`. Parts may be text, image_url, input_audio, video_url, document_url or file */
            requestBody: {
                content: {
                    "application/json": Record<string, never>;
                };
            };
            responses: {
                /** @description OpenAI's answer, or its chunks as server-sent events. `X-Routed-Via` names the target, `X-Fallback-Attempts` how many calls failed before, `X-Mediary-Treatments` what was done to parts, `X-Mediary-Dropped` which parameters the target lacks, `X-Mediary-Cost-USD` and `X-Mediary-Cost-Items` what it cost (in a stream a comment before its end) */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": Record<string, never>;
                    };
                };
                /** @description A field is wrong, or the request is too long, or is refused */
                400: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
                /** @description A key is missing or wrong */
                401: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
                /** @description No such model; near names are suggested */
                404: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
                /** @description A limit was passed; the message names it */
                413: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
                /** @description No target can be given a part, or honours a parameter */
                422: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
                /** @description Every target's rate limit is reached (see Retry-After) */
                429: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
                /** @description No target answered, or no provider is set up; `tried` names the calls that failed and why */
                503: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
            };
        };
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/completions": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Goes on with prompts, in OpenAI's older words. */
        post: {
            parameters: {
                query?: never;
                header?: {
                    /** @description free: only targets that are known to be free */
                    "X-Mediary-Cost"?: string | null;
                    /** @description local: nothing leaves this machine */
                    "X-Mediary-Privacy"?: string | null;
                    /** @description only these providers, by commas */
                    "X-Mediary-Provider"?: string | null;
                };
                path?: never;
                cookie?: never;
            };
            /** @description OpenAI's request: `model`, `prompt` (a text, texts, tokens, or lists of tokens), `suffix`, `echo`, `n`, `best_of`, `logprobs`, sampling, `stream`. Targets whose `tasks` have `completion` go first; those that only chat get each prompt as a chat, where nothing is lost by that */
            requestBody: {
                content: {
                    "application/json": Record<string, never>;
                };
            };
            responses: {
                /** @description OpenAI's answer, or its chunks as server-sent events */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": Record<string, never>;
                    };
                };
                /** @description A field is wrong, the request is too long or refused, or no target has words for a field */
                400: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
                /** @description A key is missing or wrong */
                401: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
                /** @description No such model; near names are suggested */
                404: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
                /** @description No target honours a parameter */
                422: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
                /** @description Every target's rate limit is reached (see Retry-After) */
                429: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
                /** @description No target answered; `tried` names the calls that failed and why */
                503: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
            };
        };
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/embeddings": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Turns texts into vectors. */
        post: {
            parameters: {
                query?: never;
                header?: {
                    /** @description true: it may cost, where routing.confirm_paid asks */
                    "X-Mediary-Allow-Paid"?: boolean | null;
                    /** @description free: only targets that are known to be free; free_first: those before all others */
                    "X-Mediary-Cost"?: string | null;
                    /** @description local: nothing leaves this machine */
                    "X-Mediary-Privacy"?: string | null;
                    /** @description only these providers, by commas */
                    "X-Mediary-Provider"?: string | null;
                };
                path?: never;
                cookie?: never;
            };
            /** @description OpenAI's request: `model`, `input` (a text, texts, tokens, or lists of tokens), `encoding_format` (float or base64), `dimensions` */
            requestBody: {
                content: {
                    "application/json": Record<string, never>;
                };
            };
            responses: {
                /** @description OpenAI's answer; a request falls back only to targets whose vectors are of the same family. `X-Routed-Via` names the target, `X-Mediary-Treatments` that tokens were decoded */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": Record<string, never>;
                    };
                };
                /** @description A field is wrong, or an input is empty or too long */
                400: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
                /** @description A key is missing or wrong */
                401: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
                /** @description No such model; near names are suggested */
                404: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
                /** @description No target gives vectors of so many dimensions */
                422: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
                /** @description Every target's rate limit is reached (see Retry-After) */
                429: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
                /** @description No target answered; `tried` names the calls that failed and why */
                503: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
            };
        };
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/images/edits": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Changes pictures as words say. */
        post: {
            parameters: {
                query?: never;
                header?: never;
                path?: never;
                cookie?: never;
            };
            /** @description OpenAI's form: `image` (also `image[]`, or several), `mask` (transparent, or white on black, where the picture is to be changed), `prompt` and the fields of /v1/images/generations; or the same as JSON with `images: [{"image_url": …}]` and `mask` */
            requestBody: {
                content: {
                    "multipart/form-data": Record<string, never>;
                };
            };
            responses: {
                /** @description OpenAI's answer, or its events */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": Record<string, never>;
                    };
                };
                /** @description A field is wrong, or the content is refused */
                400: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
                /** @description A key is missing or wrong */
                401: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
                /** @description No such model; near names are suggested */
                404: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
                /** @description A limit was passed; the message names it */
                413: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
                /** @description A file is no picture; the message names what it is */
                415: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
                /** @description A picture cannot be read, or no target can be asked */
                422: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
                /** @description Every target's rate limit is reached (see Retry-After) */
                429: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
                /** @description No target made one; `tried` names the calls that failed and why */
                503: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
            };
        };
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/images/generations": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Makes pictures from words. */
        post: {
            parameters: {
                query?: never;
                header?: {
                    /** @description true: it may cost, where routing.confirm_paid asks */
                    "X-Mediary-Allow-Paid"?: boolean | null;
                    /** @description free: only targets that are known to be free; free_first: those before all others */
                    "X-Mediary-Cost"?: string | null;
                    /** @description local: nothing leaves this machine */
                    "X-Mediary-Privacy"?: string | null;
                    /** @description only these providers, by commas */
                    "X-Mediary-Provider"?: string | null;
                    /** @description true: the size that was asked for is made, not made to fit */
                    "X-Mediary-Strict"?: boolean | null;
                };
                path?: never;
                cookie?: never;
            };
            /** @description OpenAI's request, as JSON or as a form: `prompt`, `model` (a target, or auto), `n` (1 to 10), `size` (1024x1024, or auto), `aspect_ratio` (16:9), `quality`, `style`, `background`, `output_format` (png, jpeg, webp), `output_compression`, `response_format` (b64_json or url), `seed`, `stream`, `partial_images`, `user` */
            requestBody: {
                content: {
                    "application/json": Record<string, never>;
                };
            };
            responses: {
                /** @description OpenAI's answer, or its events. `X-Routed-Via` names the target, `X-Mediary-Treatments` a size or a format that was made to fit, `X-Mediary-Dropped` what the target lacks */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": Record<string, never>;
                    };
                };
                /** @description A field is wrong, or the content is refused */
                400: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
                /** @description A key is missing or wrong */
                401: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
                /** @description No such model; near names are suggested */
                404: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
                /** @description A limit was passed; the message names it */
                413: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
                /** @description A file of the form is no picture; the message names what it is */
                415: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
                /** @description No target honours a parameter */
                422: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
                /** @description Every target's rate limit is reached (see Retry-After) */
                429: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
                /** @description No target made one; `tried` names the calls that failed and why */
                503: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
            };
        };
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/images/variations": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Makes variations of a picture. */
        post: {
            parameters: {
                query?: never;
                header?: never;
                path?: never;
                cookie?: never;
            };
            /** @description OpenAI's form: `image`, `model`, `n`, `size`, `response_format`; any target that edits pictures makes variations */
            requestBody: {
                content: {
                    "multipart/form-data": Record<string, never>;
                };
            };
            responses: {
                /** @description OpenAI's answer */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": Record<string, never>;
                    };
                };
                /** @description A field is wrong, or the content is refused */
                400: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
                /** @description A key is missing or wrong */
                401: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
                /** @description No such model; near names are suggested */
                404: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
                /** @description A limit was passed; the message names it */
                413: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
                /** @description The file is no picture; the message names what it is */
                415: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
                /** @description The picture cannot be read, or no target can be asked */
                422: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
                /** @description Every target's rate limit is reached (see Retry-After) */
                429: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
                /** @description No target made one; `tried` names the calls that failed and why */
                503: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
            };
        };
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/interpret": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Describes a picture. */
        post: {
            parameters: {
                query?: never;
                header?: {
                    /** @description true: it may cost, where routing.confirm_paid asks */
                    "X-Mediary-Allow-Paid"?: boolean | null;
                    /** @description free: only targets that are known to be free; free_first: those before all others */
                    "X-Mediary-Cost"?: string | null;
                    /** @description local: nothing leaves this machine */
                    "X-Mediary-Privacy"?: string | null;
                    /** @description only these providers, by commas */
                    "X-Mediary-Provider"?: string | null;
                };
                path?: never;
                cookie?: never;
            };
            /** @description `image_data` (base64, a data URL or an address), `model` (else the tier vision), `prompt` (else a description is asked for) */
            requestBody: {
                content: {
                    "application/json": Record<string, never>;
                };
            };
            responses: {
                /** @description `{description, model}`. `X-Routed-Via` names the target */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": Record<string, never>;
                    };
                };
                /** @description A field is wrong, or these bytes are no picture */
                400: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
                /** @description A key is missing or wrong */
                401: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
                /** @description No such model; near names are suggested */
                404: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
                /** @description A limit was passed; the message names it */
                413: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
                /** @description No target can be given the picture */
                422: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
                /** @description Every target's rate limit is reached (see Retry-After) */
                429: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
                /** @description No target answered; `tried` names the calls that failed and why */
                503: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
            };
        };
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/messages": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Answers a conversation, in Anthropic's words. */
        post: {
            parameters: {
                query?: never;
                header?: {
                    /** @description true: it may cost, where routing.confirm_paid asks */
                    "X-Mediary-Allow-Paid"?: boolean | null;
                    /** @description free: only targets that are known to be free; free_first: those before all others */
                    "X-Mediary-Cost"?: string | null;
                    /** @description local: nothing leaves this machine */
                    "X-Mediary-Privacy"?: string | null;
                    /** @description only these providers, by commas */
                    "X-Mediary-Provider"?: string | null;
                    /** @description true: parts go as they are or not at all */
                    "X-Mediary-Strict"?: boolean | null;
                    /** @description a tier, where `model` is empty */
                    "X-Mediary-Tier"?: string | null;
                };
                path?: never;
                cookie?: never;
            };
            /** @description Anthropic's request: `messages` with text, image, document, search_result, tool_use, tool_result and thinking blocks, `system`, `tools`. `model` may be a model, a tier, `provider/model`, or a model of Anthropic's that is not set up here: then a tier stands in for it. Any target answers; what only Anthropic has goes to Anthropic and is named in `X-Mediary-Dropped` elsewhere */
            requestBody: {
                content: {
                    "application/json": Record<string, never>;
                };
            };
            responses: {
                /** @description Anthropic's message, or its events */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": Record<string, never>;
                    };
                };
                /** @description A field is wrong, the request is too long or refused, or it needs a tool that no target runs */
                400: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["MessagesErrorBody"];
                    };
                };
                /** @description A key is missing or wrong */
                401: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["MessagesErrorBody"];
                    };
                };
                /** @description No such model; near names are suggested */
                404: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["MessagesErrorBody"];
                    };
                };
                /** @description A limit was passed; the message names it */
                413: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["MessagesErrorBody"];
                    };
                };
                /** @description No target can be given a block, or honours a parameter */
                422: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["MessagesErrorBody"];
                    };
                };
                /** @description Every target's rate limit is reached (see Retry-After) */
                429: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["MessagesErrorBody"];
                    };
                };
                /** @description No target answered, or no provider is set up */
                529: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["MessagesErrorBody"];
                    };
                };
            };
        };
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/messages/count_tokens": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Counts the tokens of a conversation, in Anthropic's words. */
        post: {
            parameters: {
                query?: never;
                header?: never;
                path?: never;
                cookie?: never;
            };
            /** @description A request of /v1/messages; `max_tokens` may be missing */
            requestBody: {
                content: {
                    "application/json": Record<string, never>;
                };
            };
            responses: {
                /** @description The count of the target that would answer, where it counts; else one made here, with `X-Mediary-Count: estimated` */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["TokenCount"];
                    };
                };
                /** @description A field is wrong */
                400: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["MessagesErrorBody"];
                    };
                };
                /** @description A key is missing or wrong */
                401: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["MessagesErrorBody"];
                    };
                };
                /** @description No such model; near names are suggested */
                404: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["MessagesErrorBody"];
                    };
                };
                /** @description A limit was passed; the message names it */
                413: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["MessagesErrorBody"];
                    };
                };
            };
        };
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/models": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Lists the tiers, models and engines there are, with their abilities. */
        get: {
            parameters: {
                query?: {
                    /** @description A task (`chat`, `ocr`, …), an ability (`tools`, `reasoning`, `structured_output`, `streaming`, `logprobs`, `vision`) or a tier. */
                    capability?: string;
                    /** @description A medium it reads: text, image, document, audio, video. */
                    modality?: string;
                    /** @description `free`, `paid`, `unknown` or `local`. */
                    pricing?: string;
                    /** @description Whose models. */
                    provider?: string;
                    /** @description A piece of the id or description. */
                    search?: string;
                    /** @description `id`, `context` (largest first) or `price` (cheapest first); as listed, if left out. */
                    sort?: string;
                };
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ModelList"];
                    };
                };
                /** @description A filter has a value it cannot have */
                400: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
            };
        };
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/models/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** One model and its abilities. The id's slashes may be sent as they are. */
        get: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    /**
                     * @description The model's id
                     * @example local/paddleocr:fast
                     */
                    id: string;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["Model"];
                    };
                };
                /** @description No such model; near names are suggested */
                404: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
            };
        };
        put?: never;
        /** Answers a conversation, counts or embeds it, in Google's words. */
        post: {
            parameters: {
                query?: {
                    /** @description `sse`: a stream comes as server-sent events, else as one array */
                    alt?: string;
                    /** @description a key of this server, where the client sends it here */
                    key?: string;
                };
                header?: {
                    /** @description free: only targets that are known to be free */
                    "X-Mediary-Cost"?: string | null;
                    /** @description local: nothing leaves this machine */
                    "X-Mediary-Privacy"?: string | null;
                    /** @description only these providers, by commas */
                    "X-Mediary-Provider"?: string | null;
                    /** @description true: parts go as they are or not at all */
                    "X-Mediary-Strict"?: boolean | null;
                };
                path: {
                    /**
                     * @description The model, a colon and the method: `MODEL:generateContent`, `MODEL:streamGenerateContent`, `MODEL:countTokens`, `MODEL:embedContent`, `MODEL:batchEmbedContents`. The model may be a model, a tier or `provider/model`; its slashes may be sent as they are
                     * @example auto:generateContent
                     */
                    id: string;
                };
                cookie?: never;
            };
            /** @description Google's request: `contents` with text, inlineData, fileData (an address), functionCall and functionResponse parts, `systemInstruction`, `tools`, `toolConfig`, `generationConfig`, `safetySettings`. Any target answers; what only Gemini has goes to Gemini and is named in `X-Mediary-Dropped` elsewhere. To embed: `content`, or `requests`, with `outputDimensionality`. To count: the same as to answer, or `generateContentRequest` */
            requestBody: {
                content: {
                    "application/json": Record<string, never>;
                };
            };
            responses: {
                /** @description Google's answer, its chunks, the vectors, or the count, with `X-Mediary-Count: estimated` where it was made here */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": Record<string, never>;
                    };
                };
                /** @description A field is wrong, the request is too long or refused, or it needs a tool that no target runs */
                400: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["GeminiErrorBody"];
                    };
                };
                /** @description A key is missing or wrong */
                401: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["GeminiErrorBody"];
                    };
                };
                /** @description No such model or method; near names are suggested */
                404: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["GeminiErrorBody"];
                    };
                };
                /** @description A limit was passed; the message names it */
                413: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["GeminiErrorBody"];
                    };
                };
                /** @description No target can be given a part, or honours a parameter */
                422: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["GeminiErrorBody"];
                    };
                };
                /** @description Every target's rate limit is reached (see Retry-After) */
                429: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["GeminiErrorBody"];
                    };
                };
                /** @description No target answered, or no provider is set up */
                503: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["GeminiErrorBody"];
                    };
                };
            };
        };
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/models/verify": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Tries models, and writes down what is true of them.
         * @description Each model that is selected is sent a tiny request for each thing that it is said to do, through the same loop as any
         *     other request, within the same bounds of privacy and cost. Only models that are free are tried unless `paid` is true.
         *     What was found, with its day, is shown by `/v1/capabilities` and heeded by plans. A model that fails in kind is put into
         *     quarantine.
         */
        post: {
            parameters: {
                query?: never;
                header?: {
                    /** @description true: it may cost, where routing.confirm_paid asks */
                    "X-Mediary-Allow-Paid"?: boolean | null;
                    /** @description free: only targets that are known to be free */
                    "X-Mediary-Cost"?: string | null;
                    /** @description local: nothing leaves this machine */
                    "X-Mediary-Privacy"?: string | null;
                    /** @description only these providers, by commas */
                    "X-Mediary-Provider"?: string | null;
                };
                path?: never;
                cookie?: never;
            };
            /** @description What is to be tried; nothing, for all that is free */
            requestBody: {
                content: {
                    "application/json": components["schemas"]["VerifyFields"];
                };
            };
            responses: {
                /** @description What was found. With `stream`: an event `step` with the data of a step for each, then `done` with the rest */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["VerifiedBody"];
                        "text/event-stream": components["schemas"]["StepBody"];
                    };
                };
                /** @description A field is wrong */
                400: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
                /** @description A key is missing or wrong */
                401: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
                /** @description No such provider or target, or nothing to go on with */
                404: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
                /** @description Another verification is under way */
                409: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
                /** @description What is found cannot be kept */
                503: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
            };
        };
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/moderations": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Judges texts and pictures. */
        post: {
            parameters: {
                query?: never;
                header?: {
                    /** @description true: it may cost, where routing.confirm_paid asks */
                    "X-Mediary-Allow-Paid"?: boolean | null;
                    /** @description free: only targets that are known to be free; free_first: those before all others */
                    "X-Mediary-Cost"?: string | null;
                    /** @description local: nothing leaves this machine */
                    "X-Mediary-Privacy"?: string | null;
                    /** @description only these providers, by commas */
                    "X-Mediary-Provider"?: string | null;
                };
                path?: never;
                cookie?: never;
            };
            /** @description OpenAI's request: `model`, `input` (a text, texts, or parts of type text and image_url that are judged together) */
            requestBody: {
                content: {
                    "application/json": Record<string, never>;
                };
            };
            responses: {
                /** @description OpenAI's answer: `results` with `flagged`, `categories` and `category_scores`, which have the names that the target gives them */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": Record<string, never>;
                    };
                };
                /** @description A field is wrong, or an input is empty */
                400: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
                /** @description A key is missing or wrong */
                401: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
                /** @description No such model; near names are suggested */
                404: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
                /** @description No target judges pictures */
                422: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
                /** @description Every target's rate limit is reached (see Retry-After) */
                429: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
                /** @description No target answered, or none judges; `tried` names the calls that failed */
                503: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
            };
        };
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/ocr": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Reads one document, in the format of Mistral's OCR. */
        post: {
            parameters: {
                query?: never;
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody: {
                content: {
                    "application/json": components["schemas"]["OcrRequest"];
                };
            };
            responses: {
                /** @description The pages; the header X-Mediary-Status says how reading went (`no_text`: there is ink and no text was found in it), X-Mediary-Dropped names fields that changed nothing */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["OcrResponse"];
                    };
                };
                /** @description A field is wrong, or the address may not be fetched or has nothing */
                400: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["MistralError"];
                    };
                };
                /** @description A key is missing or wrong */
                401: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["MistralError"];
                    };
                };
                /** @description A foreign Origin or Host */
                403: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["MistralError"];
                    };
                };
                /** @description There is no such model */
                404: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["MistralError"];
                    };
                };
                /** @description The body stopped arriving */
                408: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["MistralError"];
                    };
                };
                /** @description A limit was passed; the message names it */
                413: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["MistralError"];
                    };
                };
                /** @description Not a document, picture or text; the message names what it is */
                415: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["MistralError"];
                    };
                };
                /** @description Encrypted, damaged or without pages */
                422: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["MistralError"];
                    };
                };
                /** @description A fault of Mediary's own */
                500: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["MistralError"];
                    };
                };
                /** @description The document's server cannot be reached, or fails */
                502: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["MistralError"];
                    };
                };
                /** @description Busy (see Retry-After), or something is not installed */
                503: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["MistralError"];
                    };
                };
                /** @description A page, or the document's server, took longer than its limit */
                504: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["MistralError"];
                    };
                };
            };
        };
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/ocr/images/{id}/{page}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** A page of a reading: with what was read outlined as PNG, or as it was sent as JPEG. */
        get: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    /** @description the id of an answer to `POST /v1/ocr/process` with output=image or pictures=true */
                    id: string;
                    /** @description place in the document, from 0 */
                    page: number;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description The picture */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "image/jpeg": number[];
                        "image/png": number[];
                    };
                };
                /** @description A key is missing or wrong */
                401: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
                /** @description There is no such picture, or none any more */
                404: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
            };
        };
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/ocr/process": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Reads documents: PDFs, files of an office (docx, xlsx, pptx, odt, ods, odp, rtf, epub, html, eml, msg, csv), archives of
         *     such (zip), pictures and text files.
         */
        post: {
            parameters: {
                query?: {
                    /** @description false: read anew even if these bytes were read before */
                    cache?: boolean;
                    /** @description none (default), lines or words */
                    detail?: string;
                    /** @description resolution for rendering pages, 30 to 600 */
                    dpi?: number;
                    /** @description auto, local or a target such as local/paddleocr:fast */
                    engine?: string;
                    /** @description read pixels even where there is text */
                    force_ocr?: boolean;
                    /** @description markdown (default), text, json, hocr, alto, pdf (searchable) or image (links to pictures of the pages with what was read outlined) */
                    output?: string;
                    /** @description pages counted from 1: 1-3,7 */
                    pages?: string;
                    /** @description true: pages of PDFs and pictures link to a picture of themselves (`image_url`), kept for an hour */
                    pictures?: boolean;
                    /** @description true: an event `page` for each finished page, then `done` */
                    stream?: boolean;
                    /** @description never read pixels */
                    text_layer_only?: boolean;
                };
                header?: {
                    /** @description local: no page leaves this machine */
                    "X-Mediary-Privacy"?: string | null;
                };
                path?: never;
                cookie?: never;
            };
            /** @description multipart with one `file` or several and the fields, JSON with `file_data`, or the file itself */
            requestBody: {
                content: {
                    "application/json": components["schemas"]["JsonRequest"];
                    "application/octet-stream": number[];
                    "application/pdf": number[];
                    "multipart/form-data": number[];
                };
            };
            responses: {
                /** @description The text; a `ReadingList` for several files; bare text if `Accept` prefers it */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ReadingBody"];
                    };
                };
                /** @description A field is wrong */
                400: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
                /** @description A key is missing or wrong */
                401: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
                /** @description A foreign Origin or Host */
                403: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
                /** @description There is no such engine */
                404: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
                /** @description The body stopped arriving */
                408: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
                /** @description A limit was passed; the message names it */
                413: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
                /** @description Not a document, picture or text; the message names what it is */
                415: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
                /** @description Encrypted, damaged or without pages */
                422: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
                /** @description A fault of Mediary's own */
                500: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
                /** @description Busy (see Retry-After), or something is not installed */
                503: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
                /** @description A page took longer than its limit */
                504: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
            };
        };
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/plan": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Shows the plan for a request. */
        post: {
            parameters: {
                query?: never;
                header?: never;
                path?: never;
                cookie?: never;
            };
            /** @description A request of /v1/chat/completions, with the same headers; or `{"endpoint": "/v1/embeddings", "request": {…}}` for another route: /v1/embeddings, /v1/rerank, /v1/moderations, /v1/messages, /v1/responses, /v1beta/models/MODEL:generateContent, /api/chat, /v1/ocr, /v1/ocr/process, /v1/images/generations, /v1/images/edits, /v1/images/variations (pictures as JSON: `images`), /v1/videos, /v1/audio/transcriptions, /v1/audio/translations (files as JSON: `file_data`, base64 or a data URL), /v1/audio/speech */
            requestBody: {
                content: {
                    "application/json": Record<string, never>;
                };
            };
            responses: {
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["PlanBody"];
                    };
                };
                /** @description A field is wrong */
                400: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
                /** @description No such model or route; near names are suggested */
                404: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
                /** @description No target can be given a part, or honours a parameter */
                422: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
                /** @description No provider is set up, or all targets cool down */
                503: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
            };
        };
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/providers": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** The providers, on and off. */
        get: {
            parameters: {
                query?: never;
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ProviderList"];
                    };
                };
            };
        };
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/quarantines": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** The models that are kept out of plans since a probe found that they do not work. */
        get: {
            parameters: {
                query?: never;
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["Quarantines"];
                    };
                };
            };
        };
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/quarantines/{target}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post?: never;
        /** Ends a model's quarantine, and forgets what was refuted of it. */
        delete: {
            parameters: {
                query?: {
                    /** @description Whether there is quota or credit again, where the quarantine is for that. */
                    confirm?: boolean;
                };
                header?: never;
                path: {
                    /**
                     * @description the model
                     * @example groq/openai/gpt-oss-20b
                     */
                    target: string;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["Released"];
                    };
                };
                /** @description The name or the query is malformed */
                400: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
                /** @description A key is missing or wrong */
                401: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
                /** @description It is in no quarantine */
                404: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
                /** @description It is for spent quota or credit; say confirm=true when there is some again */
                409: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
                /** @description What is found cannot be kept */
                503: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
            };
        };
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/registry/refresh": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Looks at the providers' lists of models and says what changed.
         * @description Asks every provider that is on and has a list, with its own key, and spends nothing. A provider that does not answer
         *     keeps the models it is known to have.
         */
        post: {
            parameters: {
                query?: never;
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["Refreshed"];
                    };
                };
            };
        };
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/rerank": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Ranks documents by a query. */
        post: {
            parameters: {
                query?: never;
                header?: {
                    /** @description true: it may cost, where routing.confirm_paid asks */
                    "X-Mediary-Allow-Paid"?: boolean | null;
                    /** @description free: only targets that are known to be free; free_first: those before all others */
                    "X-Mediary-Cost"?: string | null;
                    /** @description local: nothing leaves this machine */
                    "X-Mediary-Privacy"?: string | null;
                    /** @description only these providers, by commas */
                    "X-Mediary-Provider"?: string | null;
                };
                path?: never;
                cookie?: never;
            };
            /** @description Cohere's or Jina's request: `model`, `query`, `documents` (texts, or objects with `text`), `top_n`, `return_documents` */
            requestBody: {
                content: {
                    "application/json": Record<string, never>;
                };
            };
            responses: {
                /** @description The best documents in order: `results` with `index` and `relevance_score`. Where no target ranks, vectors of this machine stand in, and `approximation` says so */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": Record<string, never>;
                    };
                };
                /** @description A field is wrong, or a document is too long */
                400: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
                /** @description A key is missing or wrong */
                401: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
                /** @description No such model; near names are suggested */
                404: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
                /** @description Every target's rate limit is reached (see Retry-After) */
                429: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
                /** @description No target answered, or none ranks; `tried` names the calls that failed */
                503: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
            };
        };
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/responses": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Answers a conversation, in the words of the Responses API. */
        post: {
            parameters: {
                query?: never;
                header?: {
                    /** @description true: it may cost, where routing.confirm_paid asks */
                    "X-Mediary-Allow-Paid"?: boolean | null;
                    /** @description free: only targets that are known to be free; free_first: those before all others */
                    "X-Mediary-Cost"?: string | null;
                    /** @description local: nothing leaves this machine */
                    "X-Mediary-Privacy"?: string | null;
                    /** @description only these providers, by commas */
                    "X-Mediary-Provider"?: string | null;
                    /** @description true: parts go as they are or not at all */
                    "X-Mediary-Strict"?: boolean | null;
                    /** @description a tier, where `model` is empty */
                    "X-Mediary-Tier"?: string | null;
                };
                path?: never;
                cookie?: never;
            };
            /** @description OpenAI's request: `input` (a text, or items: messages with input_text, input_image, input_file and input_audio, function_call, function_call_output, custom_tool_call, reasoning), `instructions`, `tools`, `text.format`, `reasoning`. `previous_response_id` goes on with a response that was kept; `background` answers while the client looks at it from time to time */
            requestBody: {
                content: {
                    "application/json": Record<string, never>;
                };
            };
            responses: {
                /** @description The response, or its events */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": Record<string, never>;
                    };
                };
                /** @description A field is wrong, the request is too long or refused, or it needs a tool that no target runs */
                400: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
                /** @description A key is missing or wrong */
                401: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
                /** @description No such model, or no such response with this key */
                404: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
                /** @description A limit was passed; the message names it */
                413: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
                /** @description No target can be given a part, or honours a parameter */
                422: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
                /** @description Every target's rate limit is reached (see Retry-After) */
                429: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
                /** @description No target answered, or responses cannot be kept */
                503: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
            };
        };
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/responses/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** A response that was kept. */
        get: {
            parameters: {
                query?: {
                    /** @description the number of the last event that the client has */
                    starting_after?: number;
                    /** @description true: its events, as they come where it is answered in the background */
                    stream?: boolean;
                };
                header?: never;
                path: {
                    /** @description the response's id */
                    id: string;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description The response as it stands, or its events */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": Record<string, never>;
                    };
                };
                /** @description A parameter is wrong */
                400: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
                /** @description A key is missing or wrong */
                401: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
                /** @description There is no such response with this key */
                404: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
                /** @description Responses cannot be kept */
                503: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
            };
        };
        put?: never;
        post?: never;
        /** Forgets a response; one that is being answered in the background ends. */
        delete: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    /** @description the response's id */
                    id: string;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description It is removed */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": Record<string, never>;
                    };
                };
                /** @description A key is missing or wrong */
                401: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
                /** @description There is no such response with this key */
                404: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
                /** @description Responses cannot be kept */
                503: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
            };
        };
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/responses/{id}/cancel": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Gives up a response that is answered in the background. */
        post: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    /** @description the response's id */
                    id: string;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description The response: cancelled, or as it had ended before */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": Record<string, never>;
                    };
                };
                /** @description It is not answered in the background */
                400: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
                /** @description A key is missing or wrong */
                401: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
                /** @description There is no such response with this key */
                404: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
                /** @description Responses cannot be kept */
                503: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
            };
        };
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/responses/{id}/input_items": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** The items of the conversation that a response answers. */
        get: {
            parameters: {
                query?: {
                    /** @description the id of the item before: for the next page */
                    after?: string;
                    /** @description 1 to 100; 20 unless it is said */
                    limit?: number;
                    /** @description desc or asc */
                    order?: string;
                };
                header?: never;
                path: {
                    /** @description the response's id */
                    id: string;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description The items, the last of them first unless `order` is asc */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": Record<string, never>;
                    };
                };
                /** @description A parameter is wrong */
                400: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
                /** @description A key is missing or wrong */
                401: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
                /** @description There is no such response with this key */
                404: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
                /** @description Responses cannot be kept */
                503: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
            };
        };
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/responses/compact": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Refuses to make a conversation shorter, which is done at OpenAI in cipher. */
        post: {
            parameters: {
                query?: never;
                header?: never;
                path?: never;
                cookie?: never;
            };
            /** @description A conversation */
            requestBody: {
                content: {
                    "application/json": Record<string, never>;
                };
            };
            responses: {
                /** @description A key is missing or wrong */
                401: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
                /** @description Always; the message says what to do instead */
                501: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
            };
        };
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/responses/input_tokens": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Counts the tokens of a request, in the words of the Responses API. */
        post: {
            parameters: {
                query?: never;
                header?: never;
                path?: never;
                cookie?: never;
            };
            /** @description A request of /v1/responses */
            requestBody: {
                content: {
                    "application/json": Record<string, never>;
                };
            };
            responses: {
                /** @description The count of the target that would answer, where it counts; else one made here, with `X-Mediary-Count: estimated` */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["InputTokens"];
                    };
                };
                /** @description A field is wrong */
                400: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
                /** @description A key is missing or wrong */
                401: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
                /** @description No such model, or no such response with this key */
                404: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
                /** @description A limit was passed; the message names it */
                413: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
            };
        };
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/routing/explain": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Shows the plan for a request. */
        post: {
            parameters: {
                query?: never;
                header?: never;
                path?: never;
                cookie?: never;
            };
            /** @description A request of /v1/chat/completions, with the same headers; or `{"endpoint": "/v1/embeddings", "request": {…}}` for another route: /v1/embeddings, /v1/rerank, /v1/moderations, /v1/messages, /v1/responses, /v1beta/models/MODEL:generateContent, /api/chat, /v1/ocr, /v1/ocr/process, /v1/images/generations, /v1/images/edits, /v1/images/variations (pictures as JSON: `images`), /v1/videos, /v1/audio/transcriptions, /v1/audio/translations (files as JSON: `file_data`, base64 or a data URL), /v1/audio/speech */
            requestBody: {
                content: {
                    "application/json": Record<string, never>;
                };
            };
            responses: {
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["PlanBody"];
                    };
                };
                /** @description A field is wrong */
                400: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
                /** @description No such model or route; near names are suggested */
                404: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
                /** @description No target can be given a part, or honours a parameter */
                422: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
                /** @description No provider is set up, or all targets cool down */
                503: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
            };
        };
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/routing/profiles": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** The tiers and the targets that serve them. */
        get: {
            parameters: {
                query?: never;
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["Profiles"];
                    };
                };
            };
        };
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/stats": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** How every target that was called has been doing. */
        get: {
            parameters: {
                query?: never;
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["Stats"];
                    };
                };
            };
        };
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/tts": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** The predecessors' name for it. */
        post: {
            parameters: {
                query?: never;
                header?: never;
                path?: never;
                cookie?: never;
            };
            /** @description As for /v1/audio/speech */
            requestBody: {
                content: {
                    "application/json": components["schemas"]["SpeechFields"];
                };
            };
            responses: {
                /** @description The sound as it is made, in the form that was asked for */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "audio/aac": number[];
                        "audio/flac": number[];
                        "audio/mpeg": number[];
                        "audio/ogg": number[];
                        "audio/pcm": number[];
                        "audio/wav": number[];
                        "text/event-stream": string;
                    };
                };
                /** @description A field is wrong; the message names it, and what it can be */
                400: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
                /** @description A key is missing or wrong */
                401: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
                /** @description No such model; near names are suggested */
                404: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
                /** @description No target can be asked for this; the message says why, target by target */
                422: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
                /** @description Every target's rate limit is reached (see Retry-After) */
                429: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
                /** @description No target answered; `tried` names the calls that failed and why */
                503: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
            };
        };
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/videos": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Lists the jobs of this key, the newest first. */
        get: {
            parameters: {
                query?: {
                    /** @description the id of the job before: for the next page */
                    after?: string;
                    /** @description 1 to 100; 20 unless it is said */
                    limit?: number;
                    /** @description desc or asc */
                    order?: string;
                };
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description The jobs, as OpenAI lists them */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": Record<string, never>;
                    };
                };
                /** @description A parameter is wrong */
                400: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
                /** @description A key is missing or wrong */
                401: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
                /** @description Jobs cannot be kept */
                503: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
            };
        };
        put?: never;
        /** Asks for a video. The answer is a job; look at it until it is completed. */
        post: {
            parameters: {
                query?: never;
                header?: {
                    /** @description true: it may cost, where routing.confirm_paid asks */
                    "X-Mediary-Allow-Paid"?: boolean | null;
                    /** @description free: only targets that are known to be free; free_first: those before all others */
                    "X-Mediary-Cost"?: string | null;
                    /** @description only these providers, by commas */
                    "X-Mediary-Provider"?: string | null;
                    /** @description true: exactly the length and size that are asked for */
                    "X-Mediary-Strict"?: boolean | null;
                };
                path?: never;
                cookie?: never;
            };
            /** @description OpenAI's request, as JSON or as a form: `prompt`, `model` (a target, or auto), `seconds`, `size` (1280x720) or `aspect_ratio` (16:9) and `resolution` (720p), `audio`, `input_reference` (a picture to start from: a file, a data URL, an address or `{"image_url": …}`); and `webhook_url`, which is called once, signed, when the job has ended */
            requestBody: {
                content: {
                    "application/json": Record<string, never>;
                };
            };
            responses: {
                /** @description The job. `mediary.changed` names what the target makes otherwise than it was asked for, `mediary.tried` the targets that failed */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": Record<string, never>;
                    };
                };
                /** @description A field is wrong */
                400: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
                /** @description A key is missing or wrong */
                401: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
                /** @description No such model; near names are suggested */
                404: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
                /** @description A limit was passed; the message names it */
                413: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
                /** @description The file is no picture; the message names what it is */
                415: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
                /** @description No target starts from a picture, or gives exactly what is asked for */
                422: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
                /** @description No provider is set up that makes videos, or jobs cannot be kept */
                503: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
            };
        };
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/videos/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** A job as it stands. */
        get: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    /** @description the job's id */
                    id: string;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description The job, with its status (queued, in_progress, completed, failed) and progress */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": Record<string, never>;
                    };
                };
                /** @description A key is missing or wrong */
                401: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
                /** @description There is no such job with this key */
                404: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
                /** @description Jobs cannot be kept */
                503: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
            };
        };
        put?: never;
        post?: never;
        /** Ends a job where its provider can, and forgets it. */
        delete: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    /** @description the job's id */
                    id: string;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description It is removed */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": Record<string, never>;
                    };
                };
                /** @description A key is missing or wrong */
                401: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
                /** @description There is no such job with this key */
                404: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
                /** @description Jobs cannot be kept */
                503: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
            };
        };
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/videos/{id}/content": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** The video that a job made. */
        get: {
            parameters: {
                query?: {
                    /** @description video, which is all there is */
                    variant?: string;
                };
                header?: {
                    /** @description one range of bytes */
                    Range?: string | null;
                };
                path: {
                    /** @description the job's id */
                    id: string;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description The video */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "video/mp4": number[];
                    };
                };
                /** @description The range of it that was asked for */
                206: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "video/mp4": number[];
                    };
                };
                /** @description The client has it already */
                304: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content?: never;
                };
                /** @description The job is not completed, or the variant is none */
                400: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
                /** @description A key is missing or wrong */
                401: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
                /** @description There is no such job with this key */
                404: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
                /** @description The video had to make way for others, or its time is over */
                410: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
                /** @description The video has no such bytes */
                416: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
                /** @description Jobs cannot be kept */
                503: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
            };
        };
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/videos/{id}/remix": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Makes a new video of a completed one, where the target that made it can. */
        post: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    /** @description the id of a completed job */
                    id: string;
                };
                cookie?: never;
            };
            /** @description `prompt`: what is to be different */
            requestBody: {
                content: {
                    "application/json": Record<string, never>;
                };
            };
            responses: {
                /** @description The new job */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": Record<string, never>;
                    };
                };
                /** @description A field is wrong, or the job is not completed */
                400: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
                /** @description A key is missing or wrong */
                401: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
                /** @description There is no such job with this key */
                404: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
                /** @description A limit was passed; the message names it */
                413: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
                /** @description The target that made the video cannot remix it */
                422: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
                /** @description Jobs cannot be kept */
                503: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
            };
        };
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/videos/generations": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Asks for a video and waits for it, up to a limit: then the answer is the job as it is, to be looked at later. */
        post: {
            parameters: {
                query?: never;
                header?: never;
                path?: never;
                cookie?: never;
            };
            /** @description As for /v1/videos; and `wait_seconds`, no longer than the server is configured to wait */
            requestBody: {
                content: {
                    "application/json": Record<string, never>;
                };
            };
            responses: {
                /** @description The job, which is completed or has failed; `url` is where the video can be fetched */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": Record<string, never>;
                    };
                };
                /** @description The job, which is still under way */
                202: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": Record<string, never>;
                    };
                };
                /** @description A field is wrong */
                400: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
                /** @description A key is missing or wrong */
                401: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
                /** @description No such model; near names are suggested */
                404: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
                /** @description A limit was passed; the message names it */
                413: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
                /** @description The file is no picture; the message names what it is */
                415: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
                /** @description No target starts from a picture, or gives exactly what is asked for */
                422: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
                /** @description No provider is set up that makes videos, or jobs cannot be kept */
                503: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
            };
        };
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1beta/models": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Lists the models and tiers that chat or embed, in Google's words. */
        get: {
            parameters: {
                query?: {
                    /** @description How many models, 1 to 1000; 50 unless it is said. */
                    pageSize?: number;
                    /** @description Where the page begins: `nextPageToken` of the page before. */
                    pageToken?: string;
                };
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["GoogleModels"];
                    };
                };
                /** @description The page has an impossible size, or begins nowhere */
                400: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["GeminiErrorBody"];
                    };
                };
                /** @description A key is missing or wrong */
                401: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["GeminiErrorBody"];
                    };
                };
            };
        };
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1beta/models/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** One model, in Google's words. The id's slashes may be sent as they are. */
        get: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    /**
                     * @description The model's id
                     * @example auto
                     */
                    id: string;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["GoogleModel"];
                    };
                };
                /** @description A key is missing or wrong */
                401: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["GeminiErrorBody"];
                    };
                };
                /** @description No such model; near names are suggested */
                404: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["GeminiErrorBody"];
                    };
                };
            };
        };
        put?: never;
        /** Answers a conversation, counts or embeds it, in Google's words. */
        post: {
            parameters: {
                query?: {
                    /** @description `sse`: a stream comes as server-sent events, else as one array */
                    alt?: string;
                    /** @description a key of this server, where the client sends it here */
                    key?: string;
                };
                header?: {
                    /** @description free: only targets that are known to be free */
                    "X-Mediary-Cost"?: string | null;
                    /** @description local: nothing leaves this machine */
                    "X-Mediary-Privacy"?: string | null;
                    /** @description only these providers, by commas */
                    "X-Mediary-Provider"?: string | null;
                    /** @description true: parts go as they are or not at all */
                    "X-Mediary-Strict"?: boolean | null;
                };
                path: {
                    /**
                     * @description The model, a colon and the method: `MODEL:generateContent`, `MODEL:streamGenerateContent`, `MODEL:countTokens`, `MODEL:embedContent`, `MODEL:batchEmbedContents`. The model may be a model, a tier or `provider/model`; its slashes may be sent as they are
                     * @example auto:generateContent
                     */
                    id: string;
                };
                cookie?: never;
            };
            /** @description Google's request: `contents` with text, inlineData, fileData (an address), functionCall and functionResponse parts, `systemInstruction`, `tools`, `toolConfig`, `generationConfig`, `safetySettings`. Any target answers; what only Gemini has goes to Gemini and is named in `X-Mediary-Dropped` elsewhere. To embed: `content`, or `requests`, with `outputDimensionality`. To count: the same as to answer, or `generateContentRequest` */
            requestBody: {
                content: {
                    "application/json": Record<string, never>;
                };
            };
            responses: {
                /** @description Google's answer, its chunks, the vectors, or the count, with `X-Mediary-Count: estimated` where it was made here */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": Record<string, never>;
                    };
                };
                /** @description A field is wrong, the request is too long or refused, or it needs a tool that no target runs */
                400: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["GeminiErrorBody"];
                    };
                };
                /** @description A key is missing or wrong */
                401: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["GeminiErrorBody"];
                    };
                };
                /** @description No such model or method; near names are suggested */
                404: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["GeminiErrorBody"];
                    };
                };
                /** @description A limit was passed; the message names it */
                413: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["GeminiErrorBody"];
                    };
                };
                /** @description No target can be given a part, or honours a parameter */
                422: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["GeminiErrorBody"];
                    };
                };
                /** @description Every target's rate limit is reached (see Retry-After) */
                429: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["GeminiErrorBody"];
                    };
                };
                /** @description No target answered, or no provider is set up */
                503: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["GeminiErrorBody"];
                    };
                };
            };
        };
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v2/rerank": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Ranks documents by a query. */
        post: {
            parameters: {
                query?: never;
                header?: {
                    /** @description true: it may cost, where routing.confirm_paid asks */
                    "X-Mediary-Allow-Paid"?: boolean | null;
                    /** @description free: only targets that are known to be free; free_first: those before all others */
                    "X-Mediary-Cost"?: string | null;
                    /** @description local: nothing leaves this machine */
                    "X-Mediary-Privacy"?: string | null;
                    /** @description only these providers, by commas */
                    "X-Mediary-Provider"?: string | null;
                };
                path?: never;
                cookie?: never;
            };
            /** @description Cohere's or Jina's request: `model`, `query`, `documents` (texts, or objects with `text`), `top_n`, `return_documents` */
            requestBody: {
                content: {
                    "application/json": Record<string, never>;
                };
            };
            responses: {
                /** @description The best documents in order: `results` with `index` and `relevance_score`. Where no target ranks, vectors of this machine stand in, and `approximation` says so */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": Record<string, never>;
                    };
                };
                /** @description A field is wrong, or a document is too long */
                400: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
                /** @description A key is missing or wrong */
                401: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
                /** @description No such model; near names are suggested */
                404: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
                /** @description Every target's rate limit is reached (see Retry-After) */
                429: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
                /** @description No target answered, or none ranks; `tried` names the calls that failed */
                503: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
            };
        };
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
}
export type webhooks = Record<string, never>;
export interface components {
    schemas: {
        /** @description How the server stands. */
        AdminHealth: {
            /** @description Keys of clients. */
            client_keys: number;
            /** @description How large files may be, so that a page can say so before it sends one. */
            limits: components["schemas"]["FileLimits"];
            /** @description Whether requests are logged, and how many rows were lost since the start. */
            logs_requests: boolean;
            /** @description Keys of providers that are called, by how they stand. */
            provider_keys: Record<string, never>;
            providers_off: number;
            /** @description Providers that can be called, and those that cannot. */
            providers_on: number;
            /** Format: int64 */
            rows_dropped: number;
            /** @description Targets that cool down. */
            targets_cooling: number;
            /** @description Keys in the store that the master key does not open. */
            undecipherable_keys: number;
            version: string;
            /**
             * Format: int64
             * @description Workers that died with a document open, since the start.
             */
            workers_lost: number;
        };
        /** @description One engine's attempt at some pages, with the same outcome for all of them. */
        AttemptBody: {
            /**
             * Format: int64
             * @description Time spent on all of them.
             */
            duration_ms: number;
            /** @description `text-layer`, or a target. */
            engine: string;
            /** @description `accepted`, `rejected`, `failed` or `skipped`. */
            outcome: string;
            /** @description Which pages, from 0. */
            pages: number[];
            /** @description Why, where that is not plain. */
            reason?: string | null;
        };
        /** @description Lines that belong together. */
        BlockBody: {
            /** @description Left, top, right, bottom, in pixels of the page. */
            bbox: number[];
            /** @description Of a caption: the place of its table among the page's blocks, from 0. */
            caption_of?: number | null;
            /**
             * Format: float
             * @description From 0 to 1; null for a document's own text.
             */
            confidence?: number | null;
            /** @description Of a figure: what the document says of it for those who do not see it. */
            described?: string | null;
            /** @description Of a footnote: the place of the block that refers to it. */
            footnote_of?: number | null;
            /** @description Of a list: its items. */
            items?: components["schemas"]["ItemBody"][] | null;
            /**
             * @description What it is: `text`, `heading`, `list`, `table`, `key_value`, `header`, `footer`, `code`,
             *     `figure` or `note`.
             */
            kind: string;
            /** @description Of a note: by which the text refers to it. */
            label?: string | null;
            /**
             * Format: int32
             * @description Of a heading: from 1, the uppermost.
             */
            level?: number | null;
            /** @description In reading order. */
            lines: components["schemas"]["LineBody"][];
            /** @description Where its text leads, of a document's own links. */
            links?: components["schemas"]["LinkBody"][];
            /** @description Of a table: its entries, row by row. */
            rows?: string[][] | null;
            /** @description Of a table: the entries that take several places, each of which holds their text. */
            spans?: components["schemas"]["SpanBody"][];
        };
        /** @description A target that would be asked. */
        CandidateBody: {
            /**
             * Format: int64
             * @description Seconds that it still cools down after a breakdown; it is asked when no other target is left.
             */
            cooldown_seconds?: number | null;
            /** @description Soft parameters it does not take. */
            dropped: string[];
            /**
             * Format: double
             * @description What it would cost in US dollars if the reply is as long as allowed; null where that is unknown.
             */
            estimated_cost_usd?: number | null;
            /**
             * @description The target.
             * @example gemini/gemini-2.5-flash
             */
            target: string;
            /** @description What would be done to each part. */
            treatments: components["schemas"]["TreatmentBody"][];
        };
        /** @description One flag for each ability. */
        Capabilities: {
            /** @description Whether it hears sound in a chat. */
            audio: boolean;
            /** @description Whether it writes down what is spoken. */
            audio_transcription: boolean;
            /** @description Whether it chats. */
            completion_chat: boolean;
            /** @description Whether it calls functions. */
            function_calling: boolean;
            /** @description Whether it reads documents. */
            ocr: boolean;
            /** @description Whether it thinks before it answers. */
            reasoning: boolean;
            /** @description Whether it sees pictures in a chat. */
            vision: boolean;
        };
        /** @description The capability matrix. */
        CapabilityList: {
            /** @description A row for each target of a provider. */
            data: components["schemas"]["Row"][];
            /** @description Always `list`. */
            object: string;
            /** @description What can become what on the way to a target that does not read it. */
            treatments: components["schemas"]["TreatmentRow"][];
        };
        /** @description How many targets do what. */
        CapabilitySummary: {
            /** @description Targets that chat and read a medium as it is. */
            media: Record<string, never>;
            /** @description Targets of a provider. */
            providers: Record<string, never>;
            /** @description Targets of providers that are on. */
            targets: number;
            /** @description Targets that do a task. */
            tasks: Record<string, never>;
            /** @description Targets that serve a tier. */
            tiers: Record<string, never>;
        };
        /** @description One thing that was checked. */
        Check: {
            /** @description What was found. */
            detail: string;
            /** @description Whether it is as it should be. */
            ok: boolean;
        };
        /** @description A key of a client. The key itself is told once, when it is made. */
        ClientKeyBody: {
            /**
             * Format: int64
             * @description Seconds since 1970.
             */
            created_at: number;
            /** Format: int64 */
            expires_at?: number | null;
            /** @example ck_0123456789ab */
            id: string;
            is_admin: boolean;
            /**
             * @description The key, in the answer that makes it; else its last four characters.
             * @example …cdef
             */
            key: string;
            name: string;
            /**
             * @description What it may do: `requests_per_minute`, `tokens_per_minute`, `requests_at_once`, `day` and `month` (`usd`, `pages`,
             *     `seconds`, `images`), `endpoints`, `tiers`, `targets`, `local_only`, `system_prompt`.
             */
            rules: Record<string, never>;
            /** @description `active`, `disabled` or `expired`. */
            state: string;
            this_month?: components["schemas"]["UsedBody"] | null;
            today?: components["schemas"]["UsedBody"] | null;
        };
        /** @description What is to be different of a key. Rules replace all that were there. */
        ClientKeyChange: {
            /** Format: int64 */
            expires_at?: number | null;
            is_disabled?: boolean | null;
            name?: string | null;
            rules?: Record<string, never> | null;
        };
        /** @description The keys of clients. */
        ClientKeyList: {
            data: components["schemas"]["ClientKeyBody"][];
            /** @description Always `list`. */
            object: string;
        };
        /** @description Something to call. */
        Endpoint: {
            /** @description What it does. */
            description: string;
            /** @description The HTTP method. */
            method: string;
            /** @description The path on this server. */
            path: string;
        };
        /** @description The body of every error. */
        ErrorBody: {
            /** @description What was wrong. */
            error: components["schemas"]["ErrorFields"];
        };
        /** @description What an error says. */
        ErrorFields: {
            /**
             * @description What programs can tell errors apart by.
             * @example file_too_large
             */
            code: string;
            /** @description A sentence that says what was wrong and what to do. */
            message: string;
            /** @description The field that is to blame, when it is one. */
            param?: string | null;
            /** @description The calls that failed, where it took several. */
            tried?: components["schemas"]["TriedBody"][];
            /**
             * @description The family of the error: `invalid_request_error`, `authentication_error`, `permission_error`,
             *     `not_found_error`, `rate_limit_error` or `server_error`.
             */
            type: string;
        };
        /** @description What is claimed of a target, and what was found when it was tried. */
        Evidence: {
            /** @description What it is said to have, and was not tried yet. */
            claimed: string[];
            /** @description What it has, with the day on which that was found. */
            proven: Record<string, never>;
            quarantine?: components["schemas"]["QuarantineBody"] | null;
            /** @description What it is said to have and has not. */
            refuted: Record<string, never>;
        };
        /** @description How large files may be. */
        FileLimits: {
            /** Format: int64 */
            audio_bytes: number;
            /**
             * Format: int64
             * @description One document, and its pages.
             */
            document_bytes: number;
            /** Format: int32 */
            document_pages: number;
            /**
             * Format: int64
             * @description One picture, recording, video or text.
             */
            image_bytes: number;
            /** Format: int64 */
            text_bytes: number;
            /**
             * Format: int64
             * @description A whole request.
             */
            upload_bytes: number;
            /** Format: int64 */
            video_bytes: number;
        };
        /** @description The body of every error of Google's routes. */
        GeminiErrorBody: {
            /** @description What was wrong: `code` is the status, `status` its word, `details` has the reason and the field. */
            error: Record<string, never>;
        };
        /** @description A model as it is listed there. */
        GoogleModel: {
            baseModelId: string;
            description: string;
            displayName: string;
            /** Format: int32 */
            inputTokenLimit?: number | null;
            /** @description `models/` and its id. */
            name: string;
            /** Format: int32 */
            outputTokenLimit?: number | null;
            supportedGenerationMethods: string[];
            thinking: boolean;
            version: string;
        };
        /** @description A page of models. */
        GoogleModels: {
            models: components["schemas"]["GoogleModel"][];
            nextPageToken?: string | null;
        };
        /**
         * @description How closely confidences are told.
         * @enum {string}
         */
        Granularity: "page" | "block" | "word";
        /** @description That the server runs, and which. */
        Health: {
            /** @description Always `ok`. */
            status: string;
            /** @description The version of Mediary. */
            version: string;
        };
        /** @description The two ways to write the URL of an image. */
        ImageUrl: components["schemas"]["UrlText"] | {
            /** @description Meant for vision models; it changes nothing. */
            detail?: string | null;
            /** @description The URL. */
            url: components["schemas"]["UrlText"];
        };
        /** @description How many tokens a request has. */
        InputTokens: {
            /**
             * Format: int64
             * @description All of the request: what is said, tools, media.
             */
            input_tokens: number;
            /** @description Always `response.input_tokens`. */
            object: string;
        };
        /** @description An item of a list. */
        ItemBody: {
            /**
             * Format: int32
             * @description How deeply it is nested; 0 for the outermost.
             */
            depth: number;
            /** @description What it is marked with. */
            marker: string;
            /** @description Its text. */
            text: string;
        };
        /** @description The JSON form of a request. Every field but `file_data` is optional. */
        JsonRequest: {
            /** @description Whether a result from before will do; true unless said otherwise. */
            cache?: boolean | null;
            /** @description `none`, `lines` or `words`. */
            detail?: string | null;
            /**
             * Format: int32
             * @description Resolution for rendering pages.
             */
            dpi?: number | null;
            /** @description `auto`, `local` or a target such as `local/paddleocr`. */
            engine?: string | null;
            /** @description The file: base64, or a data URL. */
            file_data: string;
            /** @description Its name, for the same purpose. */
            file_name?: string | null;
            /** @description Read pixels even where the document has text of its own. */
            force_ocr?: boolean | null;
            /** @description What the sender takes it for. The bytes decide; this only tells texts apart. */
            mime_type?: string | null;
            /** @description `markdown`, `text`, `json`, `hocr`, `alto`, `pdf` or `image`. */
            output?: string | null;
            /** @description Pages counted from 1: `1-3,7`. */
            pages?: string | null;
            /** @description The password of an encrypted PDF. */
            password?: string | null;
            /** @description Whether a picture of each page is made, to be fetched for an hour. */
            pictures?: boolean | null;
            /** @description Whether each page is sent as soon as it is finished. */
            stream?: boolean | null;
            /** @description Never read pixels. */
            text_layer_only?: boolean | null;
        };
        /** @description A model that is kept out of plans. */
        Kept: components["schemas"]["QuarantineBody"] & {
            /** @example groq/openai/gpt-oss-20b */
            target: string;
        };
        /** @description A model that is kept out of plans. */
        KeptOut: {
            target: string;
            why: string;
        };
        /** @description How one key of a target stands. */
        KeyBody: {
            /**
             * Format: double
             * @description Seconds that it still rests after a refusal; null: it does not.
             */
            cooldown_seconds?: number | null;
            /**
             * Format: int64
             * @description Calls that failed.
             */
            failures: number;
            /**
             * @description Its end, which tells it from others; empty where the provider is called without one.
             * @example …cdef
             */
            key: string;
            /** @description What the last failure was. */
            last_failure?: string | null;
            /** @description How its free limits stand. */
            quotas: components["schemas"]["QuotaBody"][];
            /**
             * Format: int64
             * @description Answers that were complete.
             */
            successes: number;
        };
        /** @description What answers here. */
        Landing: {
            /** @description What it is for. */
            description: string;
            /** @description Where to read on. */
            docs: string;
            /** @description What there is to call. */
            endpoints: components["schemas"]["Endpoint"][];
            /** @description A command to try. */
            example: string;
            /** @description Always `Mediary`. */
            name: string;
            /** @description Its version. */
            version: string;
        };
        /** @description One line. */
        LineBody: {
            /** @description Left, top, right, bottom, in pixels of the page. */
            bbox: number[];
            /**
             * Format: float
             * @description From 0 to 1; null for a document's own text.
             */
            confidence?: number | null;
            /** @description Its characters. */
            text: string;
            /** @description With `detail=words`. */
            words?: components["schemas"]["WordBody"][] | null;
        };
        /** @description A place that leads elsewhere. */
        LinkBody: {
            /** @description The label of the note it leads to. */
            note?: string | null;
            /** @description What it says. */
            text: string;
            /** @description The address it leads to. */
            url?: string | null;
        };
        /** @description The password. */
        LogIn: {
            password: string;
        };
        /** @description What was read. */
        MediaBody: {
            /** @description What the bytes are: `pdf`, `png`, … */
            format: string;
            /** @description `document`, `image` or `text`. */
            kind: string;
            /** @description How many pages the whole document has. */
            pages: number;
            /** @description SHA-256 of the file. */
            sha256: string;
            /**
             * Format: int64
             * @description Size of the file.
             */
            size_bytes: number;
        };
        /** @description The body of every error of Anthropic's routes. */
        MessagesErrorBody: {
            /** @description What was wrong; its `type` is one of Anthropic's. */
            error: components["schemas"]["ErrorFields"];
            /** @description The request's id. */
            request_id?: string | null;
            /** @description Always `error`. */
            type: string;
        };
        /** @description The body of an error. Mistral has two shapes; clients that know one overlook the fields of the other. */
        MistralError: {
            /** @description What programs can tell errors apart by. */
            code: string;
            /** @description The same as a list, as clients expect it of status 422. */
            detail: components["schemas"]["MistralErrorDetail"][];
            /** @description A sentence that says what was wrong and what to do. */
            message: string;
            /** @description Always `error`. */
            object: string;
            /** @description The field that is to blame, when it is one. */
            param?: string | null;
            /** @description The family of the error. */
            type: string;
        };
        /** @description One thing that was wrong. */
        MistralErrorDetail: {
            /** @description Where in the request. */
            loc: string[];
            /** @description What was wrong. */
            msg: string;
            /** @description What programs can tell errors apart by. */
            type: string;
        };
        /** @description One model and its abilities. */
        Model: Record<string, never> & {
            /** @description What else it can do: `tools`, `structured_output`, `reasoning`, `streaming`, `logprobs`. */
            abilities: string[];
            /**
             * @description The media it reads as they are.
             * @example [
             *       "text",
             *       "image",
             *       "document"
             *     ]
             */
            accepts: string[];
            /** @description The abilities once more, as the clients of the same vendor read them. */
            capabilities: components["schemas"]["Capabilities"];
            /**
             * Format: int32
             * @description The most tokens of request and reply together.
             */
            context_tokens?: number | null;
            /**
             * Format: int64
             * @description Seconds since 1970.
             */
            created: number;
            /** @description One line about it. */
            description: string;
            /**
             * @description The formats it reads as they are.
             * @example [
             *       "png",
             *       "pdf"
             *     ]
             */
            formats: string[];
            /**
             * @description What to put into a request: `provider/model`, perhaps with a level, or the name of a tier.
             * @example gemini/gemini-2.5-flash
             */
            id: string;
            /** @description Whether its files are on this machine, for what runs here. */
            installed?: boolean | null;
            /** @description What to know before using it, such as how to install it. */
            note?: string | null;
            /** @description Always `model`. */
            object: string;
            /**
             * Format: int32
             * @description The most tokens of a reply.
             */
            output_tokens?: number | null;
            /**
             * @description The provider.
             * @example gemini
             */
            owned_by: string;
            /** @description `free`, `paid` or `unknown`; `local` for engines of this process, and for servers on this machine without a stated price. */
            pricing: string;
            /**
             * @description Whether it can be asked now: `ready`, `cooling` (in its cooldown), `quarantined` (a probe found that it does not
             *     work) or `not_installed`.
             */
            state: string;
            /**
             * @description What it does.
             * @example [
             *       "chat"
             *     ]
             */
            tasks: string[];
            /** @description The tiers it serves. */
            tiers: string[];
            /** @description Always `base`: the clients of one vendor tell models from those that were tuned by it. */
            type: string;
            /** @description The vectors it gives, for models that embed. */
            vectors?: Record<string, never> | null;
        };
        /** @description Everything that can be asked for. */
        ModelList: {
            /** @description The models: tiers first, then local ones, then those of providers. */
            data: components["schemas"]["Model"][];
            /** @description Always `list`. */
            object: string;
        };
        /** @description A new key. */
        NewClientKey: {
            /**
             * Format: int64
             * @description Seconds since 1970.
             */
            expires_at?: number | null;
            /** @description Whether it may administer the server. */
            is_admin?: boolean;
            name?: string;
            rules?: Record<string, never>;
        };
        /** @description A new key. */
        NewProviderKey: {
            key: string;
            label?: string;
            provider: string;
        };
        /** @description A block and its place in pixels of the page. */
        OcrBlock: {
            /**
             * Format: int32
             * @description Right.
             */
            bottom_right_x: number;
            /**
             * Format: int32
             * @description Bottom.
             */
            bottom_right_y: number;
            confidence_scores?: components["schemas"]["OcrBlockScores"] | null;
            /** @description Its text; a title's without marks. */
            content: string;
            /** @description Of a table that was given apart: its id. */
            table_id?: string | null;
            /**
             * Format: int32
             * @description Left.
             */
            top_left_x: number;
            /**
             * Format: int32
             * @description Top.
             */
            top_left_y: number;
            /** @description `text`, `title`, `list`, `table`, `header` or `footer`. */
            type: string;
        };
        /** @description Confidences of a block, from 0 to 1; null where nothing had to be recognised. */
        OcrBlockScores: {
            /**
             * Format: float
             * @description Mean over all characters.
             */
            average_content_confidence_score?: number | null;
            /**
             * Format: float
             * @description Always null.
             */
            block_type_confidence_score?: number | null;
            /**
             * Format: float
             * @description Of the least certain line.
             */
            minimum_content_confidence_score?: number | null;
        };
        /** @description Size of a page. */
        OcrDimensions: {
            /**
             * Format: int32
             * @description Pixels per inch; 72 for an image that does not say.
             */
            dpi: number;
            /**
             * Format: int32
             * @description In pixels.
             */
            height: number;
            /**
             * Format: int32
             * @description In pixels.
             */
            width: number;
        };
        /** @description Where the document is: exactly one of the three. */
        OcrDocument: {
            /** @description The name of the file. */
            document_name?: string | null;
            document_url?: components["schemas"]["UrlText"] | null;
            /** @description Refused: files are not kept here. */
            file_id?: string | null;
            image_url?: components["schemas"]["ImageUrl"] | null;
            /** @description `document_url`, `image_url` or `file`. */
            type?: string | null;
        };
        /** @description Stands for the format's images, of which there are none. */
        OcrImage: {
            /** @description Its id. */
            id: string;
        };
        /** @description One page. */
        OcrPage: {
            /** @description With `include_blocks`: its blocks in reading order. */
            blocks?: components["schemas"]["OcrBlock"][] | null;
            confidence_scores?: components["schemas"]["OcrPageScores"] | null;
            dimensions?: components["schemas"]["OcrDimensions"] | null;
            /** @description With `extract_footer`: what is printed below the text. */
            footer?: string | null;
            /** @description With `extract_header`: what is printed above the text. */
            header?: string | null;
            /** @description The addresses that its links lead to; of PDFs and pictures none, where links are not looked for. */
            hyperlinks: string[];
            /** @description Always empty: no images are cut out of pages. */
            images: components["schemas"]["OcrImage"][];
            /** @description Place in the document, from 0. */
            index: number;
            /** @description Its text. */
            markdown: string;
            /** @description With `table_format`: its tables, which the text names by their ids. */
            tables: components["schemas"]["OcrTable"][];
        };
        /** @description Confidences of a page, from 0 to 1. */
        OcrPageScores: {
            /**
             * Format: float
             * @description Mean over all characters.
             */
            average_page_confidence_score: number;
            /**
             * Format: float
             * @description Of the least certain line, or word.
             */
            minimum_page_confidence_score: number;
            /** @description With granularity `word`. */
            word_confidence_scores?: components["schemas"]["OcrWordScore"][] | null;
        };
        /** @description A request to read one document. Every field but `document` is optional. */
        OcrRequest: {
            /** @description Refused: it needs a language model. */
            bbox_annotation_format?: Record<string, never> | null;
            confidence_scores_granularity?: components["schemas"]["Granularity"] | null;
            /** @description The document. */
            document: components["schemas"]["OcrDocument"];
            /** @description Refused: it needs a language model. */
            document_annotation_format?: Record<string, never> | null;
            /** @description Refused: it needs a language model. */
            document_annotation_prompt?: string | null;
            /** @description Gives what is printed below the text apart from it. */
            extract_footer?: boolean | null;
            /** @description Gives what is printed above the text apart from it. */
            extract_header?: boolean | null;
            /** @description Sent by older clients; it changes nothing. */
            id?: string | null;
            /**
             * Format: int32
             * @description Accepted, for the same reason.
             */
            image_limit?: number | null;
            /**
             * Format: int32
             * @description Accepted, for the same reason.
             */
            image_min_size?: number | null;
            /** @description Whether to give blocks and their places; true if absent. */
            include_blocks?: boolean | null;
            /** @description Accepted; no images are cut out of pages, so none are given. */
            include_image_base64?: boolean | null;
            /**
             * @description Whatever Mistral calls its models, or `auto`: what suits; `local` or a target such as `local/paddleocr`.
             * @example mistral-ocr-latest
             */
            model?: string | null;
            pages?: components["schemas"]["PageNumbers"] | null;
            table_format?: components["schemas"]["TableFormat"] | null;
        };
        /** @description The answer. */
        OcrResponse: {
            /** @description Always null: annotations need a language model. */
            document_annotation?: string | null;
            /** @description What read them: `text-layer`, `local/paddleocr`; with a plus between several. */
            model: string;
            /** @description The selected pages. */
            pages: components["schemas"]["OcrPage"][];
            /** @description What it took. */
            usage_info: components["schemas"]["OcrUsage"];
        };
        /** @description A table that was given apart. */
        OcrTable: {
            /** @description The table. */
            content: string;
            /** @description Its form. */
            format: components["schemas"]["TableFormat"];
            /**
             * @description What the text names it by.
             * @example tbl-0.html
             */
            id: string;
            /** @description With granularity `word`: its words; they start where `content` has them. */
            word_confidence_scores?: components["schemas"]["OcrWordScore"][] | null;
        };
        /** @description What reading took. */
        OcrUsage: {
            /**
             * Format: int64
             * @description Size of the file.
             */
            doc_size_bytes: number;
            /** @description Pages that were read. */
            pages_processed: number;
        };
        /** @description Confidence of a word. */
        OcrWordScore: {
            /**
             * Format: float
             * @description From 0 to 1.
             */
            confidence: number;
            /** @description Where it starts, in characters. */
            start_index: number;
            /** @description The word. */
            text: string;
        };
        /** @description The body of every error of these routes. */
        OllamaErrorBody: {
            /** @description What was wrong, and what to do. */
            error: string;
        };
        /** @description A model that does other work than before. */
        OtherWork: {
            from: string[];
            model: string;
            to: string[];
        };
        /** @description One page. */
        PageBody: {
            /** @description With `detail=lines` or `words`: paragraphs in reading order. */
            blocks?: components["schemas"]["BlockBody"][] | null;
            /**
             * Format: float
             * @description From 0 to 1; null for a document's own text.
             */
            confidence?: number | null;
            /**
             * Format: int32
             * @description Its pixels per inch; null if the file does not say.
             */
            dpi?: number | null;
            /** @description What read it. */
            engine?: string | null;
            /** @description Why the page was not read. */
            error?: string | null;
            /**
             * Format: int32
             * @description Its height.
             */
            height_px: number;
            /**
             * @description Where its picture can be had for a while: with `output=image` with what was read outlined, with `pictures` as it
             *     was sent.
             */
            image_url?: string | null;
            /** @description Place in the document, from 0. */
            index: number;
            /** @description Whether a better reader might find more on it. */
            needs_ocr: boolean;
            /** @description Why: `low_confidence`, `script`, `ink_without_text`, `doubtful_text_layer`, `unread_pictures`. */
            reasons?: string[];
            /**
             * Format: int32
             * @description How the page was turned before reading, clockwise.
             */
            rotation_deg: number;
            /** @description `text_layer`, `ocr` or `mixed`; absent if the page failed. */
            source?: string | null;
            /** @description The page's text as printed. */
            text: string;
            /**
             * Format: int32
             * @description Width of the page in which boxes are measured.
             */
            width_px: number;
        };
        /** @description The two ways to write page numbers. */
        PageNumbers: number[] | string;
        /** @description A medium of the request. */
        PartBody: {
            /**
             * Format: int64
             * @description Its length.
             */
            bytes: number;
            /**
             * @description What it is, by its bytes.
             * @example pdf
             */
            format: string;
            /**
             * Format: int32
             * @description The pages of a PDF.
             */
            pages?: number | null;
            /**
             * @description Where it stands.
             * @example messages[0].content[1]
             */
            place: string;
            /**
             * Format: int32
             * @description How long a recording or a video plays.
             */
            seconds?: number | null;
            /**
             * Format: int32
             * @description The longer side of a picture.
             */
            side_pixels?: number | null;
        };
        /** @description A target that would not be asked. */
        PassedOverBody: {
            /** @description Why. */
            reason: string;
            /** @description The target. */
            target: string;
        };
        /** @description Another password. */
        PasswordChange: {
            /** @description The one that is set. */
            current: string;
            /** @description The new one: at least eight characters. */
            password: string;
        };
        /** @description Milliseconds within which so many of a hundred answers began. */
        Percentiles: {
            /** Format: int32 */
            p50: number;
            /** Format: int32 */
            p95: number;
            /** Format: int32 */
            p99: number;
        };
        /** @description What would happen to a request. */
        PlanBody: {
            /** @description The targets it would be sent to; the next one only if the one before fails. */
            candidates: components["schemas"]["CandidateBody"][];
            /**
             * @description What would be tried before any of them: `text-layer`, the text that a document brings along; or done: `split`, a
             *     recording that is cut, of which the targets get a piece.
             * @example text-layer
             */
            first?: string | null;
            /** @description Always `plan`. */
            object: string;
            /** @description The media of the request. */
            parts: components["schemas"]["PartBody"][];
            /** @description The targets it would not be sent to. */
            passed_over: components["schemas"]["PassedOverBody"][];
            /**
             * @description What is to be done.
             * @example chat
             */
            task: string;
            /**
             * Format: int32
             * @description About how many tokens the request's texts have.
             */
            text_tokens: number;
            /**
             * @description What would be done with what the target gives: `speak`, its words; `translate`, the transcript, by a chat model.
             * @example speak
             */
            then?: string | null;
            /**
             * @description The tier that counts, where none was pinned by a model's name.
             * @example vision
             */
            tier?: string | null;
            /** @description Why it is that one. */
            tier_reason?: string | null;
        };
        /** @description A tier: a model's name that stands for whatever serves a purpose best. */
        Profile: {
            /** @description Its Spanish name. */
            alias?: string | null;
            /**
             * @description What to ask for.
             * @example vision
             */
            id: string;
            /** @description What it is for. */
            purpose: string;
            /** @description The targets that serve it, best rank first. Priority, media and health come before the rank when a request is planned. */
            targets: string[];
        };
        /** @description The tiers. */
        Profiles: {
            data: components["schemas"]["Profile"][];
            /** @description Always `list`. */
            object: string;
        };
        /** @description A provider. Keys are counted, never shown. */
        Provider: {
            /** @description The day on which its facts were checked. */
            checked?: string | null;
            /** @description Its wire format. */
            dialect?: string | null;
            /** @description Whether it can be called. */
            enabled: boolean;
            /** @description Its host; paths and credentials of an address are not shown. */
            host?: string | null;
            /** @example groq */
            id: string;
            /** @description Variables that may hold its key. */
            key_env?: string[];
            /** @description Where people get a key. */
            key_url?: string | null;
            /** @description How many keys it has. */
            keys: number;
            /**
             * Format: int64
             * @description How old its last good list of models is, where it has one.
             */
            list_age_seconds?: number | null;
            name: string;
            /**
             * Format: int32
             * @description Its place in the order; lower is asked first.
             */
            priority?: number | null;
            /** @description How many targets it has. */
            targets: number;
            /** @description What its terms say of gateways, in short: `private` (one of one's own is fine), `limited` or `unknown`. */
            terms?: string | null;
            /** @description Why it cannot, and what to do. */
            why?: string | null;
        };
        /** @description A key of a provider. The key itself is never told. */
        ProviderKeyBody: {
            /**
             * @description Its id in the store; null: it stands in the configuration or the environment, and is changed there.
             * @example pk_0123456789ab
             */
            id?: string | null;
            is_disabled: boolean;
            /**
             * @description Its last four characters, where that leaves enough unsaid.
             * @example …cdef
             */
            key: string;
            label: string;
            /** @description What the last failure was, and when. */
            last_error?: string | null;
            /** Format: int64 */
            last_error_at?: number | null;
            /**
             * Format: int64
             * @description When it was last called with.
             */
            last_used?: number | null;
            /**
             * Format: int64
             * @description When it is tried again, where it rests.
             */
            next_try?: number | null;
            /** @example groq */
            provider: string;
            /**
             * Format: int64
             * @description Since when it stands so, in milliseconds since 1970.
             */
            since?: number | null;
            /** @description `store`, `configuration`, or the variable that it stands in. */
            source: string;
            /**
             * @description `unknown`, `healthy`, `rate_limited`, `out_of_quota`, `invalid` (refused twice), `unreachable`, or `undecipherable`: the
             *     master key that is here does not open it.
             */
            state: string;
        };
        /** @description What is to be different of a key. */
        ProviderKeyChange: {
            is_disabled?: boolean | null;
            label?: string | null;
        };
        /** @description The keys of providers. */
        ProviderKeyList: {
            data: components["schemas"]["ProviderKeyBody"][];
            /** @description Always `list`. */
            object: string;
        };
        /** @description The providers. */
        ProviderList: {
            data: components["schemas"]["Provider"][];
            /** @description Always `list`. */
            object: string;
        };
        /** @description Why a target is kept out of plans. */
        QuarantineBody: {
            /**
             * Format: int64
             * @description Seconds since 1970.
             */
            began_at: number;
            /**
             * Format: int64
             * @description The same, of its end; null: it does not end by itself.
             */
            ends_at?: number | null;
            /** @description Whether a client that ends it by hand has to confirm that. */
            wants_confirmation: boolean;
            /** @description What was found. */
            why: string;
        };
        /** @description The models that are kept out of plans. */
        Quarantines: {
            data: components["schemas"]["Kept"][];
            /** @description Always `list`. */
            object: string;
        };
        /** @description How one limit stands. */
        QuotaBody: {
            /**
             * Format: int64
             * @description What is allowed.
             */
            allowed: number;
            /**
             * Format: int64
             * @description What of it is left.
             */
            left: number;
            /**
             * @description What it counts, and within which time.
             * @example requests_per_day
             */
            limit: string;
            /** @description `model`, or `provider` where all models share it. */
            of: string;
            /**
             * Format: int64
             * @description Seconds until all of it is there again; null: it is.
             */
            whole_in_seconds?: number | null;
        };
        /** @description Whether the server can do its work now. */
        ReadinessReport: {
            /** @description What was checked. */
            checks: {
                [key: string]: components["schemas"]["Check"];
            };
            /** @description `ready` or `not_ready`. */
            status: string;
        };
        /** @description The answer for one file. */
        ReadingBody: {
            /** @description The files that came with it, or that stand in it where it is an archive. Their text is in `content` too. */
            attachments?: components["schemas"]["ReadingBody"][];
            /** @description What was tried. */
            attempts: components["schemas"]["AttemptBody"][];
            /** @description Whether these bytes were read before with the same options, and the result was remembered. */
            cached: boolean;
            /** @description The text of all pages in the wanted form; absent with `output=json`. */
            content?: string | null;
            /** @description Why the file failed, among several. */
            error?: Record<string, never> | null;
            /** @description The file's name, if it was sent with one. */
            file_name?: string | null;
            /** @description An id of this reading. */
            id: string;
            media?: components["schemas"]["MediaBody"] | null;
            /** @description Whether a better reader might find more on any page. */
            needs_ocr: boolean;
            /** @description Always `ocr`. */
            object: string;
            /** @description The selected pages. */
            pages: components["schemas"]["PageBody"][];
            /**
             * @description `success` (the document's own text), `ocr_success`, `partial`, `blank`; among several files also
             *     `failed`.
             */
            status: string;
            usage?: components["schemas"]["Usage"] | null;
        };
        /** @description What a look at the lists changed. */
        Refreshed: {
            data: components["schemas"]["RefreshedList"][];
            /** @description Always `list`. */
            object: string;
        };
        /** @description What became of asking a provider for its list. */
        RefreshedList: {
            /** @description Models that are new. Beside a catalog they answer only when they are named. */
            added: string[];
            /**
             * Format: int64
             * @description How old that list is; null: there is none.
             */
            age_seconds?: number | null;
            /** @description How many models the last good list has. */
            models: number;
            /** @example groq */
            provider: string;
            /** @description Models that do other work than before. */
            reclassified: components["schemas"]["OtherWork"][];
            /** @description Models that are gone. */
            removed: string[];
            /** @description `listed`, or `failed`: then the last good list stands. */
            status: string;
            /** @description Models that a catalog or the configuration names and the list does not. They stay. */
            unlisted: string[];
            /** @description Why there is no new list. */
            why?: string | null;
        };
        /** @description That a quarantine has ended. */
        Released: {
            /** @description Always `quarantine`. */
            object: string;
            /** @description Always true. */
            released: boolean;
            target: string;
        };
        /** @description A page of requests, the newest first. */
        RequestList: {
            data: components["schemas"]["RequestRow"][];
            has_more: boolean;
            /**
             * Format: int64
             * @description What is sent as `before` to have the page that follows.
             */
            next?: number | null;
            /** @description Always `list`. */
            object: string;
        };
        /** @description A request, without its contents. */
        RequestRow: {
            /** @description The tier or target that was asked for. */
            asked: string;
            /**
             * Format: int64
             * @description Milliseconds since 1970.
             */
            began_at: number;
            /** Format: int64 */
            cached_tokens: number;
            /** @description The id of the client's key; empty where there is none of its own. */
            client: string;
            /** Format: int64 */
            completion_tokens: number;
            /**
             * Format: double
             * @description US dollars, as far as they are known.
             */
            cost_usd: number;
            /** @description Media, attempts, treatments and charges, where one request is asked for. */
            details?: Record<string, never> | null;
            /** Format: int64 */
            ended_at: number;
            endpoint: string;
            /** Format: int64 */
            first_ms?: number | null;
            /** @description Its `X-Request-Id`. */
            id: string;
            /** Format: int64 */
            images: number;
            /** Format: int64 */
            pages: number;
            /** Format: int64 */
            prompt_tokens: number;
            /**
             * Format: double
             * @description What the same tokens would have cost at the reference price of `[log]`.
             */
            reference_usd: number;
            /** Format: double */
            seconds: number;
            /**
             * Format: int64
             * @description Its place in the order in which requests ended.
             */
            seq: number;
            /**
             * Format: int64
             * @description 499: the client left.
             */
            status: number;
            /** @description The target that answered; empty where none did. */
            target: string;
            task: string;
            /** Format: int64 */
            total_ms: number;
            /**
             * Format: int64
             * @description Calls of which it is not known.
             */
            unpriced_calls: number;
        };
        /** @description For how long a key is taken that another one replaces. */
        Rotation: {
            /** Format: int32 */
            grace_hours?: number;
        };
        /** @description What one target accepts and does. */
        Row: {
            /** @description The formats it reads as they are, with their limits; null where none is published. */
            accepts: Record<string, never>[];
            audio_output: boolean;
            /** Format: int32 */
            context_tokens?: number | null;
            /** @description Whether it knows tools whose input is free text. */
            custom_tools: boolean;
            /** @description What was found when it was tried; see `POST /v1/models/verify`. */
            evidence: components["schemas"]["Evidence"];
            is_local: boolean;
            /** @description The languages it hears or speaks; empty: not known. */
            languages: string[];
            lifecycle: string;
            logprobs: boolean;
            many_replies: boolean;
            media_in_tool_results: boolean;
            /** Format: int32 */
            output_tokens?: number | null;
            price: Record<string, never>;
            reasoning: boolean;
            /** @description Whether its transcripts say who speaks. */
            speakers: boolean;
            streaming: boolean;
            structured: string;
            target: string;
            tasks: string[];
            tiers: Record<string, never>;
            tool_choice: boolean;
            tools: boolean;
        };
        /** @description How an administrator's session stands. */
        SessionBody: {
            /** @description What is sent along with changes, as `X-CSRF-Token`. */
            csrf_token?: string | null;
            /** @description Whether the request came with a session. */
            is_open: boolean;
            /**
             * Format: int64
             * @description Seconds that the session lasts.
             */
            lasts_seconds?: number | null;
            /** @description Whether a password is set. */
            password_is_set: boolean;
        };
        /** @description What is set by administrators, and what is in force. */
        SettingsBody: {
            /** @description What is in force, with what the configuration says of the rest. */
            in_force: Record<string, never>;
            /**
             * Format: int64
             * @description The number of the last change, to be sent along with the next one.
             */
            revision: number;
            /**
             * @description What is set: `routing` (`privacy`, `cost`, `confirm_paid`, `model_routing`, `sticky_minutes`), `log` (`requests`,
             *     `days`, `rows`) and `chains`, by tier (`order` and `off`, names of targets). What is missing is as configured.
             */
            settings: Record<string, never>;
        };
        /** @description Settings, instead of those that were seen. */
        SettingsChange: {
            /**
             * Format: int64
             * @description The number of the change that was seen last.
             */
            revision: number;
            /** @description All that is to be set. */
            settings: Record<string, never>;
        };
        /** @description The first password. */
        SetUp: {
            /** @description The code that the server printed at its start. */
            code: string;
            /** @description At least eight characters. */
            password: string;
        };
        /** @description An entry of a table that takes several places. */
        SpanBody: {
            /** @description Its leftmost column, from 0. */
            column: number;
            /** @description How many columns it takes. */
            columns: number;
            /** @description Its uppermost row, from 0. */
            row: number;
            /** @description How many rows it takes. */
            rows: number;
        };
        /** @description What is to be spoken, and how. */
        SpeechFields: {
            /** @description The text; it has to be there, under this name or the other. */
            input?: string | null;
            /** @description How it is to sound, for targets that heed that. */
            instructions?: string | null;
            /** @description What the text is in: a code or an English name; found out if left out. */
            language?: string | null;
            /** @description A target, or auto. */
            model?: string | null;
            /** @description mp3 (if left out), opus, aac, flac, wav or pcm. */
            response_format?: string | null;
            /**
             * Format: double
             * @description How fast, 0.25 to 4.
             */
            speed?: number | null;
            /** @description audio, or sse for events that carry it. */
            stream_format?: string | null;
            /** @description Another name of `input`. */
            text?: string | null;
            /** @description A voice by its name, of the target or of OpenAI. */
            voice?: string | null;
        };
        /** @description How the targets have been doing. */
        Stats: {
            /**
             * Format: double
             * @description US dollars that all calls cost since the start, as far as that is known.
             */
            cost_usd: number;
            data: components["schemas"]["TargetStats"][];
            /** @description Always `list`. */
            object: string;
            /**
             * Format: int64
             * @description Calls of which it is not known.
             */
            unpriced_calls: number;
        };
        /** @description What came of trying one ability of a model. */
        StepBody: {
            /**
             * @description What was tried.
             * @example tools
             */
            ability: string;
            /** @description Steps that are done. */
            done: number;
            /** @description `proven`, `refuted`, `unclear` (nothing was found out) or `skipped` (it was not asked). */
            outcome: string;
            /** @description Why the model is kept out of plans from now on, if it is. */
            quarantined?: string | null;
            /** @description Whether its quarantine ended with this. */
            released?: boolean;
            /**
             * @description The model.
             * @example groq/openai/gpt-oss-20b
             */
            target: string;
            /**
             * Format: int64
             * @description Milliseconds that it took.
             */
            took_ms: number;
            /** @description Steps there are. */
            total: number;
            /** @description Why, but for what is proven. */
            why?: string | null;
        };
        /**
         * @description In what form tables are given apart.
         * @enum {string}
         */
        TableFormat: "markdown" | "html";
        /** @description How one target has been doing since the start. */
        TargetStats: {
            /**
             * Format: int64
             * @description Tokens of replies.
             */
            completion_tokens: number;
            /**
             * Format: double
             * @description Seconds that its cooldown still lasts; null: it can be called.
             */
            cooldown_seconds?: number | null;
            /**
             * Format: double
             * @description US dollars that its calls cost, as far as that is known.
             */
            cost_usd: number;
            /**
             * Format: int64
             * @description Calls that failed.
             */
            failures: number;
            /** @description Each of its provider's keys. */
            keys: components["schemas"]["KeyBody"][];
            /** @description What the last failure was. */
            last_failure?: string | null;
            /**
             * Format: double
             * @description Milliseconds to its first token, smoothed.
             */
            latency_ms?: number | null;
            latency_percentiles_ms?: components["schemas"]["Percentiles"] | null;
            /**
             * Format: int64
             * @description Tokens of requests.
             */
            prompt_tokens: number;
            /**
             * Format: float
             * @description The share that is left of the limit of which least is left, 0 to 1: by what was counted here and what the last
             *     answer said; null: unknown.
             */
            quota_left?: number | null;
            /**
             * Format: int64
             * @description Answers that were complete.
             */
            successes: number;
            /** @example groq/openai/gpt-oss-20b */
            target: string;
            /**
             * Format: int64
             * @description Calls of which it is not known.
             */
            unpriced_calls: number;
        };
        /** @description How many tokens a conversation has. */
        TokenCount: {
            /**
             * Format: int64
             * @description All of the request: what is said, tools, media.
             */
            input_tokens: number;
        };
        /** @description What would be done to a part. */
        TreatmentBody: {
            /**
             * @description What the target is asked for instead of what the field says.
             * @example 1024x1024
             */
            asked?: string | null;
            /** @description `forward`, `transcode` or `extract`; `change`: it comes otherwise than it was asked for. */
            do: string;
            /** @description Which part. */
            place: string;
            /** @description By which recipe of `pipelines/`. */
            recipe?: string | null;
            /** @description Into which format. */
            to?: string | null;
        };
        /** @description A way in which one medium becomes another. */
        TreatmentRow: {
            /** @description Whether it runs here. */
            available: boolean;
            /** @description The formats it takes; empty: all of the medium. */
            formats: string[];
            /** @description The medium it takes. */
            from: string;
            /** @description What is missing, and what to do. */
            missing?: string | null;
            /** @description The recipe in `pipelines/`. */
            recipe: string;
            /** @description What comes out: a format, or `text`. */
            to: string;
        };
        /** @description A call to a target that failed. */
        TriedBody: {
            /**
             * @description What programs can tell failures apart by.
             * @example rate_limited
             */
            failure: string;
            /** @description A sentence about it. */
            message: string;
            /**
             * @description The target.
             * @example groq/openai/gpt-oss-20b
             */
            target: string;
        };
        /**
         * @description A URL, which may hold a whole document and is not copied if it need not be. Serde borrows a bare `Cow` only where it
         *     stands alone, not in an `Option`.
         */
        UrlText: string;
        /** @description What a reading took. */
        Usage: {
            /**
             * Format: int64
             * @description Size of the file.
             */
            doc_size_bytes: number;
            /**
             * Format: int64
             * @description From the classified bytes to the last page.
             */
            duration_ms: number;
            /** @description Pages that were read. */
            pages_processed: number;
        };
        /** @description Sums of requests. */
        UsageList: {
            data: components["schemas"]["UsageRow"][];
            /** @description Always `list`. */
            object: string;
            /**
             * Format: int64
             * @description Rows of the log that were lost since the start, because the disk did not keep up.
             */
            rows_dropped: number;
        };
        /** @description Sums of the requests of one group. */
        UsageRow: {
            /** Format: int64 */
            cached_tokens: number;
            /** Format: int64 */
            completion_tokens: number;
            /** Format: double */
            cost_usd: number;
            /**
             * Format: int64
             * @description Of these, those that failed.
             */
            failed: number;
            /** @description A name, a status, or when an hour or a day begins, in milliseconds since 1970. */
            group: string;
            /** Format: int64 */
            images: number;
            /** Format: double */
            mean_ms?: number | null;
            /** Format: int64 */
            pages: number;
            /** Format: int64 */
            prompt_tokens: number;
            /**
             * Format: double
             * @description What the same tokens would have cost at the reference price of `[log]`.
             */
            reference_usd: number;
            /** Format: int64 */
            requests: number;
            /** Format: double */
            seconds: number;
            /** Format: int64 */
            unpriced_calls: number;
        };
        /** @description What was used. */
        UsedBody: {
            /**
             * Format: int64
             * @description Calls to targets.
             */
            calls: number;
            /** Format: int64 */
            images: number;
            /** Format: int64 */
            pages: number;
            /** Format: double */
            seconds: number;
            /** Format: int64 */
            tokens: number;
            /** Format: double */
            usd: number;
        };
        /** @description A verification that has come to its end. */
        VerifiedBody: {
            /**
             * Format: double
             * @description US dollars that it cost; null: not known.
             */
            cost_usd?: number | null;
            id: string;
            /** @description Always `verification`. */
            object: string;
            /** @description Abilities that are there. */
            proven: number;
            /** @description Models that are kept out of plans from now on. */
            quarantined: components["schemas"]["KeptOut"][];
            /** @description Abilities that are claimed and are not there. */
            refuted: number;
            /** @description Models that are not any more. */
            released: string[];
            /** Format: double */
            seconds: number;
            /** @description Abilities that were not tried after all. */
            skipped: number;
            /** @description Every step, unless they came as events. */
            steps?: components["schemas"]["StepBody"][];
            /** @description Abilities that were tried before this was gone on with; they are in no other count. */
            tried_before: number;
            /** @description Abilities of which nothing was found out. What was known of them stands. */
            unclear: number;
        };
        /** @description What is to be tried. */
        VerifyFields: {
            /**
             * @description Which abilities; left out: all that are claimed, but for `image_generation`.
             * @default []
             * @example [
             *       "text",
             *       "tools"
             *     ]
             */
            abilities?: string[];
            /**
             * Format: int32
             * @description How many models are tried at once, 1 to 32.
             * @default 4
             */
            concurrency?: number | null;
            /**
             * @description Whether pictures are made, of all probes the dearest.
             * @default false
             */
            images?: boolean;
            /**
             * @description Providers and targets; left out: all models that are asked without being named.
             * @default []
             * @example [
             *       "groq",
             *       "gemini/gemini-2.5-flash"
             *     ]
             */
            models?: string[];
            /**
             * Format: double
             * @description The most US dollars that may be spent; what costs an unknown sum is not tried then.
             * @default null
             */
            most_usd?: number | null;
            /**
             * Format: int32
             * @description What was tried within so many hours is not tried again.
             * @default null
             */
            older_than_hours?: number | null;
            /**
             * @description Whether models are tried that cost, or of which that is not known.
             * @default false
             */
            paid?: boolean;
            /**
             * @description Goes on with a verification that did not come to its end: its id, or `last`. What it was asked for counts.
             * @default null
             */
            resume?: string | null;
            /**
             * @description Whether each step is told as an event when it is done.
             * @default false
             */
            stream?: boolean;
        };
        /** @description A voice. */
        VoiceBody: {
            /** @description How it sounds: `female` or `male`, if that is known. */
            gender?: string | null;
            /**
             * @description Its name, as `voice` takes it.
             * @example joe
             */
            id: string;
            /**
             * @description The language it speaks, as a BCP 47 tag; `mul` for many.
             * @example en-US
             */
            language: string;
            /**
             * @description The target that has it.
             * @example local/piper
             */
            model: string;
            /** @description The same. */
            name: string;
            /**
             * Format: int32
             * @description How many samples a second its sound has by itself.
             */
            sample_rate: number;
        };
        /** @description All voices. */
        VoiceList: {
            /** @description The voices, by their targets. */
            data: components["schemas"]["VoiceBody"][];
            /** @description Always `list`. */
            object: string;
        };
        /** @description One word. */
        WordBody: {
            /** @description Left, top, right, bottom, in pixels of the page. */
            bbox: number[];
            /**
             * Format: float
             * @description From 0 to 1; null for a document's own text.
             */
            confidence?: number | null;
            /** @description Its characters. */
            text: string;
        };
    };
    responses: never;
    parameters: never;
    requestBodies: never;
    headers: never;
    pathItems: never;
}
export type $defs = Record<string, never>;
export type operations = Record<string, never>;
