//! Batches of messages, as Anthropic has them.

use serde_json::{Value, json};

use super::batches::{batching, sorted, talker, word};
use super::chat_words::saying;
use super::client::{Answer, Request};
use super::server::{TestServer, wait_until};
use super::upstream::Gate;
use super::videos_studio::{Reply, Studio};

fn ask(server: &TestServer, method: &'static str, path: &str, body: Option<&Value>) -> Answer {
    let request = Request::new(method, path.to_owned()).header("anthropic-version", "2023-06-01");
    match body {
        Some(body) => request.body("application/json", body.to_string()).send(server),
        None => request.send(server),
    }
}

fn request(word: &str) -> Value {
    let params = json!({ "model": "m", "max_tokens": 9, "messages": [{ "role": "user", "content": word }] });
    json!({ "custom_id": word, "params": params })
}

fn path_of(batch: &Value) -> String {
    format!("/v1/messages/batches/{}", batch["id"].as_str().expect("it has an id"))
}

fn ended(server: &TestServer, path: &str) -> Value {
    let mut batch = Value::Null;
    wait_until("the batch ends", || {
        batch = ask(server, "GET", path, None).ok();
        batch["processing_status"] == "ended"
    });
    batch
}

#[test]
fn messages_are_answered_and_their_results_given_out() {
    let folder = tempfile::tempdir().expect("there is a place for temporary files");
    let studio = Studio::new(|seen, _| match word(seen).as_str() {
        "wrong" => {
            Reply::Json(400, json!({ "error": { "message": "That is wrong.", "type": "invalid_request_error" } }))
        }
        word => Reply::Json(200, saying(&format!("You said {word}."))),
    });
    let server = batching(folder.path(), &[talker(&studio)], |_| ());
    let all = "/v1/messages/batches";
    let body = json!({ "requests": [request("one"), request("two"), request("wrong")] });
    let made = ask(&server, "POST", all, Some(&body)).ok();
    assert_eq!((&made["type"], &made["archived_at"]), (&json!("message_batch"), &Value::Null));
    assert!(made["id"].as_str().is_some_and(|id| id.starts_with("msgbatch_")), "{made}");
    let path = path_of(&made);
    let batch = ended(&server, &path);
    let counts = json!({ "processing": 0, "succeeded": 2, "errored": 1, "canceled": 0, "expired": 0 });
    assert_eq!(batch["request_counts"], counts);
    assert!(batch["ended_at"].as_str().is_some_and(|at| at.ends_with('Z')), "{batch}");
    let results = batch["results_url"].as_str().expect("they are there");
    let (_, results) = results.split_once("//").and_then(|(_, rest)| rest.split_once('/')).expect("an address");
    let answer = ask(&server, "GET", &format!("/{results}"), None);
    assert_eq!((answer.status, answer.header("content-type")), (200, Some("application/jsonl")));
    let lines = sorted(answer.text());
    let result = |at: usize| &lines[at]["result"];
    assert_eq!((lines.len(), &result(0)["type"], &result(2)["type"]), (3, &json!("succeeded"), &json!("errored")));
    let message = &result(0)["message"];
    assert_eq!((&message["type"], &message["content"][0]["text"]), (&json!("message"), &json!("You said one.")));
    assert_eq!(
        (&result(2)["error"]["type"], &result(2)["error"]["error"]["type"]),
        (&json!("error"), &json!("invalid_request_error"))
    );
    // What a batch gives out itself is not among the files of its client, nor is it a batch in OpenAI's words.
    assert_eq!(ask(&server, "GET", "/v1/files", None).ok()["data"], json!([]));
    assert_eq!(Request::new("GET", "/v1/batches").send(&server).ok()["data"], json!([]));
    let list = ask(&server, "GET", "/v1/messages/batches?limit=1", None).ok();
    assert_eq!((&list["data"][0]["id"], &list["has_more"]), (&made["id"], &json!(false)));
    let removed = ask(&server, "DELETE", &path, None).ok();
    assert_eq!(removed, json!({ "id": made["id"], "type": "message_batch_deleted" }));
    let gone = ask(&server, "GET", &path, None);
    assert_eq!((gone.status, &gone.json()["error"]["type"]), (404, &json!("not_found_error")));
    assert_eq!(studio.seen().len(), 3);
}

#[test]
fn a_batch_that_is_canceled_says_so_of_what_was_not_sent() {
    let folder = tempfile::tempdir().expect("there is a place for temporary files");
    let gate = Gate::default();
    let waits = gate.clone();
    let studio = Studio::new(move |_, _| {
        waits.wait();
        Reply::Json(200, saying("At last."))
    });
    let server = batching(folder.path(), &[talker(&studio)], |config| config.batches.at_once = 1);
    let body = json!({ "requests": [request("one"), request("two")] });
    let path = path_of(&ask(&server, "POST", "/v1/messages/batches", Some(&body)).ok());
    wait_until("one is under way", || studio.seen().len() == 1);
    let results = ask(&server, "GET", &format!("{path}/results"), None);
    assert_eq!((results.status, &results.json()["error"]["type"]), (400, &json!("invalid_request_error")));
    let canceling = ask(&server, "POST", &format!("{path}/cancel"), Some(&json!({}))).ok();
    assert_eq!(canceling["processing_status"], "canceling");
    assert!(canceling["cancel_initiated_at"].is_string() && canceling["results_url"].is_null(), "{canceling}");
    gate.open();
    let counts = json!({ "processing": 0, "succeeded": 1, "errored": 0, "canceled": 1, "expired": 0 });
    assert_eq!(ended(&server, &path)["request_counts"], counts);
    let lines = sorted(ask(&server, "GET", &format!("{path}/results"), None).text());
    assert_eq!(lines[1], json!({ "custom_id": "two", "result": { "type": "canceled" } }));
    assert_eq!(studio.seen().len(), 1);
}
