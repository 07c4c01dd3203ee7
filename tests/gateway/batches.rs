//! Batches as OpenAI has them: a file of requests becomes a file of answers, each made as its client's own request would be.

use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use mediary::config::{Bytes, Config, Secret};
use serde_json::{Value, json};

use super::chat_talk::{configure, over, serving};
use super::chat_words::saying;
use super::client::{Answer, Request};
use super::images_edits::{form, text};
use super::images_words::{encoded, png};
use super::server::{TestServer, sample, wait_until};
use super::upstream::{Gate, Seen};
use super::videos_studio::{Reply, Studio};

/// A server that keeps batches in this folder.
pub(crate) fn batching(folder: &Path, providers: &[Value], edit: impl FnOnce(&mut Config)) -> TestServer {
    serving(providers, |config| {
        config.store.dir = Some(folder.join("store"));
        edit(config);
    })
}

/// A provider of chats with a model `m`, as if it were far away.
pub(crate) fn talker(studio: &Studio) -> Value {
    json!({
        "id": "far", "dialect": "openai", "base_url": format!("http://0.0.0.0:{}/v1", studio.address.port()),
        "api_keys": ["sk-far-0123456789abcdef"], "models": [{ "id": "m" }],
    })
}

/// What the last message of a chat says that a provider was sent.
pub(crate) fn word(seen: &Seen) -> String {
    seen.json()["messages"][0]["content"].as_str().unwrap_or_default().to_owned()
}

/// A line that asks the model `m` about a word, which is the line's name as well.
pub(crate) fn line(word: &str) -> Value {
    let body = json!({ "model": "m", "messages": [{ "role": "user", "content": word }] });
    json!({ "custom_id": word, "method": "POST", "url": "/v1/chat/completions", "body": body })
}

pub(crate) fn lines(lines: &[Value]) -> String {
    lines.iter().map(|line| format!("{line}\n")).collect()
}

struct Client<'a>(&'a TestServer, &'a str);

impl Client<'_> {
    fn get(&self, path: &str) -> Answer {
        Request::new("GET", path.to_owned()).header("x-api-key", self.1).send(self.0)
    }

    fn posts(&self, path: &str, body: &Value) -> Answer {
        let request = Request::new("POST", path.to_owned()).header("x-api-key", self.1);
        request.body("application/json", body.to_string()).send(self.0)
    }

    fn put(&self, name: &str, bytes: &[u8]) -> String {
        let parts = [("file", Some(name), "application/octet-stream", bytes), text("purpose", "batch")];
        let file = form("/v1/files", &parts).header("x-api-key", self.1).send(self.0).ok();
        file["id"].as_str().expect("files have ids").to_owned()
    }

    fn asks(&self, file: &str, endpoint: &str, fields: Value) -> Answer {
        let body = json!({ "input_file_id": file, "endpoint": endpoint, "completion_window": "24h" });
        self.posts("/v1/batches", &over(body, fields))
    }

    /// Makes a batch of chats; gives its id.
    fn batch(&self, text: &str) -> String {
        let file = self.put("lines.jsonl", text.as_bytes());
        id(&self.asks(&file, "/v1/chat/completions", json!({})).ok())
    }

    fn ended(&self, id: &str) -> Value {
        let mut batch = Value::Null;
        wait_until("the batch ends", || {
            batch = self.get(&format!("/v1/batches/{id}")).ok();
            matches!(batch["status"].as_str(), Some("completed" | "failed" | "expired" | "cancelled"))
        });
        batch
    }

    /// The lines of one of its files, by their names.
    fn lines_of(&self, file: &Value) -> Vec<Value> {
        let Some(file) = file.as_str() else { return Vec::new() };
        let answer = self.get(&format!("/v1/files/{file}/content"));
        assert_eq!((answer.status, answer.header("content-type")), (200, Some("application/jsonl")));
        sorted(answer.text())
    }
}

/// Lines, by their names.
pub(crate) fn sorted(text: &str) -> Vec<Value> {
    let mut lines: Vec<Value> = text.lines().map(|line| serde_json::from_str(line).expect("a line is JSON")).collect();
    lines.sort_by_key(|line| line["custom_id"].as_str().map(str::to_owned));
    lines
}

