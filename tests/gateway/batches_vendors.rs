//! Vendors with batches in words of their own, as strict as the real ones: Anthropic's, whose requests stand in what begins
//! them, and Gemini's, whose lines are uploaded in pieces.

use serde_json::{Value, json};

use super::batches_vendor::{Desk, Job, KEY, Vendor, refusal, words};
use super::upstream::Seen;
use super::videos_studio::Reply;

/// Anthropic.
pub(crate) fn anthropic() -> Vendor {
    Vendor::of(message_batches)
}

/// Gemini.
pub(crate) fn gemini() -> Vendor {
    Vendor::of(generated_batches)
}

/// The lines that were answered, in whatever order, with what was said to each: `None` where it was wrong. Of a batch that was
/// cancelled only the first was answered; what expires is none of them.
fn answered(job: &Job) -> Vec<(String, Option<String>)> {
    let most = if job.is_cancelled { 1 } else { job.lines.len() };
    let said = |(name, body): &(String, Value)| match words(body).as_str() {
        "expires" => None,
        "wrong" => Some((name.clone(), None)),
        word => Some((name.clone(), Some(format!("You said {word}.")))),
    };
    job.lines.iter().take(most).rev().filter_map(said).collect()
}

/// A batch that is asked about is over, unless it is held.
fn asked_about<'a>(desk: &'a mut Desk, id: &str) -> Option<&'a Job> {
    let holds = desk.holds;
    let job = desk.jobs.iter_mut().find(|job| job.id == id && !job.is_removed)?;
    job.is_over |= !holds || job.is_cancelled;
    Some(job)
}

fn begun(desk: &mut Desk, body: Value, lines: Vec<(String, Value)>) -> Job {
    let id = format!("batch_v{}", desk.jobs.len());
    let job = Job { id, body, lines, is_cancelled: false, is_over: false, is_removed: false };
    desk.jobs.push(job.clone());
    job
}

fn changed(desk: &mut Desk, id: &str, change: impl FnOnce(&mut Job)) -> Reply {
    match desk.jobs.iter_mut().find(|job| job.id == id && !job.is_removed) {
        Some(job) => {
            change(job);
            Reply::Json(200, json!({}))
        }
        None => refusal(404, "No such batch."),
    }
}

fn message(said: &str) -> Value {
    json!({
        "id": "msg_1", "type": "message", "role": "assistant", "model": "m", "stop_reason": "end_turn",
        "content": [{ "type": "text", "text": said }], "usage": { "input_tokens": 9, "output_tokens": 2 },
    })
}

fn message_batches(seen: &Seen, desk: &mut Desk) -> Reply {
    if (seen.header("x-api-key"), seen.header("anthropic-version")) != (Some(KEY), Some("2023-06-01")) {
        return refusal(401, "No such key.");
    }
    let path = seen.path.trim_start_matches("/v1/messages");
    let parts: Vec<&str> = path.split('/').filter(|part| !part.is_empty()).collect();
    match (seen.method.as_str(), parts.as_slice()) {
        ("POST", []) => {
            let word = words(&seen.json());
            desk.single.push(word.clone());
            match word.as_str() {
                "wrong" => refusal(400, "That is wrong."),
                word => Reply::Json(200, message(&format!("You said {word}."))),
            }
        }
        ("POST", ["batches"]) => {
            let body = seen.json();
            let mut lines = Vec::new();
            for request in body["requests"].as_array().expect("there are requests") {
                let name = request["custom_id"].as_str().unwrap_or_default();
                let fits = !name.is_empty() && name.len() <= 64 && request["params"]["max_tokens"].is_u64();
                if !fits || request["params"]["stream"] == true || request.as_object().map(|its| its.len()) != Some(2) {
                    return refusal(400, &format!("A request is wrong: {request}"));
                }
                lines.push((name.to_owned(), request["params"].clone()));
            }
            let job = begun(desk, Value::Null, lines);
            if desk.says_nothing { Reply::Close } else { Reply::Json(200, message_batch(&job)) }
        }
        ("GET", ["batches?limit=100"]) => {
            let listed: Vec<Value> = desk.jobs.iter().rev().filter(|job| !job.is_removed).map(message_batch).collect();
            desk.jobs.iter_mut().for_each(|job| job.is_over = true);
            Reply::Json(200, json!({ "data": listed, "has_more": false }))
        }
        ("GET", ["batches", id]) => match asked_about(desk, id) {
            Some(job) => Reply::Json(200, message_batch(job)),
            None => refusal(404, "No such batch."),
        },
        ("GET", ["batches", id, "results"]) => match asked_about(desk, id).filter(|job| job.is_over) {
            Some(job) => {
                let line = |(name, said): (String, Option<String>)| {
                    let result = match said {
                        Some(said) => json!({ "type": "succeeded", "message": message(&said) }),
                        None => json!({ "type": "errored", "error": { "type": "invalid_request_error" } }),
                    };
                    format!("{}\n", json!({ "custom_id": name, "result": result }))
                };
                let lines: String = answered(job).into_iter().map(line).collect();
                Reply::File("application/x-jsonl", lines.into_bytes())
            }
            None => refusal(404, "No results."),
        },
        ("POST", ["batches", id, "cancel"]) => changed(desk, id, |job| job.is_cancelled = true),
        ("DELETE", ["batches", id]) => changed(desk, id, |job| job.is_removed = true),
        _ => {
            desk.wrong.push(format!("{} {}", seen.method, seen.path));
            refusal(404, "No such path.")
        }
    }
}

