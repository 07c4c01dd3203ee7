//! Files that change while the server runs: the next request goes by them, none is lost, and what is broken changes nothing.

use std::fs;
use std::path::Path;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

use serde_json::{Value, json};

use super::chat_talk::over;
use super::chat_words::says;
use super::cli_serve::{Served, serve};
use super::server::wait_until;
use super::upstream::Upstream;

/// Writes a file as an editor does: beside it first, then in its place.
fn replace(path: &Path, text: &str) {
    let beside = path.with_extension("new");
    fs::write(&beside, text).expect("the folder is ours");
    fs::rename(beside, path).expect("the folder is ours");
}

fn config(providers: &[Value]) -> String {
    let file: toml::Table = serde_json::from_value(json!({ "providers": providers })).expect("it has a TOML form");
    file.to_string()
}

fn asked(served: &Served, model: &str) -> super::client::Answer {
    let body = json!({ "model": model, "messages": [{ "role": "user", "content": "Hello" }] }).to_string();
    let head = format!(
        "POST /v1/chat/completions HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/json\r\n\
         content-length: {}\r\nconnection: close\r\n\r\n",
        body.len()
    );
    served.request(&[head.as_bytes(), body.as_bytes()].concat())
}

fn via(served: &Served) -> String {
    let answer = asked(served, "m");
    assert_eq!(answer.status, 200, "{answer}");
    answer.header("x-routed-via").unwrap_or_default().to_owned()
}

#[test]
fn a_changed_file_is_taken_up_without_losing_a_request_and_a_broken_one_is_not() {
    let folder = tempfile::tempdir().expect("there is a place for temporary files");
    let file = folder.path().join("mediary.toml");
    let (a, b) = (Upstream::doing([says("From a")]), Upstream::doing([says("From b")]));
    let limited = json!({ "models": [{ "id": "m", "price": "free", "free_limits": { "rph": 10000000 } }] });
    let (first, second) =
        (over(a.entry("a", limited), json!({ "priority": 2 })), b.entry("b", json!({ "priority": 1 })));
    replace(&file, &config(std::slice::from_ref(&first)));
    let path = file.to_str().expect("temporary folders have plain names");
    // Nobody reads the log here, and a pipe that is full would hold the server up.
    let served = serve(&["--config", path], &[("MEDIARY_LOG", "error,mediary::http::serve=info")]);
    let (stop, count) = (AtomicBool::new(false), AtomicUsize::new(0));
    std::thread::scope(|scope| {
        for _ in 0..3 {
            scope.spawn(|| {
                while !stop.load(Ordering::Relaxed) {
                    via(&served);
                    count.fetch_add(1, Ordering::Relaxed);
                }
            });
        }
        assert_eq!(via(&served), "a/m");
        replace(&file, &config(&[first.clone(), second.clone()]));
        wait_until("the new provider serves", || via(&served) == "b/m");
        // Neither a file that is no TOML nor one with a wrong value changes anything.
        for broken in ["[[providers", "[routing]\nmax_attempts = 0\n"] {
            replace(&file, broken);
        }
        replace(&file, &config(std::slice::from_ref(&first)));
        wait_until("the old one serves again", || via(&served) == "a/m");
        stop.store(true, Ordering::Relaxed);
    });
    assert!(count.load(Ordering::Relaxed) > 0);
    // What was counted before the changes counts after them.
    let stats = served.get("/v1/stats", "").ok();
    let row =
        stats["data"].as_array().expect("a list").iter().find(|row| row["target"] == "a/m").expect("it was asked");
    let quota = &row["keys"][0]["quotas"][0];
    let used = quota["allowed"].as_u64().expect("a number") - quota["left"].as_u64().expect("a number");
    assert_eq!(used as usize, a.calls(), "{row:#}");
    assert!(row["keys"][0]["key"].as_str().is_some_and(|key| key == "…cdef"), "{row:#}");
}

