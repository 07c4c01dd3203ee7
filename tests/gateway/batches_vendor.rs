//! A vendor with batches of its own, in this process, as strict as the real ones: here OpenAI's, with files; those of others
//! are in `batches_vendors`.
//!
//! It answers lines and single requests alike, by their last words, and remembers which came how. A batch ends when it is
//! asked about and nothing holds it.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard};

use serde_json::{Value, json};

use super::chat_words::saying;
use super::upstream::Seen;
use super::videos_studio::{Reply, Studio};

/// What a vendor has been sent, and what it has made of it.
#[derive(Debug, Default)]
pub(crate) struct Desk {
    /// Batches stay under way.
    pub(crate) holds: bool,
    /// A batch that begins is not told of.
    pub(crate) says_nothing: bool,
    /// No batch is taken.
    pub(crate) refuses: bool,
    /// Batches, in the order in which they began.
    pub(crate) jobs: Vec<Job>,
    /// What was asked by itself, by its words.
    pub(crate) single: Vec<String>,
    /// Files that are there, by their ids.
    pub(crate) files: BTreeMap<String, String>,
    /// What was asked and must not be.
    pub(crate) wrong: Vec<String>,
}

/// A batch at the vendor.
#[derive(Debug, Clone)]
pub(crate) struct Job {
    pub(crate) id: String,
    pub(crate) body: Value,
    /// Its lines: names and bodies.
    pub(crate) lines: Vec<(String, Value)>,
    pub(crate) is_cancelled: bool,
    pub(crate) is_over: bool,
    pub(crate) is_removed: bool,
}

impl Job {
    /// The words of its lines, in their order.
    pub(crate) fn words(&self) -> Vec<String> {
        self.lines.iter().map(|(_, body)| words(body)).collect()
    }
}

/// A vendor.
pub(crate) struct Vendor {
    pub(crate) studio: Studio,
    desk: Arc<Mutex<Desk>>,
}

/// The last words of a chat.
pub(crate) fn words(body: &Value) -> String {
    let messages = body["messages"].as_array().or_else(|| body["contents"].as_array());
    let last = messages.and_then(|messages| messages.last()).unwrap_or(&Value::Null);
    let content = &last["content"];
    let text = content.as_str().or_else(|| content[0]["text"].as_str()).or_else(|| last["parts"][0]["text"].as_str());
    text.unwrap_or_default().to_owned()
}

pub(crate) const KEY: &str = "sk-far-0123456789abcdef";

pub(crate) fn refusal(status: u16, message: &str) -> Reply {
    Reply::Json(status, json!({ "error": { "message": message, "type": "invalid_request_error" } }))
}

impl Vendor {
    pub(crate) fn openai() -> Self {
        Self::of(openai)
    }

    pub(crate) fn of(answer: impl Fn(&Seen, &mut Desk) -> Reply + Send + Sync + 'static) -> Self {
        let desk = Arc::<Mutex<Desk>>::default();
        let its = desk.clone();
        let studio = Studio::new(move |seen, _| answer(seen, &mut its.lock().expect("it is not poisoned")));
        Self { studio, desk }
    }

    pub(crate) fn desk(&self) -> MutexGuard<'_, Desk> {
        self.desk.lock().expect("it is not poisoned")
    }

    /// How many batches it has had, and how many requests by themselves.
    pub(crate) fn counts(&self) -> (usize, usize) {
        let desk = self.desk();
        (desk.jobs.len(), desk.single.len())
    }

    /// Its entry in the configuration, with a model `m` at this price.
    pub(crate) fn entry(&self, dialect: &str, price: &Value) -> Value {
        let auth = match dialect {
            "anthropic" => json!({ "header": "x-api-key" }),
            "gemini" => json!({ "header": "x-goog-api-key" }),
            _ => json!("bearer"),
        };
        json!({
            "id": "far", "dialect": dialect, "auth": auth, "base_url": format!("http://0.0.0.0:{}/v1", self.studio.address.port()),
            "api_keys": [KEY], "models": [{ "id": "m", "price": price, "batch_percent": 50 }],
        })
    }
}