fn message_batch(job: &Job) -> Value {
    let count = job.lines.len();
    let counts = if job.is_over { json!({ "succeeded": count }) } else { json!({ "processing": count }) };
    let status = if job.is_over { "ended" } else { "in_progress" };
    json!({ "id": job.id, "type": "message_batch", "processing_status": status, "request_counts": counts })
}

fn generation(said: &str) -> Value {
    json!({
        "candidates": [{ "content": { "role": "model", "parts": [{ "text": said }] }, "finishReason": "STOP" }],
        "usageMetadata": { "promptTokenCount": 9, "candidatesTokenCount": 2, "totalTokenCount": 11 },
    })
}

fn generated_batches(seen: &Seen, desk: &mut Desk) -> Reply {
    if seen.header("x-goog-api-key") != Some(KEY) {
        return refusal(400, "API key not valid.");
    }
    let host = format!("http://{}", seen.header("host").unwrap_or_default());
    let path = seen.path.clone();
    match (seen.method.as_str(), path.as_str()) {
        ("POST", "/upload/v1/files") => {
            let mime = seen.header("x-goog-upload-header-content-type");
            let is_begun = mime == Some("application/jsonl") && seen.header("x-goog-upload-command") == Some("start");
            if is_begun {
                Reply::UploadTo(format!("{host}/upload/v1/files?upload_id=u"))
            } else {
                refusal(400, "Not so.")
            }
        }
        ("POST", "/upload/v1/files?upload_id=u") => {
            let id = format!("in{}", desk.jobs.len());
            desk.files.insert(id.clone(), String::from_utf8_lossy(&seen.body).into_owned());
            let file =
                json!({ "name": format!("files/{id}"), "uri": format!("{host}/v1/files/{id}"), "state": "ACTIVE" });
            Reply::Json(200, json!({ "file": file }))
        }
        ("POST", "/v1/models/m:generateContent") => {
            let word = words(&seen.json());
            desk.single.push(word.clone());
            match word.as_str() {
                "wrong" => refusal(400, "That is wrong."),
                word => Reply::Json(200, generation(&format!("You said {word}."))),
            }
        }
        ("POST", "/v1/models/m:batchGenerateContent") => generations_begun(seen, desk),
        ("GET", "/v1/batches?pageSize=100") => {
            let listed: Vec<Value> = desk.jobs.iter().rev().filter(|job| !job.is_removed).map(operation).collect();
            Reply::Json(200, json!({ "operations": listed }))
        }
        ("POST", path) if path.ends_with(":cancel") => {
            let id = path.trim_start_matches("/v1/batches/").trim_end_matches(":cancel").to_owned();
            changed(desk, &id, |job| job.is_cancelled = true)
        }
        ("GET", path) if path.ends_with(":download?alt=media") => {
            let id = path.trim_start_matches("/v1/files/").trim_end_matches(":download?alt=media");
            match desk.files.get(id) {
                Some(text) => Reply::File("application/octet-stream", text.clone().into_bytes()),
                None => refusal(404, "No such file."),
            }
        }
        (method, path) => match (method, path.trim_start_matches("/v1/").split_once('/')) {
            ("GET", Some(("batches", id))) => looked_at(desk, id),
            ("DELETE", Some(("batches", id))) => changed(desk, id, |job| job.is_removed = true),
            ("DELETE", Some(("files", id))) if desk.files.remove(id).is_some() => Reply::Json(200, json!({})),
            _ => {
                desk.wrong.push(format!("{method} {path}"));
                refusal(404, "No such path.")
            }
        },
    }
}

fn generations_begun(seen: &Seen, desk: &mut Desk) -> Reply {
    let batch = seen.json()["batch"].clone();
    let file = batch["inputConfig"]["fileName"].as_str().and_then(|name| name.strip_prefix("files/"));
    let Some(text) = file.and_then(|id| desk.files.get(id)).cloned() else { return refusal(400, "No such file.") };
    let mut lines = Vec::new();
    for line in text.lines() {
        let line: Value = serde_json::from_str(line).expect("a line is JSON");
        let Some(name) = line["key"].as_str().filter(|_| line["request"]["contents"].is_array()) else {
            return refusal(400, &format!("A line is wrong: {line}"));
        };
        lines.push((name.to_owned(), line["request"].clone()));
    }
    let job = begun(desk, batch, lines);
    if desk.says_nothing { Reply::Close } else { Reply::Json(200, operation(&job)) }
}

fn looked_at(desk: &mut Desk, id: &str) -> Reply {
    let Some(job) = asked_about(desk, id).cloned() else { return refusal(404, "No such batch.") };
    if job.is_over {
        let line = |(name, said): (String, Option<String>)| match said {
            Some(said) => format!("{}\n", json!({ "key": name, "response": generation(&said) })),
            None => format!("{}\n", json!({ "key": name, "error": { "code": 3, "message": "That is wrong." } })),
        };
        desk.files.insert(format!("out-{id}"), answered(&job).into_iter().map(line).collect());
    }
    Reply::Json(200, operation(&job))
}

fn operation(job: &Job) -> Value {
    let state = match (job.is_over, job.is_cancelled) {
        (true, true) => "BATCH_STATE_CANCELLED",
        (true, false) => "BATCH_STATE_SUCCEEDED",
        (false, _) => "BATCH_STATE_RUNNING",
    };
    let mut operation = json!({
        "name": format!("batches/{}", job.id), "done": job.is_over,
        "metadata": {
            "state": state, "displayName": job.body["displayName"], "inputConfig": job.body["inputConfig"],
            "batchStats": { "requestCount": job.lines.len().to_string() },
        },
    });
    if job.is_over {
        operation["response"] = json!({ "responsesFile": format!("files/out-{}", job.id) });
    }
    operation
}
