//! Batches of a served process: killed in the middle of one (`kill -9`), and held to the limits of their client's key.

use serde_json::{Value, json};

use super::batches::{line, lines, sorted, talker, word};
use super::chat_talk::over;
use super::chat_words::saying;
use super::cli_serve::Served;
use super::client::{Answer, Request};
use super::images_edits::{form, text};
use super::keys_providers::Place;
use super::server::wait_until;
use super::upstream::Gate;
use super::videos_studio::{Reply, Studio};

fn ask(served: &Served, key: &str, request: Request) -> Answer {
    let request = if key.is_empty() { request } else { request.header("x-api-key", key) };
    request.send_to(served.address.parse().expect("it is an address"))
}

fn batch(served: &Served, key: &str, text_of_lines: &str) -> String {
    let parts = [("file", Some("a.jsonl"), "application/jsonl", text_of_lines.as_bytes()), text("purpose", "batch")];
    let file = ask(served, key, form("/v1/files", &parts)).ok();
    let body = json!({ "input_file_id": file["id"], "endpoint": "/v1/chat/completions", "completion_window": "24h" });
    let made = ask(served, key, Request::new("POST", "/v1/batches").body("application/json", body.to_string())).ok();
    made["id"].as_str().expect("it has an id").to_owned()
}

fn stands(served: &Served, key: &str, id: &str) -> Value {
    ask(served, key, Request::new("GET", format!("/v1/batches/{id}"))).ok()
}

fn ended(served: &Served, key: &str, id: &str) -> Value {
    let mut batch = Value::Null;
    wait_until("the batch ends", || {
        batch = stands(served, key, id);
        batch["status"] == "completed"
    });
    batch
}

fn lines_of(served: &Served, file: &Value) -> Vec<Value> {
    let file = file.as_str().expect("there is a file");
    sorted(ask(served, "", Request::new("GET", format!("/v1/files/{file}/content"))).text())
}

fn names(lines: &[Value]) -> Vec<&str> {
    lines.iter().filter_map(|line| line["custom_id"].as_str()).collect()
}

#[test]
fn a_killed_server_goes_on_and_sends_nothing_twice() {
    let gate = Gate::default();
    let waits = gate.clone();
    let studio = Studio::new(move |seen, before| {
        if word(seen).starts_with("slow") {
            waits.wait();
        }
        Reply::Json(200, saying(&format!("Answer {before}.")))
    });
    let place = Place::with(&[talker(&studio)]);
    let served = place.serve(&[("MEDIARY_BATCHES__AT_ONCE", "3")]);
    // What is the same each time may be shared and kept, which changes nothing of it.
    let kept = |word: &str| {
        let mut line = line(word);
        line["body"]["temperature"] = json!(0);
        line
    };
    let all = [line("a"), line("slow-1"), kept("slow-2"), kept("slow-3"), line("b"), kept("c")];
    let id = batch(&served, "", &lines(&all));
    wait_until("three are under way", || {
        studio.seen().iter().filter(|seen| word(seen).starts_with("slow")).count() == 3
    });
    wait_until("one is answered", || stands(&served, "", &id)["request_counts"]["completed"] == 1);
    drop(served);
    gate.open();
    let served = place.serve(&[]);
    let ended = ended(&served, "", &id);
    assert_eq!(ended["request_counts"], json!({ "total": 6, "completed": 3, "failed": 3 }), "{ended}");
    assert_eq!(names(&lines_of(&served, &ended["output_file_id"])), ["a", "b", "c"]);
    let error = lines_of(&served, &ended["error_file_id"]);
    assert_eq!(names(&error), ["slow-1", "slow-2", "slow-3"]);
    assert_eq!(error[0]["error"]["code"], "unknown_outcome");
    assert!(error[0]["error"]["message"].as_str().is_some_and(|message| message.contains("billed twice")));
    let mut sent: Vec<String> = studio.seen().iter().map(word).collect();
    sent.sort();
    assert_eq!(sent, ["a", "b", "c", "slow-1", "slow-2", "slow-3"], "each was sent once");
}