fn openai(seen: &Seen, desk: &mut Desk) -> Reply {
    if seen.header("authorization") != Some(&format!("Bearer {KEY}")) {
        return refusal(401, "No such key.");
    }
    let path = seen.path.clone();
    let (place, query) = path.split_once('?').unwrap_or((&path, ""));
    let parts: Vec<&str> = place.trim_start_matches("/v1/").split('/').collect();
    match (seen.method.as_str(), parts.as_slice()) {
        ("POST", ["files"]) => {
            let form = String::from_utf8_lossy(&seen.body).into_owned();
            let text = form.split_once("application/jsonl\r\n\r\n").map_or("", |(_, rest)| rest);
            let text = text.split_once("\r\n--").map_or("", |(text, _)| text);
            if !form.contains("name=\"purpose\"\r\n\r\nbatch\r\n") || text.is_empty() {
                return refusal(400, "That is no file of a batch.");
            }
            let id = format!("file-in{}", desk.files.len());
            desk.files.insert(id.clone(), text.to_owned());
            Reply::Json(200, json!({ "id": id, "object": "file", "purpose": "batch" }))
        }
        ("GET", ["files", id, "content"]) => match desk.files.get(*id) {
            Some(text) => Reply::File("application/octet-stream", text.clone().into_bytes()),
            None => refusal(404, "No such file."),
        },
        ("DELETE", ["files", id]) => match desk.files.remove(*id) {
            Some(_) => Reply::Json(200, json!({ "id": id, "deleted": true })),
            None => refusal(404, "No such file."),
        },
        ("POST", ["batches"]) => begun(seen, desk),
        ("GET", ["batches"]) if query.starts_with("limit=100") => {
            let listed: Vec<Value> = desk.jobs.iter().rev().map(shown).collect();
            Reply::Json(200, json!({ "object": "list", "data": listed, "has_more": false }))
        }
        ("GET", ["batches", id]) => {
            let holds = desk.holds;
            let Some(at) = desk.jobs.iter().position(|job| job.id == *id) else {
                return refusal(404, "No such batch.");
            };
            if !desk.jobs[at].is_over && (!holds || desk.jobs[at].is_cancelled) {
                desk.jobs[at].is_over = true;
                let job = desk.jobs[at].clone();
                let (good, bad) = results(&job);
                desk.files.insert(format!("file-out-{}", job.id), good);
                desk.files.insert(format!("file-bad-{}", job.id), bad);
            }
            Reply::Json(200, shown(&desk.jobs[at]))
        }
        ("POST", ["batches", id, "cancel"]) => match desk.jobs.iter_mut().find(|job| job.id == *id) {
            Some(job) if !job.is_over => {
                job.is_cancelled = true;
                Reply::Json(200, shown(job))
            }
            Some(_) => refusal(409, "It has ended."),
            None => refusal(404, "No such batch."),
        },
        ("POST", ["chat", "completions"]) => {
            let word = words(&seen.json());
            desk.single.push(word.clone());
            answered(&word).map_or_else(|| refusal(400, "That is wrong."), |body| Reply::Json(200, body))
        }
        _ => {
            desk.wrong.push(format!("{} {path}", seen.method));
            refusal(404, "No such path.")
        }
    }
}

fn answered(word: &str) -> Option<Value> {
    (word != "wrong").then(|| saying(&format!("You said {word}.")))
}

fn begun(seen: &Seen, desk: &mut Desk) -> Reply {
    let body = seen.json();
    if desk.refuses {
        return refusal(400, "Batches are not for this account.");
    }
    let known = ["input_file_id", "endpoint", "completion_window", "metadata"];
    let is_known = body.as_object().is_some_and(|fields| fields.keys().all(|name| known.contains(&name.as_str())));
    let text = body["input_file_id"].as_str().and_then(|id| desk.files.get(id)).cloned();
    let (true, Some(text), "24h") = (is_known, text, body["completion_window"].as_str().unwrap_or_default()) else {
        return refusal(400, "That is no batch.");
    };
    let mut lines: Vec<(String, Value)> = Vec::new();
    for line in text.lines() {
        let line: Value = serde_json::from_str(line).expect("a line is JSON");
        let name = line["custom_id"].as_str().unwrap_or_default().to_owned();
        let fits = line["method"] == "POST" && line["url"] == body["endpoint"] && (1..=64).contains(&name.len());
        let is_single = line["body"]["stream"] != true && lines.iter().all(|(other, _)| *other != name);
        if !fits || !is_single || line["body"]["model"] != "m" {
            return refusal(400, &format!("A line is wrong: {line}"));
        }
        lines.push((name, line["body"].clone()));
    }
    let job = Job {
        id: format!("batch_v{}", desk.jobs.len()),
        body,
        lines,
        is_cancelled: false,
        is_over: false,
        is_removed: false,
    };
    let shown = shown(&job);
    desk.jobs.push(job);
    if desk.says_nothing { Reply::Close } else { Reply::Json(200, shown) }
}

fn shown(job: &Job) -> Value {
    let status = match (job.is_over, job.is_cancelled) {
        (true, true) => "cancelled",
        (true, false) => "completed",
        (false, true) => "cancelling",
        (false, false) => "in_progress",
    };
    let file = |kind: &str| if job.is_over { json!(format!("file-{kind}-{}", job.id)) } else { Value::Null };
    json!({
        "id": job.id, "object": "batch", "status": status, "created_at": 1_790_000_000_i64,
        "metadata": job.body["metadata"], "input_file_id": job.body["input_file_id"], "output_file_id": file("out"),
        "error_file_id": file("bad"), "request_counts": { "total": job.lines.len(), "completed": 0, "failed": 0 },
    })
}

/// The files of results. Of a batch that was cancelled only the first line was answered; what expires is in none of them,
/// and what comes later comes first.
fn results(job: &Job) -> (String, String) {
    let (mut good, mut bad) = (String::new(), String::new());
    let most = if job.is_cancelled { 1 } else { job.lines.len() };
    for (name, body) in job.lines.iter().take(most).rev() {
        let word = words(body);
        let (status, body) = match answered(&word) {
            _ if word == "expires" => continue,
            Some(body) => (200, body),
            None => (400, json!({ "error": { "message": "That is wrong." } })),
        };
        let line = json!({
            "id": format!("batch_req_{name}"), "custom_id": name, "error": null,
            "response": { "status_code": status, "request_id": "r", "body": body },
        });
        let file = if status == 200 { &mut good } else { &mut bad };
        file.push_str(&format!("{line}\n"));
    }
    (good, bad)
}
