//! The program killed at each step of a job (`kill -9`): nothing is lost, nothing is sent twice.

use std::io::{BufRead, BufReader};
use std::net::SocketAddr;
use std::path::Path;
use std::process::{Child, ChildStderr, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use serde_json::{Value, json};

use super::cli::mediary;
use super::client::Request;
use super::server::wait_until;
use super::videos_studio::{Reply, Studio, film, mp4};

/// A served process.
struct Program {
    child: Child,
    address: SocketAddr,
    _log: BufReader<ChildStderr>,
}

impl Program {
    fn start(folder: &Path, studio: &Studio) -> Self {
        let config = folder.join("mediary.toml");
        let entry = studio.entry("far", "openai", json!({}));
        let file = json!({
            "server": { "port": 0, "log_format": "json" },
            "store": { "dir": folder.join("store") },
            "content": { "dir": folder.join("content") },
            "cache": { "bytes": 0 },
            "fetch": { "allow": ["127.0.0.1"] },
            "jobs": { "poll_seconds": 1, "webhook_retry_seconds": 1, "webhook_secret": "secret" },
            "providers": [entry],
        });
        let table: toml::Table = serde_json::from_value(file).expect("it has a TOML form");
        std::fs::write(&config, table.to_string()).expect("it can be written");
        let name = config.to_str().expect("temporary folders have plain names");
        let mut command = mediary(&["--config", name, "serve"]);
        #[expect(clippy::zombie_processes, reason = "it is waited for where it is dropped")]
        let mut child = command.stdout(Stdio::null()).stderr(Stdio::piped()).spawn().expect("the program was built");
        let mut log = BufReader::new(child.stderr.take().expect("it has a pipe"));
        loop {
            let mut line = String::new();
            assert_ne!(log.read_line(&mut line).expect("the log is UTF-8"), 0, "it ended before it served");
            let entry: Value = serde_json::from_str(&line).unwrap_or_default();
            if let Some(address) = entry["server.address"].as_str() {
                return Self { child, address: address.parse().expect("it is an address"), _log: log };
            }
        }
    }

    fn ask(&self, request: &Request) -> Value {
        request.send_to(self.address).json()
    }

    fn film(&self, fields: Value) -> String {
        self.ask(&film(fields))["id"].as_str().expect("jobs have ids").to_owned()
    }

    fn job(&self, id: &str) -> Value {
        self.ask(&Request::new("GET", format!("/v1/videos/{id}")))
    }

    fn ended(&self, id: &str) -> Value {
        let mut job = Value::Null;
        wait_until("the job ends", || {
            job = self.job(id);
            matches!(job["status"].as_str(), Some("completed" | "failed"))
        });
        job
    }

    /// `kill -9`.
    fn killed(mut self) {
        self.child.kill().expect("it runs");
        self.child.wait().expect("it is ours");
    }
}

impl Drop for Program {
    fn drop(&mut self) {
        drop(self.child.kill());
        drop(self.child.wait());
    }
}

/// A provider that hangs where it is told to, until it is let go.
fn hanging(at: &'static str) -> (Studio, Arc<AtomicBool>) {
    let hangs = Arc::new(AtomicBool::new(true));
    let told = hangs.clone();
    let studio = Studio::new(move |seen, _| {
        let step = match (seen.method.as_str(), seen.path.as_str()) {
            ("POST", "/hook") => "webhook",
            ("POST", _) => "submit",
            (_, path) if path.ends_with("/content") => "content",
            _ => "poll",
        };
        if step == at && told.load(Ordering::SeqCst) {
            return Reply::Hang;
        }
        match step {
            "webhook" => Reply::Json(200, json!({})),
            "submit" => Reply::Json(200, json!({ "id": "job-1" })),
            "content" => Reply::File("video/mp4", mp4()),
            _ => Reply::Json(200, json!({ "status": "completed" })),
        }
    });
    (studio, hangs)
}

#[test]
fn a_job_that_was_being_sent_is_given_up_and_those_behind_it_are_sent_once() {
    let (studio, hangs) = hanging("submit");
    let folder = tempfile::tempdir().unwrap();
    let program = Program::start(folder.path(), &studio);
    // So many are sent side by side; one more waits its turn.
    let ids: Vec<String> = (0..17).map(|_| program.film(json!({}))).collect();
    wait_until("they are being sent", || studio.count("POST", "/v1/videos") == 16);
    program.killed();
    hangs.store(false, Ordering::SeqCst);
    let program = Program::start(folder.path(), &studio);
    let jobs: Vec<Value> = ids.iter().map(|id| program.ended(id)).collect();
    let given_up = jobs.iter().filter(|job| job["error"]["code"] == "unknown_outcome").count();
    let completed = jobs.iter().filter(|job| job["status"] == "completed").count();
    assert_eq!((given_up, completed), (16, 1), "{jobs:?}");
    assert_eq!(studio.count("POST", "/v1/videos"), 17, "none was sent twice");
}

#[test]
fn a_job_goes_on_after_the_server_was_killed_at_any_later_step() {
    for step in ["poll", "content", "webhook"] {
        let (studio, hangs) = hanging(step);
        let folder = tempfile::tempdir().unwrap();
        let program = Program::start(folder.path(), &studio);
        let hook = format!("http://{}/hook", studio.address);
        let id = program.film(json!({ "webhook_url": hook }));
        let path = match step {
            "poll" => "/v1/videos/job-1",
            "content" => "/v1/videos/job-1/content",
            _ => "/hook",
        };
        let method = if step == "webhook" { "POST" } else { "GET" };
        wait_until("it hangs where it should", || studio.count(method, path) > 0);
        program.killed();
        hangs.store(false, Ordering::SeqCst);
        let program = Program::start(folder.path(), &studio);
        let job = program.ended(&id);
        assert_eq!(job["status"], "completed", "{step}: {job}");
        assert_eq!(studio.count("POST", "/v1/videos"), 1, "{step}: it was sent once");
        let content = Request::new("GET", format!("/v1/videos/{id}/content")).send_to(program.address);
        assert_eq!(content.body, mp4(), "{step}");
        let least = if step == "webhook" { 2 } else { 1 };
        wait_until("the client is told", || studio.count("POST", "/hook") >= least);
    }
}

#[test]
fn a_second_server_on_the_same_folder_is_refused() {
    let studio = Studio::quick();
    let folder = tempfile::tempdir().unwrap();
    let program = Program::start(folder.path(), &studio);
    let config = folder.path().join("mediary.toml");
    let second = mediary(&["--config", config.to_str().unwrap(), "serve"]).output().expect("the program was built");
    let said = String::from_utf8_lossy(&second.stderr).into_owned();
    assert!(!second.status.success() && said.contains("another server uses the data"), "{said}");
    drop(program);
}
