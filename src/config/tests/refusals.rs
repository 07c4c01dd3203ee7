//! Values that are wrong: the exact message for each.
//!
//! Also that all are reported at once and that no message holds a secret.

use super::{check, environment, load, outcome};
use crate::config::{Overrides, schema};

#[test]
fn unknown_keys_are_named_with_their_place_and_the_nearest_known_one() {
    check(&[
        ("# one\n\n[server]\nprot = 1", "", "mediary.toml:4:1: unknown key `prot` in [server]; did you mean `port`?"),
        (
            "[server]\n  api_key = []",
            "",
            "mediary.toml:2:3: unknown key `api_key` in [server]; did you mean `api_keys`?",
        ),
        ("[sever]\nport = 1", "", "mediary.toml:1:2: unknown section `sever`; did you mean [server]?"),
        (
            "[limits.documents]\npages = 1",
            "",
            "mediary.toml:1:9: unknown section `documents` in [limits]; did you mean [limits.document]?",
        ),
        ("port = 1", "", "mediary.toml:1:1: unknown key `port`; did you mean `port` in [server]?"),
        (
            "[server]\npages = 1",
            "",
            "mediary.toml:2:1: unknown key `pages` in [server]; did you mean `pages` in [limits.document]?",
        ),
        (
            "server.prot = 1\nlimit = 2",
            "",
            "mediary.toml:1:8: unknown key `prot` in [server]; did you mean `port`?\n\
             mediary.toml:2:1: unknown key `limit`; did you mean [limits]?",
        ),
        (
            "zzz = 1",
            "",
            "mediary.toml:1:1: unknown key `zzz`; known are server, limits, admission, fetch, routing, engines, cache, response_cache, fusion, content, files, threads, obsidian, safety, store, jobs, batches, queue, search, youtube, browser, realtime, redaction, mcp, registry, log, telemetry, probes, providers, aliases",
        ),
        (
            "[engines.paddleocr]\n\"wörkers\" = 1",
            "",
            "mediary.toml:2:1: unknown key `wörkers` in [engines.paddleocr]; did you mean `workers`?",
        ),
        (
            "",
            "MEDIARY_SERVER__PROT=1",
            "$MEDIARY_SERVER__PROT: unknown key `server.prot`; did you mean MEDIARY_SERVER__PORT?",
        ),
        (
            "",
            "MEDIARY_SEVER__PORT=1",
            "$MEDIARY_SEVER__PORT: unknown key `sever.port`; did you mean MEDIARY_SERVER__PORT?",
        ),
        ("", "MEDIARY_Q__X=1", "$MEDIARY_Q__X: unknown key `q.x`; docs/configuration.md lists all keys"),
    ]);
}

#[test]
fn wrong_values_are_refused_with_what_would_be_right() {
    let key = |key: &str| schema::find(key).unwrap().wants.to_owned();
    let row = |path: &str, value: &str| {
        format!("mediary.toml:1:{}: `{path}` is {value}, but must be {}", path.len() + 4, key(path))
    };
    for (path, value) in [
        ("server.port", "\"abc\""),
        ("server.port", "65536"),
        ("server.port", "-1"),
        ("server.port", "8001.5"),
        ("server.port", "[1]"),
        ("server.host", "\"example.org\""),
        ("server.host", "127"),
        ("server.public_url", "\"ai.example\""),
        ("server.cors_origins", "[\"*\"]"),
        ("server.cors_origins", "[1]"),
        ("server.log_level", "\"loud\""),
        ("server.log_format", "\"xml\""),
        ("server.shutdown_grace_seconds", "-1"),
        ("limits.upload_bytes", "\"-5 MB\""),
        ("limits.upload_bytes", "-5"),
        ("limits.upload_bytes", "0"),
        ("limits.upload_bytes", "\"many\""),
        ("limits.body_idle_seconds", "0"),
        ("limits.document.pages", "0"),
        ("limits.image.pixels", "\"0 MP\""),
        ("limits.text.bytes", "true"),
        ("fetch.allow", "[\"http://nas.example\"]"),
        ("fetch.allow", "[\"nas.example\", \"10.0.0.0/33\"]"),
        ("fetch.allow", "\"nas.example\""),
        ("fetch.seconds", "0"),
        ("fetch.connect_seconds", "0"),
        ("fetch.idle_seconds", "-1"),
        ("fetch.idle_seconds", "0"),
        ("engines.paddleocr.provider", "\"cuda\""),
        ("engines.paddleocr.workers", "0"),
        ("engines.paddleocr.queue", "0"),
        ("engines.pdfium.workers", "257"),
        ("engines.pdfium.memory_bytes", "2"),
    ] {
        check(&[(&format!("{path} = {value}"), "", &row(path, value))]);
    }
    check(&[
        ("server.port = {}", "", &row("server.port", "a section")),
        ("server = 3", "", "mediary.toml:1:1: `server` must be a section: write [server]"),
        (
            "server.public_url = \"${NONE}\"",
            "",
            "mediary.toml:1:21: `server.public_url` needs the environment variable NONE, which is not set",
        ),
        (
            "server.public_url = \"${NONE\"",
            "",
            "mediary.toml:1:21: `server.public_url` holds a \"${\" that is not of the form ${NAME}",
        ),
        (
            "",
            "MEDIARY_SERVER__PORT=abc",
            &row("server.port", "\"abc\"").replace("mediary.toml:1:15", "$MEDIARY_SERVER__PORT"),
        ),
    ]);
}