fn id(object: &Value) -> String {
    object["id"].as_str().expect("it has an id").to_owned()
}

/// A provider that repeats what it is told, and refuses what is wrong.
fn echo() -> Studio {
    Studio::new(|seen, _| match word(seen).as_str() {
        "wrong" => {
            Reply::Json(400, json!({ "error": { "message": "That is wrong.", "type": "invalid_request_error" } }))
        }
        word => Reply::Json(200, saying(&format!("You said {word}."))),
    })
}

#[test]
fn a_file_of_requests_becomes_files_of_answers_and_errors() {
    let folder = tempfile::tempdir().expect("there is a place for temporary files");
    let studio = echo();
    let server = batching(folder.path(), &[talker(&studio)], |_| ());
    let client = Client(&server, "");
    let file = client.put("lines.jsonl", lines(&["one", "two", "wrong"].map(line)).as_bytes());
    let fields =
        json!({ "metadata": { "job": "night" }, "output_expires_after": { "anchor": "created_at", "seconds": 7200 } });
    let made = client.asks(&file, "/v1/chat/completions", fields).ok();
    assert_eq!((&made["object"], &made["endpoint"]), (&json!("batch"), &json!("/v1/chat/completions")));
    assert_eq!((&made["input_file_id"], &made["metadata"]["job"]), (&json!(file), &json!("night")));
    assert_eq!(made["expires_at"].as_i64(), made["created_at"].as_i64().map(|at| at + 86_400));
    let batch = client.ended(&id(&made));
    assert_eq!((&batch["status"], &batch["errors"]), (&json!("completed"), &Value::Null), "{batch}");
    assert_eq!(batch["request_counts"], json!({ "total": 3, "completed": 2, "failed": 1 }));
    for at in ["in_progress_at", "finalizing_at", "completed_at"] {
        assert!(batch[at].as_i64() >= batch["created_at"].as_i64(), "{at}: {batch}");
    }
    let output = client.lines_of(&batch["output_file_id"]);
    let said = |line: &Value| line["response"]["body"]["choices"][0]["message"]["content"].clone();
    let names: Vec<&Value> = output.iter().map(|line| &line["custom_id"]).collect();
    assert_eq!(names, ["one", "two"]);
    assert_eq!((said(&output[0]), said(&output[1])), (json!("You said one."), json!("You said two.")));
    assert_eq!((&output[0]["response"]["status_code"], &output[0]["error"]), (&json!(200), &Value::Null));
    assert!(output[0]["response"]["request_id"].as_str().is_some_and(|id| !id.is_empty()));
    assert!(output[0]["id"].as_str().is_some_and(|id| id.starts_with("batch_req_")));
    let error = client.lines_of(&batch["error_file_id"]);
    assert_eq!((error.len(), &error[0]["response"]["status_code"]), (1, &json!(400)));
    assert!(error[0]["response"]["body"]["error"]["message"].is_string(), "{}", error[0]);
    let mut seen: Vec<String> = studio.seen().iter().map(word).collect();
    seen.sort();
    assert_eq!(seen, ["one", "two", "wrong"], "each is asked once");
    let output_file = client.get(&format!("/v1/files/{}", batch["output_file_id"].as_str().expect("an id"))).ok();
    assert_eq!(output_file["purpose"], "batch_output");
    assert_eq!(output_file["expires_at"].as_i64(), output_file["created_at"].as_i64().map(|at| at + 7_200));
}

