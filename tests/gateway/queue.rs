//! Batches of a server whose lines are answered by other processes, over a real broker: nodes and the server are killed in
//! the middle of it, and every line is answered, or said to be in doubt, and none sent twice.

use std::io::{BufRead, BufReader};
use std::process::{Child, Stdio};
use std::time::Duration;

use mediary_servers::Nats;
use mediary_store::{Queue, QueueBounds};
use serde_json::{Value, json};
use tempfile::TempDir;

use super::batches::{line, lines, sorted, talker, word};
use super::chat_words::saying;
use super::cli::mediary;
use super::cli_serve::Served;
use super::client::Request;
use super::images_edits::{form, text};
use super::keys_providers::Place;
use super::pdf::Pdf;
use super::server::{sample, wait_until};
use super::upstream::Gate;
use super::videos_studio::{Reply, Studio};

/// A node, killed when it is dropped (`kill -9`).
struct Node {
    child: Child,
    _store: TempDir,
}

impl Node {
    fn start(place: &Place, broker: &Nats) -> Self {
        let store = tempfile::tempdir().expect("there is a temporary folder");
        let config = place.path("mediary.toml");
        let name = config.to_str().expect("temporary folders have plain names");
        let mut command = mediary(&["node", "--at-once", "2", "--config", name]);
        command.env("MEDIARY_STORE__DIR", store.path().join("store")).envs(settings(&broker.url()));
        command.env("MEDIARY_LOG", "error,mediary::cli::node=info");
        #[expect(clippy::zombie_processes, reason = "it is waited for where it is dropped")]
        let mut child = command.stdout(Stdio::null()).stderr(Stdio::piped()).spawn().expect("the program was built");
        let mut log = BufReader::new(child.stderr.take().expect("it has a pipe"));
        loop {
            let mut line = String::new();
            assert_ne!(log.read_line(&mut line).expect("the log is UTF-8"), 0, "it ended before it worked");
            if line.contains("this node answers lines") {
                return Self { child, _store: store };
            }
        }
    }
}

impl Drop for Node {
    fn drop(&mut self) {
        drop(self.child.kill());
        drop(self.child.wait());
    }
}