#[test]
fn text_that_is_no_toml_is_refused_with_line_and_column() {
    for (file, place) in [
        ("[server]\nport = \n", "mediary.toml:2:8: not TOML: "),
        ("[server]\nport = 1\nport = 2\n", "mediary.toml:3:1: not TOML: "),
    ] {
        let found = outcome(load(file, "", &Overrides::default()));
        assert!(found.starts_with(place), "{found}");
    }
}

#[test]
fn all_problems_are_reported_at_once() {
    let file = "[server]\nprot = 1\nport = \"x\"\npublic_url = \"y\"\n[engines.pdfium]\nworkers = 0\n";
    let env = "MEDIARY_LIMITS__PAGES=3\nMEDIARY_SERVER__LOG_FORMAT=xml";
    let error = load(file, env, &Overrides::default()).unwrap_err();
    let keys: Vec<_> = error.problems.iter().map(|problem| (problem.origin.to_string(), problem.key)).collect();
    let expected = [
        ("mediary.toml:2:1", None),
        ("$MEDIARY_LIMITS__PAGES", None),
        ("mediary.toml:3:8", Some("server.port")),
        ("$MEDIARY_SERVER__LOG_FORMAT", Some("server.log_format")),
        ("mediary.toml:4:14", Some("server.public_url")),
        ("mediary.toml:6:11", Some("engines.pdfium.workers")),
    ];
    assert_eq!(keys, expected.map(|(origin, key)| (origin.to_owned(), key)));
}

#[test]
fn a_server_open_to_other_machines_needs_a_key() {
    let refused = |origin: &str, host: &str| {
        format!(
            "{origin}: `server.host` is \"{host}\", but other machines could use this server, since no API key is set; set one \
             with MEDIARY_API_KEY=… in the environment or `api_keys` in [server], or bind 127.0.0.1"
        )
    };
    check(&[
        ("server.host = \"0.0.0.0\"", "", &refused("mediary.toml:1:15", "0.0.0.0")),
        ("server.host = \"0.0.0.0\"", "MEDIARY_API_KEY=", &refused("mediary.toml:1:15", "0.0.0.0")),
        ("", "MEDIARY_SERVER__HOST=::", &refused("$MEDIARY_SERVER__HOST", "::")),
        (
            "server.host = \"0.0.0.0\"",
            "MEDIARY_API_KEY=k",
            "server.host = \"0.0.0.0\" # mediary.toml:1:15\nserver.api_keys = 1 × *** # $MEDIARY_API_KEY",
        ),
        ("server.host = \"localhost\"", "", "server.host = \"localhost\" # mediary.toml:1:15"),
    ]);
    // With keys that could not be read, it is not known whether the server would be open.
    let found = load("server = { host = \"::\", api_keys = 1 }", "", &Overrides::default());
    let problems = found.unwrap_err().problems;
    let keys: Vec<_> = problems.iter().map(|problem| problem.key).collect();
    assert_eq!(keys, [Some("server.api_keys")]);
    let flags = Overrides { host: Some("192.168.0.7".to_owned()), ..Overrides::default() };
    assert_eq!(outcome(load("", "", &flags)), refused("--host", "192.168.0.7"));
}

#[test]
fn secrets_appear_in_no_output() {
    let rows = [
        ("", "MEDIARY_API_KEY=hush hush"),
        ("server.api_keys = \"hush\"", ""),
        ("server.api_keys = [\"hush\", 3]", ""),
        ("server.api_keys = { hush = \"hush\" }", ""),
        ("", "MEDIARY_SERVER__API_KEYS=hüsh,hush"),
        ("", "MEDIARY_API_KEY=hush"),
    ];
    for (file, env) in rows {
        let loaded = load(file, env, &Overrides::default());
        let debugged = format!("{loaded:?}");
        let printed = debugged + &outcome(loaded);
        assert!(!printed.contains("hush") && !printed.contains("hüsh"), "{printed}");
        assert!(printed.contains("***"), "{printed}");
    }
    assert!(!format!("{:?}", environment("K=hush")).contains("hush"));
}