#[test]
fn what_is_wrong_with_a_file_is_told_line_by_line_before_anything_is_sent() {
    let folder = tempfile::tempdir().expect("there is a place for temporary files");
    let studio = echo();
    let server = batching(folder.path(), &[talker(&studio)], |config| config.batches.lines = 5);
    let client = Client(&server, "");
    let other = over(line("other"), json!({ "url": "/v1/embeddings" }));
    let text = format!("{}\n\nno JSON\n{}\n{other}\n", line("one"), line("one"));
    let batch = client.ended(&client.batch(&text));
    assert_eq!((&batch["status"], &batch["errors"]["object"]), (&json!("failed"), &json!("list")), "{batch}");
    assert!(batch["failed_at"].is_i64() && batch["output_file_id"].is_null(), "{batch}");
    let fault = |at: usize| {
        let fault = &batch["errors"]["data"][at];
        (fault["line"].as_i64(), fault["code"].as_str().map(str::to_owned), fault["param"].as_str().map(str::to_owned))
    };
    let fault_is =
        |line, code: &str, param: Option<&str>| (Some(line), Some(code.to_owned()), param.map(str::to_owned));
    assert_eq!(fault(0), fault_is(3, "invalid_json_line", None));
    assert_eq!(fault(1), fault_is(4, "duplicate_custom_id", Some("custom_id")));
    assert_eq!(fault(2), fault_is(5, "mismatched_endpoint", Some("url")));
    let many = lines(&["1", "2", "3", "4", "5", "6"].map(line));
    let batch = client.ended(&client.batch(&many));
    assert_eq!(batch["errors"]["data"][0]["code"], "too_many_lines", "{batch}");
    assert_eq!(studio.seen().len(), 0, "nothing was sent of any of them");
}

#[test]
fn a_batch_is_its_keys_alone_and_bounded() {
    let folder = tempfile::tempdir().expect("there is a place for temporary files");
    let (studio, gate) = (echo(), Gate::default());
    let waits = gate.clone();
    let slow = Studio::new(move |_, _| {
        waits.wait();
        Reply::Json(200, saying("At last."))
    });
    let slow_one = over(talker(&slow), json!({ "id": "slow", "models": [{ "id": "s" }] }));
    let server = batching(folder.path(), &[talker(&studio), slow_one], |config| {
        config.server.api_keys = ["key-of-one", "key-of-another"].map(Secret::new).to_vec();
        config.batches.open_per_key = 1;
        config.batches.bytes = Bytes::new(1_000);
    });
    let (one, other) = (Client(&server, "key-of-one"), Client(&server, "key-of-another"));
    let batch = one.batch(&lines(&[line("a")]));
    let path = format!("/v1/batches/{batch}");
    assert_eq!(one.ended(&batch)["status"], "completed");
    let ids = |client: &Client<'_>, query: &str| -> Vec<String> {
        let list = client.get(&format!("/v1/batches{query}")).ok();
        list["data"].as_array().expect("a list").iter().map(id).collect()
    };
    let slow_line =
        over(line("b"), json!({ "body": { "model": "slow/s", "messages": [{ "role": "user", "content": "b" }] } }));
    let second = one.batch(&lines(&[slow_line]));
    assert_eq!((ids(&one, ""), ids(&one, "?limit=1")), (vec![second.clone(), batch.clone()], vec![second.clone()]));
    assert_eq!(ids(&one, &format!("?after={second}")), std::slice::from_ref(&batch));
    // To others it is not there.
    assert!(ids(&other, "").is_empty());
    other.get(&path).refused(404, "no_such_batch", "another key made it");
    other.posts(&format!("{path}/cancel"), &json!({})).refused(404, "no_such_batch", "no such batch");
    let file = one.put("c.jsonl", lines(&[line("c")]).as_bytes());
    let chats = "/v1/chat/completions";
    other.asks(&file, chats, json!({})).refused(404, "file_not_found", "purpose batch");
    // One is open.
    one.asks(&file, chats, json!({})).refused(429, "too_many_batches", "open_per_key");
    let remove = |client: &Client<'_>, id: &str| {
        Request::new("DELETE", format!("/v1/batches/{id}")).header("x-api-key", client.1).send(client.0)
    };
    remove(&one, &second).refused(400, "invalid_request", "has not ended");
    one.posts(&format!("{path}/cancel"), &json!({})).refused(400, "invalid_request", "is completed already");
    gate.open();
    assert_eq!(one.ended(&second)["request_counts"]["completed"], 1);
    let large = one.put("large.jsonl", lines(&[line(&"x".repeat(1_000))]).as_bytes());
    one.asks(&large, chats, json!({})).refused(413, "batch_too_large", "[batches] bytes");
    one.asks(&file, "/v1/nothing", json!({})).refused(400, "invalid_request", "no endpoint of batches");
    let removed = remove(&one, &batch).ok();
    assert_eq!(removed, json!({ "id": batch, "object": "batch", "deleted": true }));
    one.get(&path).refused(404, "no_such_batch", "removed");
    // Without a place for them there are none.
    let none = TestServer::with(|_| ());
    Client(&none, "").get("/v1/batches").refused(503, "batches_not_kept", "[store] dir");
}