fn settings(url: &str) -> [(&'static str, String); 2] {
    [("MEDIARY_QUEUE__URL", url.to_owned()), ("MEDIARY_QUEUE__LEASE_SECONDS", "1".to_owned())]
}

fn serve(place: &Place, broker: &Nats) -> Served {
    let settings = settings(&broker.url());
    place.serve(&settings.each_ref().map(|(name, value)| (*name, value.as_str())))
}

fn ask(served: &Served, request: &Request) -> Value {
    request.send_to(served.address.parse().expect("it is an address")).ok()
}

fn batch(served: &Served, endpoint: &str, text_of_lines: &str) -> String {
    batch_of("", served, endpoint, text_of_lines)
}

fn keyed(request: Request, key: &str) -> Request {
    if key.is_empty() { request } else { request.header("x-api-key", key) }
}

/// A batch of this key's.
fn batch_of(key: &str, served: &Served, endpoint: &str, text_of_lines: &str) -> String {
    let parts = [("file", Some("a.jsonl"), "application/jsonl", text_of_lines.as_bytes()), text("purpose", "batch")];
    let file = ask(served, &keyed(form("/v1/files", &parts), key));
    let body = json!({ "input_file_id": file["id"], "endpoint": endpoint, "completion_window": "24h" });
    let request = Request::new("POST", "/v1/batches").body("application/json", body.to_string());
    let made = ask(served, &keyed(request, key));
    made["id"].as_str().expect("it has an id").to_owned()
}

fn ended(served: &Served, id: &str) -> Value {
    let mut batch = Value::Null;
    wait_until("the batch ends", || {
        batch = ask(served, &Request::new("GET", format!("/v1/batches/{id}")));
        batch["status"] == "completed"
    });
    batch
}

fn lines_of(served: &Served, file: &Value) -> Vec<Value> {
    let file = file.as_str().expect("there is a file");
    let request = Request::new("GET", format!("/v1/files/{file}/content"));
    sorted(request.send_to(served.address.parse().expect("it is an address")).text())
}

fn names(lines: &[Value]) -> Vec<&str> {
    lines.iter().filter_map(|line| line["custom_id"].as_str()).collect()
}

/// A provider that keeps slow words waiting at a gate.
fn slow(gate: &Gate) -> Studio {
    let waits = gate.clone();
    Studio::new(move |seen, _| {
        if word(seen).starts_with("slow") {
            waits.wait();
        }
        Reply::Json(200, saying(&format!("You said {}.", word(seen))))
    })
}

fn words(studio: &Studio) -> Vec<String> {
    let mut words: Vec<String> = studio.seen().iter().map(word).collect();
    words.sort();
    words
}

#[test]
fn what_a_killed_node_had_is_seen_to_by_another_and_sent_nowhere_twice() {
    let Some(broker) = Nats::start() else { return };
    let gate = Gate::default();
    let studio = slow(&gate);
    let place = Place::with(&[talker(&studio)]);
    let served = serve(&place, &broker);
    let first = Node::start(&place, &broker);
    let id = batch(&served, "/v1/chat/completions", &lines(&["slow-1", "slow-2", "a", "b", "c"].map(line)));
    wait_until("the first node has its hands full", || studio.seen().len() == 2);
    let _second = Node::start(&place, &broker);
    let stands = || ask(&served, &Request::new("GET", format!("/v1/batches/{id}")));
    wait_until("the second answers the others", || stands()["request_counts"]["completed"] == 3);
    drop(first);
    let ended = ended(&served, &id);
    gate.open();
    assert_eq!(ended["request_counts"], json!({ "total": 5, "completed": 3, "failed": 2 }), "{ended}");
    assert_eq!(names(&lines_of(&served, &ended["output_file_id"])), ["a", "b", "c"]);
    let error = lines_of(&served, &ended["error_file_id"]);
    assert_eq!((names(&error), &error[0]["error"]["code"]), (vec!["slow-1", "slow-2"], &json!("unknown_outcome")));
    assert_eq!(words(&studio), ["a", "b", "c", "slow-1", "slow-2"], "each was sent once");
}

#[test]
fn what_nodes_answer_while_the_server_is_down_is_found_when_it_is_back() {
    let Some(broker) = Nats::start() else { return };
    let gate = Gate::default();
    let studio = slow(&gate);
    let place = Place::with(&[talker(&studio)]);
    let served = serve(&place, &broker);
    let _node = Node::start(&place, &broker);
    let id = batch(&served, "/v1/chat/completions", &lines(&["slow-1", "slow-2", "a"].map(line)));
    wait_until("two are under way", || studio.seen().len() == 2);
    drop(served);
    gate.open();
    let served = serve(&place, &broker);
    let ended = ended(&served, &id);
    assert_eq!(ended["request_counts"], json!({ "total": 3, "completed": 3, "failed": 0 }), "{ended}");
    assert_eq!(names(&lines_of(&served, &ended["output_file_id"])), ["a", "slow-1", "slow-2"]);
    assert_eq!(words(&studio), ["a", "slow-1", "slow-2"], "each was sent once");
}

#[test]
fn pages_are_read_by_nodes() {
    use base64::Engine as _;
    let Some(broker) = Nats::start() else { return };
    let place = Place::with(&[]);
    let served = serve(&place, &broker);
    let _nodes = [Node::start(&place, &broker), Node::start(&place, &broker)];
    let page = base64::engine::general_purpose::STANDARD.encode(sample("sign.png"));
    let document = json!({ "type": "image_url", "image_url": format!("data:image/png;base64,{page}") });
    let body = json!({ "model": "mistral-ocr-latest", "document": document });
    let line =
        |number: usize| json!({ "custom_id": format!("p{number}"), "method": "POST", "url": "/v1/ocr", "body": body });
    let pages: Vec<Value> = (0..6).map(line).collect();
    let ended = ended(&served, &batch(&served, "/v1/ocr", &lines(&pages)));
    assert_eq!(ended["request_counts"], json!({ "total": 6, "completed": 6, "failed": 0 }), "{ended}");
    for line in lines_of(&served, &ended["output_file_id"]) {
        let text = line["response"]["body"]["pages"][0]["markdown"].as_str().unwrap_or_default();
        assert!(text.contains("21:45"), "{line}");
    }
}

#[test]
fn what_must_not_leave_this_machine_is_done_on_it() {
    use base64::Engine as _;
    let Some(broker) = Nats::start() else { return };
    let place = Place::with(&[]);
    let told = place.told(&["clients", "create", "here", "--local-only"], "");
    let key = told.lines().next().expect("the key").to_owned();
    let served = serve(&place, &broker);
    let page = base64::engine::general_purpose::STANDARD.encode(sample("sign.png"));
    let document = json!({ "type": "image_url", "image_url": format!("data:image/png;base64,{page}") });
    let body = json!({ "model": "mistral-ocr-latest", "document": document });
    let page = json!({ "custom_id": "p", "method": "POST", "url": "/v1/ocr", "body": body });
    // There is no node that could do it.
    let id = batch_of(&key, &served, "/v1/ocr", &lines(&[page]));
    let mut batch = Value::Null;
    wait_until("the batch ends", || {
        batch = ask(&served, &keyed(Request::new("GET", format!("/v1/batches/{id}")), &key));
        batch["status"] == "completed"
    });
    assert_eq!(batch["request_counts"], json!({ "total": 1, "completed": 1, "failed": 0 }), "{batch}");
}

#[test]
fn a_line_that_is_too_long_for_the_broker_is_refused_and_the_others_are_answered() {
    let Some(broker) = Nats::start() else { return };
    let studio = slow(&Gate::default());
    let place = Place::with(&[talker(&studio)]);
    let served = serve(&place, &broker);
    let _node = Node::start(&place, &broker);
    let mut long = line(&"long ".repeat(150_000));
    long["custom_id"] = json!("long");
    let ended = ended(&served, &batch(&served, "/v1/chat/completions", &lines(&[long, line("a")])));
    assert_eq!(ended["request_counts"], json!({ "total": 2, "completed": 1, "failed": 1 }), "{ended}");
    let error = lines_of(&served, &ended["error_file_id"]).remove(0);
    let (response, told) = (&error["response"], &error["response"]["body"]["error"]);
    assert_eq!((&error["custom_id"], &response["status_code"]), (&json!("long"), &json!(413)), "{error}");
    assert_eq!(told["code"], "request_too_large", "{error}");
    assert!(told["message"].as_str().is_some_and(|said| said.contains("[store] content")), "{error}");
    assert_eq!(words(&studio), ["a"], "it was sent nowhere");
}

#[test]
fn what_was_cancelled_before_a_node_had_it_is_sent_by_none() {
    let Some(broker) = Nats::start() else { return };
    let studio = slow(&Gate::default());
    let place = Place::with(&[talker(&studio)]);
    let served = serve(&place, &broker);
    let id = batch(&served, "/v1/chat/completions", &lines(&["a", "b", "c"].map(line)));
    let stands = || ask(&served, &Request::new("GET", format!("/v1/batches/{id}")));
    wait_until("it goes on", || stands()["status"] == "in_progress");
    ask(&served, &Request::new("POST", format!("/v1/batches/{id}/cancel")));
    wait_until("it ends without a node", || stands()["status"] == "cancelled");
    let error = lines_of(&served, &stands()["error_file_id"]);
    assert_eq!((names(&error), &error[0]["error"]["code"]), (vec!["a", "b", "c"], &json!("batch_cancelled")));
    // A node that comes afterwards finds the next batch, and nothing of this one.
    let _node = Node::start(&place, &broker);
    let next = batch(&served, "/v1/chat/completions", &lines(&["d"].map(line)));
    ended(&served, &next);
    assert_eq!(words(&studio), ["d"]);
}

#[test]
fn a_server_starts_while_its_broker_is_away_and_its_batches_wait() {
    let studio = Studio::new(|seen, _| Reply::Json(200, saying(&format!("You said {}.", word(seen)))));
    let place = Place::with(&[talker(&studio)]);
    // Nothing listens at the port of none.
    let served = place.serve(&[("MEDIARY_QUEUE__URL", "nats://127.0.0.1:1")]);
    let id = batch(&served, "/v1/chat/completions", &lines(&[line("a")]));
    let waits = ask(&served, &Request::new("GET", format!("/v1/batches/{id}")));
    assert_eq!((&waits["status"], studio.seen().len()), (&json!("validating"), 0), "{waits}");
    drop(served);
    // Without a broker it answers them itself.
    let served = place.serve(&[]);
    assert_eq!(names(&lines_of(&served, &ended(&served, &id)["output_file_id"])), ["a"]);
}

/// A line that reads a document of 45 pages, and its body.
fn long_document() -> (String, Value) {
    use base64::Engine as _;
    let pages: Vec<String> =
        (0..45).map(|page| format!("On page {page} of this paper there are words about the weather.")).collect();
    let pages: Vec<&str> = pages.iter().map(String::as_str).collect();
    let document = base64::engine::general_purpose::STANDARD.encode(Pdf::of_texts(&pages).bytes());
    let url = format!("data:application/pdf;base64,{document}");
    let body = json!({ "model": "mistral-ocr-latest", "document": { "type": "document_url", "document_url": url } });
    let line = json!({ "custom_id": "paper", "method": "POST", "url": "/v1/ocr", "body": body });
    (lines(&[line]), body)
}

/// The parts of a line that are taken, each with what it asks for, and given back.
async fn parts_taken(broker: &Nats, count: usize) -> Vec<(String, Value)> {
    let bounds = QueueBounds { lease: Duration::from_secs(1), backlog: 1_000, done_bytes: 1 << 30 };
    let queue = Queue::open(&broker.url().parse().expect("it is an address"), "mediary", bounds).await;
    let queue = queue.expect("the broker is there");
    let mut taken = Vec::new();
    while taken.len() < count {
        let work = queue.take(Duration::from_secs(5)).await.expect("the broker answers").expect("there is work");
        let job: Value = serde_json::from_slice(&work.body()).expect("it is JSON");
        taken.push((work.name().rsplit('.').nth(1).unwrap_or_default().to_owned(), job["part"].clone()));
        work.give_back().await.expect("the broker hears");
    }
    taken
}

#[test]
fn a_long_document_is_read_in_parts_by_whoever_has_time() {
    let Some(broker) = Nats::start() else { return };
    let place = Place::with(&[]);
    let served = serve(&place, &broker);
    let (text, body) = long_document();
    let id = batch(&served, "/v1/ocr", &text);
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    let taken = runtime.expect("the system gives threads").block_on(parts_taken(&broker, 3));
    // What was given back is given out again, so that a part may have come twice.
    for (name, part) in &taken {
        let expected = match name.as_str() {
            "part0" => r#"{"pages":"0-19"}"#,
            "part1" => r#"{"pages":"20-39"}"#,
            _ => r#"{"pages":"40-44"}"#,
        };
        assert_eq!(part, expected, "{name}");
    }
    let _nodes = [Node::start(&place, &broker), Node::start(&place, &broker)];
    let ended = ended(&served, &id);
    assert_eq!(ended["request_counts"], json!({ "total": 1, "completed": 1, "failed": 0 }), "{ended}");
    let line = lines_of(&served, &ended["output_file_id"]).remove(0);
    let whole = ask(&served, &Request::new("POST", "/v1/ocr").body("application/json", body.to_string()));
    assert_eq!(whole["pages"].as_array().map(Vec::len), Some(45));
    assert_eq!(line["response"]["body"], whole);
}

#[test]
fn parts_that_no_node_has_are_taken_back_with_their_batch() {
    let Some(broker) = Nats::start() else { return };
    let place = Place::with(&[]);
    let served = serve(&place, &broker);
    let id = batch(&served, "/v1/ocr", &long_document().0);
    let stands = || ask(&served, &Request::new("GET", format!("/v1/batches/{id}")));
    wait_until("it goes on", || stands()["status"] == "in_progress");
    ask(&served, &Request::new("POST", format!("/v1/batches/{id}/cancel")));
    wait_until("it ends without a node", || stands()["status"] == "cancelled");
    let error = lines_of(&served, &stands()["error_file_id"]);
    assert_eq!((names(&error), &error[0]["error"]["code"]), (vec!["paper"], &json!("batch_cancelled")));
}