#[test]
fn a_broken_file_is_logged_and_the_old_one_stays() {
    let folder = tempfile::tempdir().expect("there is a place for temporary files");
    let file = folder.path().join("mediary.toml");
    let up = Upstream::doing([says("From a")]);
    replace(&file, &config(&[up.entry("a", json!({}))]));
    let path = file.to_str().expect("temporary folders have plain names");
    let mut served = serve(&["--config", path], &[]);
    replace(&file, "[routing]\nmax_attempts = 0\n");
    let line = served.logged("are not taken up");
    assert!(line.contains("routing.max_attempts"), "{line}");
    assert_eq!(via(&served), "a/m");
    // A catalog beside it is looked at as well.
    replace(&file, &config(&[up.entry("a", json!({}))]));
    let catalogs = folder.path().join("models").join("providers");
    fs::create_dir_all(&catalogs).expect("the folder is ours");
    replace(&catalogs.join("mine.toml"), "id = \"mine\"\nnonsense = 1\n");
    assert!(served.logged("are not taken up").contains("nonsense"));
    fs::remove_file(catalogs.join("mine.toml")).expect("it is there");
    served.logged("were taken up");
}

#[test]
fn what_was_used_of_a_free_limit_survives_a_restart() {
    let folder = tempfile::tempdir().expect("there is a place for temporary files");
    let up = Upstream::doing([says("From a")]);
    let models = json!({ "models": [{ "id": "m", "price": "free", "free_limits": { "rph": 2 } }] });
    let file = folder.path().join("mediary.toml");
    let store = folder.path().join("store");
    let text = config(&[up.entry("a", models)]);
    replace(&file, &text);
    let path = file.to_str().expect("temporary folders have plain names");
    let kept = [("MEDIARY_STORE__DIR", store.to_str().expect("temporary folders have plain names"))];
    let served = serve(&["--config", path], &kept);
    assert_eq!([via(&served), via(&served)], ["a/m", "a/m"]);
    let (code, _, log) = served.ended_by(rustix::process::Signal::TERM);
    assert_eq!(code, Some(0), "{log}");
    let served = serve(&["--config", path], &kept);
    let refused = asked(&served, "m");
    assert_eq!(refused.status, 429, "{refused}");
    assert_eq!(up.calls(), 2);
    // The command line tells what is left, beside the server that counts it.
    let mut command = super::cli::mediary(&["providers", "a", "--config", path]);
    let told = command.envs(kept).output().expect("the program was built");
    let told = String::from_utf8_lossy(&told.stdout).into_owned();
    assert!(told.contains("quota left: 0 of 2 requests_per_hour of m with …cdef"), "{told}");
}

#[test]
fn what_was_used_of_a_provider_waits_while_it_is_switched_off() {
    let folder = tempfile::tempdir().expect("there is a place for temporary files");
    let file = folder.path().join("mediary.toml");
    let (a, b) = (Upstream::doing([says("From a")]), Upstream::doing([says("From b")]));
    let limited = json!({ "models": [{ "id": "m", "price": "free", "free_limits": { "rph": 2 } }], "priority": 1 });
    let (first, second) = (a.entry("a", limited), b.entry("b", json!({ "priority": 2 })));
    let both = config(&[first.clone(), second.clone()]);
    replace(&file, &both);
    let path = file.to_str().expect("temporary folders have plain names");
    let served = serve(&["--config", path], &[("MEDIARY_LOG", "error,mediary::http::serve=info")]);
    assert_eq!([via(&served), via(&served), via(&served)], ["a/m", "a/m", "b/m"]);
    let models = |served: &Served| served.get("/v1/models", "").text().to_owned();
    let off = over(first, json!({ "enabled": false }));
    replace(&file, &config(&[off, second]));
    wait_until("it is off", || !models(&served).contains("\"a/m\""));
    replace(&file, &both);
    wait_until("it is on again", || models(&served).contains("\"a/m\""));
    assert_eq!((via(&served), a.calls()), ("b/m".to_owned(), 2), "what is used is still used");
    let stats = served.get("/v1/stats", "").ok();
    let row = stats["data"].as_array().and_then(|all| all.iter().find(|row| row["target"] == "a/m").cloned());
    let row = row.expect("what happened to it is known");
    assert_eq!((&row["successes"], &row["keys"][0]["successes"]), (&json!(2), &json!(2)), "{row:#}");
}