#[test]
fn a_batch_that_is_cancelled_keeps_what_was_answered() {
    let folder = tempfile::tempdir().expect("there is a place for temporary files");
    let gate = Gate::default();
    let waits = gate.clone();
    let studio = Studio::new(move |_, _| {
        waits.wait();
        Reply::Json(200, saying("At last."))
    });
    let server = batching(folder.path(), &[talker(&studio)], |config| config.batches.at_once = 1);
    let client = Client(&server, "");
    let batch = client.batch(&lines(&["a", "b", "c"].map(line)));
    wait_until("a line is under way", || studio.seen().len() == 1);
    let cancelling = client.posts(&format!("/v1/batches/{batch}/cancel"), &json!({})).ok();
    assert_eq!(cancelling["status"], "cancelling", "{cancelling}");
    gate.open();
    let ended = client.ended(&batch);
    assert_eq!((&ended["status"], &ended["cancelled_at"].is_i64()), (&json!("cancelled"), &true), "{ended}");
    assert_eq!(ended["request_counts"], json!({ "total": 3, "completed": 1, "failed": 2 }));
    assert_eq!(client.lines_of(&ended["output_file_id"])[0]["custom_id"], "a");
    let error = client.lines_of(&ended["error_file_id"]);
    assert_eq!((error.len(), &error[0]["error"]["code"]), (2, &json!("batch_cancelled")));
    assert_eq!(studio.seen().len(), 1, "no more were sent");
}

#[test]
fn vectors_pictures_words_and_documents_come_out_of_batches() {
    let folder = tempfile::tempdir().expect("there is a place for temporary files");
    let studio = Studio::new(|seen, _| match seen.path.as_str() {
        "/v1/embeddings" => {
            let vector = json!({ "object": "embedding", "index": 0, "embedding": [0.5, 0.25] });
            let usage = json!({ "prompt_tokens": 1, "total_tokens": 1 });
            Reply::Json(200, json!({ "object": "list", "data": [vector], "model": "v", "usage": usage }))
        }
        "/v1/images/generations" => {
            Reply::Json(200, json!({ "created": 1, "data": [{ "b64_json": encoded(&png(8, 8)) }] }))
        }
        _ => Reply::Json(200, json!({ "text": "Good morning." })),
    });
    let models = json!([
        { "id": "v", "tasks": ["embedding"] },
        { "id": "p", "tasks": ["image_generation"], "streaming": false },
        { "id": "t", "tasks": ["transcription"], "accepts": ["wav", "mp3"] },
    ]);
    let entry = over(talker(&studio), json!({ "models": models }));
    let server = batching(folder.path(), &[entry], |_| ());
    let client = Client(&server, "");
    let answered = |endpoint: &str, body: Value| -> Value {
        let line = json!({ "custom_id": "x", "method": "POST", "url": endpoint, "body": body });
        let file = client.put("lines.jsonl", line.to_string().as_bytes());
        let batch = client.ended(&id(&client.asks(&file, endpoint, json!({})).ok()));
        let error = client.lines_of(&batch["error_file_id"]);
        assert_eq!((&batch["request_counts"]["completed"], error.first()), (&json!(1), None), "{endpoint}");
        client.lines_of(&batch["output_file_id"])[0]["response"]["body"].clone()
    };
    let vectors = answered("/v1/embeddings", json!({ "model": "far/v", "input": "a", "encoding_format": "float" }));
    assert_eq!(vectors["data"][0]["embedding"], json!([0.5, 0.25]));
    let pictures = answered(
        "/v1/images/generations",
        json!({ "model": "far/p", "prompt": "A cat", "response_format": "b64_json" }),
    );
    assert!(pictures["data"][0]["b64_json"].is_string(), "{pictures}");
    let wav = sample("chime.wav");
    let recording = client.put("talk.wav", &wav);
    let transcription = json!({ "model": "far/t", "file": recording, "response_format": "json" });
    assert_eq!(answered("/v1/audio/transcriptions", transcription)["text"], "Good morning.");
    let sent = studio.seen().into_iter().find(|seen| seen.path.ends_with("/transcriptions")).expect("it was sent");
    assert!(sent.body.windows(wav.len()).any(|bytes| bytes == wav), "the recording itself arrives");
    // A document is read on this machine.
    let document = client.put("sign.png", &sample("sign.png"));
    let ocr = json!({ "model": "mistral-ocr-latest", "document": { "type": "file", "file_id": document } });
    let read = answered("/v1/ocr", ocr);
    assert!(read["pages"][0]["markdown"].as_str().is_some_and(|text| text.contains("21:45")), "{read}");
}