#[test]
fn lines_are_charged_to_their_clients_key_and_may_ask_for_what_that_may() {
    let studio = Studio::new(|_, _| Reply::Json(200, saying("Hello.")));
    let price = json!({ "input_usd": 10_000.0, "output_usd": 10_000.0 });
    let entry =
        over(talker(&studio), json!({ "models": [{ "id": "m", "price": price }, { "id": "n", "price": price }] }));
    let place = Place::with(&[entry]);
    let told = place.told(&["clients", "create", "night", "--usd-per-month", "100", "--target", "far/m"], "");
    let key = told.lines().next().expect("the key").to_owned();
    let served = place.serve(&[]);
    let other =
        over(line("other"), json!({ "body": { "model": "far/n", "messages": [{ "role": "user", "content": "Hi" }] } }));
    let named = |word: &str| {
        let body = json!({ "model": "far/m", "messages": [{ "role": "user", "content": word }] });
        over(line(word), json!({ "body": body }))
    };
    let id = batch(&served, &key, &lines(&[named("a"), named("b"), other]));
    let ended = ended(&served, &key, &id);
    assert_eq!(ended["request_counts"], json!({ "total": 3, "completed": 2, "failed": 1 }), "{ended}");
    assert_eq!(studio.seen().len(), 2, "what the key may not ask for is not asked");
    let file = ended["error_file_id"].as_str().expect("there is a file").to_owned();
    let error = ask(&served, &key, Request::new("GET", format!("/v1/files/{file}/content")));
    assert_eq!(sorted(error.text())[0]["custom_id"], "other");
    // Each of two lines was 9 and 2 tokens, of a cent each.
    let chat = json!({ "model": "far/m", "messages": [{ "role": "user", "content": "live" }] }).to_string();
    let live = ask(&served, &key, Request::new("POST", "/v1/chat/completions").body("application/json", chat));
    assert_eq!(live.header("x-ratelimit-remaining-usd-month"), Some("99.67"), "{live}");
    // To a request of no key it is not there.
    assert_eq!(ask(&served, "", Request::new("GET", format!("/v1/batches/{id}"))).status, 401);
}

#[test]
fn the_command_hands_a_file_over_follows_it_and_writes_its_answers() {
    let studio = Studio::new(|seen, _| match word(seen).as_str() {
        "wrong" => {
            Reply::Json(400, json!({ "error": { "message": "That is wrong.", "type": "invalid_request_error" } }))
        }
        word => Reply::Json(200, saying(&format!("You said {word}."))),
    });
    let place = Place::with(&[talker(&studio)]);
    let served = place.serve(&[]);
    let server = format!("http://{}", served.address);
    let (file, out) = (place.path("requests.jsonl"), place.path("answers.jsonl"));
    std::fs::write(&file, lines(&["one", "two"].map(line))).expect("the folder is ours");
    let name = |path: &std::path::Path| path.to_str().expect("temporary folders have plain names").to_owned();
    let (file, out) = (name(&file), name(&out));
    let told = place.told(&["batch", &file, "--server", &server, "--out", &out, "--json"], "");
    let batch: Value = serde_json::from_str(&told).expect("it is JSON");
    assert_eq!((&batch["status"], &batch["request_counts"]["completed"]), (&json!("completed"), &json!(2)));
    let answers = std::fs::read_to_string(&out).expect("it is written");
    assert_eq!(names(&sorted(&answers)), ["one", "two"]);
    // Errors lie beside, and the end is no good one.
    std::fs::write(&file, lines(&["one", "wrong"].map(line))).expect("the folder is ours");
    let output = place.run(&["batch", &file, "--server", &server, "--out", &out], "", &[]);
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(!output.status.success() && said.contains("1 of 2 answered, 1 failed"), "{said}");
    let errors = std::fs::read_to_string(place.path("answers.errors.jsonl")).expect("it is written");
    assert_eq!(names(&sorted(&errors)), ["wrong"]);
    // One that was left is followed by its id, and its answers are printed.
    std::fs::write(&file, lines(&["three"].map(line))).expect("the folder is ours");
    let id = place.told(&["batch", &file, "--server", &server, "--detach"], "");
    let answers = place.told(&["batch", "--follow", id.trim(), "--server", &server], "");
    assert_eq!(names(&sorted(&answers)), ["three"]);
    let refused = place.run(&["batch", "--follow", "batch_none", "--server", &server], "", &[]);
    assert!(String::from_utf8_lossy(&refused.stderr).contains("no such batch"), "{refused:?}");
}
