//! Files that providers keep: given to each once, named by what each calls them, given anew where they are lost, and removed
//! with what is kept of them here.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};

use serde_json::{Value, json};

use super::chat_words::saying;
use super::cli_serve::Served;
use super::client::{Answer, Request};
use super::images_edits::{form, text};
use super::keys_providers::Place;
use super::server::sample;
use super::upstream::Seen;
use super::videos_studio::{Reply, Studio};

/// What a vendor keeps and was asked.
#[derive(Debug, Default)]
struct Shelf {
    /// Files that are there, by their ids: how long they are.
    files: BTreeMap<String, usize>,
    given: usize,
    /// How each request had its file: `bytes`, or the id.
    asked: Vec<String>,
    is_away: bool,
}

fn refused(status: u16, message: &str) -> Reply {
    Reply::Json(status, json!({ "error": { "message": message, "type": "invalid_request_error" } }))
}

fn shelved(seen: &Seen, shelf: &mut Shelf, is_anthropic: bool) -> Reply {
    let wants_beta = is_anthropic && (seen.path.contains("/files") || named(&seen.json()).is_some());
    if wants_beta && !seen.header("anthropic-beta").is_some_and(|beta| beta.contains("files-api-2025-04-14")) {
        return refused(400, "That is a beta.");
    }
    if shelf.is_away {
        return refused(503, "Later.");
    }
    let parts: Vec<&str> = seen.path.trim_start_matches("/v1/").split('/').collect();
    match (seen.method.as_str(), parts.as_slice()) {
        ("POST", ["files"]) => {
            let form = String::from_utf8_lossy(&seen.body);
            let has_purpose = form.contains("name=\"purpose\"\r\n\r\nuser_data\r\n");
            if has_purpose == is_anthropic || !form.contains("%PDF") {
                return refused(400, "That is no file.");
            }
            shelf.given += 1;
            let id = format!("file-{}", shelf.given);
            shelf.files.insert(id.clone(), seen.body.len());
            Reply::Json(200, json!({ "id": id }))
        }
        ("DELETE", ["files", id]) => match shelf.files.remove(*id) {
            Some(_) => Reply::Json(200, json!({ "id": id })),
            None => refused(404, "No such file."),
        },
        ("POST", ["chat", "completions"] | ["messages"]) => {
            let body = seen.json();
            shelf.asked.push(named(&body).unwrap_or_else(|| "bytes".to_owned()));
            match named(&body) {
                Some(id) if !shelf.files.contains_key(&id) => refused(400, "The file was not found."),
                _ if is_anthropic => Reply::Json(
                    200,
                    json!({
                        "id": "msg_1", "type": "message", "role": "assistant", "model": "m", "stop_reason": "end_turn",
                        "content": [{ "type": "text", "text": "Read." }], "stop_sequence": null,
                        "usage": { "input_tokens": 9, "output_tokens": 2 },
                    }),
                ),
                _ => Reply::Json(200, saying("Read.")),
            }
        }
        _ => refused(404, "No such path."),
    }
}

/// The id of the file that a request names.
fn named(body: &Value) -> Option<String> {
    let parts = body["messages"].as_array()?.iter().filter_map(|message| message["content"].as_array()).flatten();
    let ids = parts.filter_map(|part| part["file"]["file_id"].as_str().or_else(|| part["source"]["file_id"].as_str()));
    ids.map(str::to_owned).next()
}

/// A vendor, and what it keeps.
fn vendor(is_anthropic: bool) -> (Studio, Arc<Mutex<Shelf>>) {
    let shelf = Arc::<Mutex<Shelf>>::default();
    let its = shelf.clone();
    (Studio::new(move |seen, _| shelved(seen, &mut its.lock().expect("it is not poisoned"), is_anthropic)), shelf)
}

fn entry(studio: &Studio, id: &str, dialect: &str, priority: u32) -> Value {
    json!({
        "id": id, "dialect": dialect, "base_url": format!("http://0.0.0.0:{}/v1", studio.address.port()),
        "api_keys": [format!("sk-{id}-0123456789abcdef")], "priority": priority, "quirks": { "files": true },
        "models": [{ "id": "m", "accepts": ["text", "pdf"] }],
    })
}

fn ask(served: &Served, request: &Request) -> Answer {
    request.send_to(served.address.parse().expect("it is an address"))
}

/// A document that is large enough to be better named than sent.
fn large() -> Vec<u8> {
    let mut bytes = sample("invoice.pdf");
    bytes.extend_from_slice(format!("\n%{}\n", "x".repeat(400_000)).as_bytes());
    bytes
}

/// Asks about a kept file, whichever target answers.
fn reads(served: &Served, file: &str) {
    let parts = json!([{ "type": "file", "file": { "file_id": file } }, { "type": "text", "text": "What is it?" }]);
    let body = json!({ "model": "m", "messages": [{ "role": "user", "content": parts }] }).to_string();
    let answer = ask(served, &Request::new("POST", "/v1/chat/completions").body("application/json", body)).ok();
    assert_eq!(answer["choices"][0]["message"]["content"], "Read.", "{answer}");
}

#[test]
fn a_file_that_is_sent_again_is_given_to_each_provider_once_and_leaves_with_what_is_kept_here() {
    let (first, shelf) = vendor(false);
    let (second, other) = vendor(true);
    let providers = [entry(&first, "far", "openai", 1), {
        let mut other = entry(&second, "farther", "anthropic", 2);
        other["auth"] = json!({ "header": "x-api-key" });
        other
    }];
    let place = Place::with(&providers);
    let served = place.serve(&[]);
    let bytes = large();
    let parts = [("file", Some("a.pdf"), "application/pdf", bytes.as_slice()), text("purpose", "user_data")];
    let file = ask(&served, &form("/v1/files", &parts)).ok()["id"].as_str().expect("files have ids").to_owned();
    let asked = |shelf: &Mutex<Shelf>| shelf.lock().expect("it is not poisoned").asked.join(" ");
    let given = |shelf: &Mutex<Shelf>| shelf.lock().expect("it is not poisoned").given;
    for _ in 0..3 {
        reads(&served, &file);
    }
    assert_eq!((asked(&shelf), given(&shelf)), ("bytes file-1 file-1".to_owned(), 1));
    // It is remembered over a restart, and given anew where it was lost.
    drop(served);
    let served = place.serve(&[]);
    reads(&served, &file);
    shelf.lock().expect("it is not poisoned").files.clear();
    reads(&served, &file);
    reads(&served, &file);
    assert_eq!((asked(&shelf), given(&shelf)), ("bytes file-1 file-1 file-1 file-1 file-2 file-2".to_owned(), 2));
    // Another provider knows nothing of it.
    shelf.lock().expect("it is not poisoned").is_away = true;
    reads(&served, &file);
    reads(&served, &file);
    assert_eq!((asked(&other), given(&other)), ("bytes file-1".to_owned(), 1));
    shelf.lock().expect("it is not poisoned").is_away = false;
    ask(&served, &Request::new("DELETE", format!("/v1/files/{file}"))).ok();
    assert!(shelf.lock().expect("it is not poisoned").files.is_empty(), "it was removed at the first");
    assert!(other.lock().expect("it is not poisoned").files.is_empty(), "and at the second");
}