#[test]
fn lines_make_way_for_a_request_that_is_under_way() {
    let folder = tempfile::tempdir().expect("there is a place for temporary files");
    let (gate, at_once, most) = (Gate::default(), Arc::new(AtomicUsize::new(0)), Arc::new(AtomicUsize::new(0)));
    let (waits, now, peak) = (gate.clone(), at_once.clone(), most.clone());
    let studio = Studio::new(move |seen, _| {
        if word(seen) == "live" {
            waits.wait();
            return Reply::Json(200, saying("Live."));
        }
        peak.fetch_max(now.fetch_add(1, Ordering::SeqCst) + 1, Ordering::SeqCst);
        // So long that a second one would be seen beside it.
        let (_held, never) = std::sync::mpsc::channel::<()>();
        let _pause = never.recv_timeout(std::time::Duration::from_millis(5));
        now.fetch_sub(1, Ordering::SeqCst);
        Reply::Json(200, saying("Of a batch."))
    });
    let server = batching(folder.path(), &[talker(&studio)], |config| config.batches.at_once = 2);
    let client = Client(&server, "");
    let file = client.put("lines.jsonl", lines(&["a", "b", "c", "d", "e", "f"].map(line)).as_bytes());
    std::thread::scope(|scope| {
        let live = scope.spawn(|| {
            let chat = json!({ "model": "m", "messages": [{ "role": "user", "content": "live" }] });
            client.posts("/v1/chat/completions", &chat)
        });
        wait_until("the request is under way", || studio.seen().iter().any(|seen| word(seen) == "live"));
        let batch = id(&client.asks(&file, "/v1/chat/completions", json!({})).ok());
        assert_eq!(client.ended(&batch)["request_counts"]["completed"], 6);
        assert_eq!(most.load(Ordering::SeqCst), 1, "one line at a time beside it");
        gate.open();
        assert_eq!(live.join().expect("it is answered").status, 200);
    });
}

#[test]
fn configured_providers_are_those_of_the_lines() {
    // A header that bounds a request bounds each line of its batch.
    let folder = tempfile::tempdir().expect("there is a place for temporary files");
    let studio = echo();
    let mut config = Config::default();
    configure(&mut config, &[talker(&studio)]);
    let server = batching(folder.path(), &[talker(&studio)], |_| ());
    let client = Client(&server, "");
    let file = client.put("lines.jsonl", lines(&[line("secret")]).as_bytes());
    let body = json!({ "input_file_id": file, "endpoint": "/v1/chat/completions", "completion_window": "24h" });
    let asked = |privacy: &str| {
        let request = Request::new("POST", "/v1/batches").header("x-mediary-privacy", privacy);
        request.body("application/json", body.to_string()).send(&server)
    };
    asked("some").refused(400, "invalid_request", "any or local");
    let batch = client.ended(&id(&asked("local").ok()));
    assert_eq!(batch["request_counts"]["failed"], 1, "{batch}");
    assert_eq!(studio.seen().len(), 0, "nothing left this machine");
}
