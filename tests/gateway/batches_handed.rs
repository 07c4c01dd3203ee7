//! Lines of batches that batches of their provider's own answer: at its price, once, whatever happens on the way.

use std::path::Path;
use std::time::Duration;

use mediary::config::{Config, Handover};
use serde_json::{Value, json};

use super::batches::{batching, line, lines, sorted};
use super::batches_vendor::Vendor;
use super::batches_vendors::{anthropic, gemini};
use super::chat_talk::over;
use super::cli_serve::Served;
use super::client::{Answer, Request};
use super::images_edits::{form, text};
use super::keys_providers::Place;
use super::server::{TestServer, wait_until};

/// Dollars for a token, so that each shows.
fn price() -> Value {
    json!({ "input_usd": 10_000.0, "output_usd": 10_000.0 })
}

/// A server that asks its vendor how batches stand all the time.
fn handing(folder: &Path, entry: &Value, handover: Handover) -> TestServer {
    batching(folder, std::slice::from_ref(entry), |config: &mut Config| {
        config.batches.poll = Duration::from_millis(10);
        config.batches.handover = handover;
    })
}

/// What is asked, of a server in this process or another.
trait Asks {
    fn ask(&self, request: Request) -> Answer;

    fn batch(&self, text_of_lines: &str, fields: Value) -> String {
        let parts =
            [("file", Some("a.jsonl"), "application/jsonl", text_of_lines.as_bytes()), text("purpose", "batch")];
        let file = self.ask(form("/v1/files", &parts)).ok();
        let body =
            json!({ "input_file_id": file["id"], "endpoint": "/v1/chat/completions", "completion_window": "24h" });
        let body = over(body, fields).to_string();
        let made = self.ask(Request::new("POST", "/v1/batches").body("application/json", body)).ok();
        made["id"].as_str().expect("it has an id").to_owned()
    }

    fn stands(&self, id: &str) -> Value {
        self.ask(Request::new("GET", format!("/v1/batches/{id}"))).ok()
    }

    fn batch_ended(&self, id: &str) -> Value {
        let mut batch = Value::Null;
        wait_until("the batch ends", || {
            batch = self.stands(id);
            matches!(batch["status"].as_str(), Some("completed" | "failed" | "expired" | "cancelled"))
        });
        batch
    }

    /// What the lines of a file say, by their names.
    fn said(&self, file: &Value) -> Vec<(String, String)> {
        let Some(file) = file.as_str() else { return Vec::new() };
        let answer = self.ask(Request::new("GET", format!("/v1/files/{file}/content")));
        let said = |line: Value| {
            let body = &line["response"]["body"];
            let said = body["choices"][0]["message"]["content"].as_str().or_else(|| body["error"]["message"].as_str());
            let code = || line["error"]["code"].as_str();
            (
                line["custom_id"].as_str().unwrap_or_default().to_owned(),
                said.or_else(code).unwrap_or_default().to_owned(),
            )
        };
        sorted(answer.text()).into_iter().map(said).collect()
    }
}

impl Asks for TestServer {
    fn ask(&self, request: Request) -> Answer {
        request.send(self)
    }
}

/// A served process and the key to ask it with.
struct Keyed<'a>(&'a Served, &'a str);

impl Asks for Keyed<'_> {
    fn ask(&self, request: Request) -> Answer {
        let request = if self.1.is_empty() { request } else { request.header("x-api-key", self.1) };
        request.send_to(self.0.address.parse().expect("it is an address"))
    }
}

fn allowed() -> Value {
    json!({ "metadata": { "mediary_handover": "allow" } })
}

fn pairs(pairs: &[(&str, &str)]) -> Vec<(String, String)> {
    pairs.iter().map(|(name, said)| ((*name).to_owned(), (*said).to_owned())).collect()
}

#[test]
fn lines_go_to_a_batch_of_their_provider_and_what_that_leaves_goes_as_ever() {
    let folder = tempfile::tempdir().expect("there is a place for temporary files");
    let vendor = Vendor::openai();
    let server = handing(folder.path(), &vendor.entry("openai", &price()), Handover::Asked);
    let mut free = line("tiered");
    free["body"]["model"] = json!("auto");
    let id = server.batch(&lines(&[line("one"), line("wrong"), line("expires"), line("two"), free]), allowed());
    let batch = server.batch_ended(&id);
    assert_eq!(batch["request_counts"], json!({ "total": 5, "completed": 4, "failed": 1 }), "{batch}");
    let good = [
        ("expires", "You said expires."),
        ("one", "You said one."),
        ("tiered", "You said tiered."),
        ("two", "You said two."),
    ];
    assert_eq!(server.said(&batch["output_file_id"]), pairs(&good));
    assert_eq!(server.said(&batch["error_file_id"])[0].0, "wrong");
    let desk = vendor.desk();
    assert_eq!(desk.jobs.len(), 1, "lines alike go in one job");
    assert_eq!(desk.jobs[0].words(), ["one", "wrong", "expires", "two", "tiered"]);
    let mut single = desk.single.clone();
    single.sort();
    assert_eq!(single, ["expires", "wrong"], "what the batch left unanswered, once each");
    assert!(desk.files.is_empty(), "nothing is left at the vendor: {:?}", desk.files);
    assert_eq!(desk.wrong, Vec::<String>::new());
}

#[test]
fn each_vendor_is_asked_for_a_batch_in_its_own_words() {
    for (dialect, vendor) in [("anthropic", anthropic()), ("gemini", gemini())] {
        let folder = tempfile::tempdir().expect("there is a place for temporary files");
        let server = handing(folder.path(), &vendor.entry(dialect, &price()), Handover::Asked);
        let id = server.batch(&lines(&["one", "wrong", "expires", "two"].map(line)), allowed());
        let batch = server.batch_ended(&id);
        assert_eq!(batch["request_counts"], json!({ "total": 4, "completed": 3, "failed": 1 }), "{dialect} {batch}");
        let good = [("expires", "You said expires."), ("one", "You said one."), ("two", "You said two.")];
        assert_eq!(server.said(&batch["output_file_id"]), pairs(&good), "{dialect}");
        let desk = vendor.desk();
        assert_eq!(desk.wrong, Vec::<String>::new(), "{dialect}");
        assert_eq!(
            (desk.jobs.len(), desk.jobs[0].words()),
            (1, ["one", "wrong", "expires", "two"].map(str::to_owned).to_vec())
        );
        let mut single = desk.single.clone();
        single.sort();
        assert_eq!(single, ["expires", "wrong"], "{dialect}: what the batch left unanswered, once each");
        assert!(desk.files.is_empty(), "{dialect}: nothing is left at the vendor: {:?}", desk.files);
        assert!(desk.jobs[0].is_removed, "{dialect}");
    }
}

#[test]
fn a_batch_whose_beginning_was_not_heard_is_found_at_each_vendor() {
    for (dialect, vendor) in [("anthropic", anthropic()), ("gemini", gemini())] {
        let folder = tempfile::tempdir().expect("there is a place for temporary files");
        vendor.desk().says_nothing = true;
        let server = handing(folder.path(), &vendor.entry(dialect, &price()), Handover::Always);
        let batch = server.batch_ended(&server.batch(&lines(&["one", "two"].map(line)), json!({})));
        let good = [("one", "You said one."), ("two", "You said two.")];
        assert_eq!(server.said(&batch["output_file_id"]), pairs(&good), "{dialect} {batch}");
        assert_eq!(vendor.counts(), (1, 0), "{dialect}: nothing was sent twice");
    }
}

#[test]
fn a_batch_is_ended_at_each_vendor() {
    for (dialect, vendor) in [("anthropic", anthropic()), ("gemini", gemini())] {
        let folder = tempfile::tempdir().expect("there is a place for temporary files");
        vendor.desk().holds = true;
        let server = handing(folder.path(), &vendor.entry(dialect, &price()), Handover::Always);
        let id = server.batch(&lines(&["one", "two"].map(line)), json!({}));
        wait_until("the vendor has it", || vendor.desk().jobs.len() == 1);
        server.ask(Request::new("POST", format!("/v1/batches/{id}/cancel")).body("application/json", "{}")).ok();
        let batch = server.batch_ended(&id);
        assert_eq!(
            (&batch["status"], &batch["request_counts"]["completed"]),
            (&json!("cancelled"), &json!(1)),
            "{batch}"
        );
        assert_eq!(server.said(&batch["output_file_id"]), pairs(&[("one", "You said one.")]), "{dialect}");
        assert!(vendor.desk().jobs[0].is_cancelled && vendor.desk().single.is_empty(), "{dialect}");
    }
}

#[test]
fn only_what_may_wait_and_costs_less_is_handed_over() {
    let vendor = Vendor::openai();
    let never = || json!({ "metadata": { "mediary_handover": "never" } });
    let shortly = || json!({ "completion_window": "2h" });
    let rows = [
        (Handover::Asked, price(), json!({}), 0),
        (Handover::Off, price(), allowed(), 0),
        (Handover::Always, price(), never(), 0),
        (Handover::Always, price(), shortly(), 0),
        (Handover::Always, json!("free"), json!({}), 0),
        (Handover::Always, price(), json!({}), 1),
    ];
    for (handover, price, fields, jobs) in rows {
        let folder = tempfile::tempdir().expect("there is a place for temporary files");
        let server = handing(folder.path(), &vendor.entry("openai", &price), handover);
        let batch = server.batch_ended(&server.batch(&lines(&[line("one")]), fields.clone()));
        assert_eq!(server.said(&batch["output_file_id"]), pairs(&[("one", "You said one.")]), "{batch}");
        assert_eq!(vendor.desk().jobs.len(), jobs, "{handover:?} {price} {fields}");
    }
    let folder = tempfile::tempdir().expect("there is a place for temporary files");
    let server = handing(folder.path(), &vendor.entry("openai", &price()), Handover::Asked);
    let wrong = Request::new("POST", "/v1/batches").header("x-mediary-handover", "yes");
    let body = json!({ "input_file_id": "file-x", "endpoint": "/v1/chat/completions", "completion_window": "24h" });
    let refused = wrong.body("application/json", body.to_string()).send(&server);
    assert_eq!((refused.status, &refused.json()["error"]["param"]), (400, &json!("x-mediary-handover")), "{refused}");
}

#[test]
fn a_vendor_that_takes_no_batch_is_asked_line_by_line() {
    let folder = tempfile::tempdir().expect("there is a place for temporary files");
    let vendor = Vendor::openai();
    vendor.desk().refuses = true;
    let server = handing(folder.path(), &vendor.entry("openai", &price()), Handover::Always);
    let batch = server.batch_ended(&server.batch(&lines(&["one", "two"].map(line)), json!({})));
    assert_eq!(batch["request_counts"]["completed"], 2, "{batch}");
    assert_eq!(vendor.counts(), (0, 2));
}

#[test]
fn a_batch_that_is_ended_is_ended_at_its_provider_and_keeps_what_was_answered() {
    let folder = tempfile::tempdir().expect("there is a place for temporary files");
    let vendor = Vendor::openai();
    vendor.desk().holds = true;
    let server = handing(folder.path(), &vendor.entry("openai", &price()), Handover::Always);
    let id = server.batch(&lines(&["one", "two"].map(line)), json!({}));
    wait_until("the vendor has it", || vendor.desk().jobs.len() == 1);
    server.ask(Request::new("POST", format!("/v1/batches/{id}/cancel")).body("application/json", "{}")).ok();
    let batch = server.batch_ended(&id);
    assert_eq!((&batch["status"], &batch["request_counts"]["completed"]), (&json!("cancelled"), &json!(1)), "{batch}");
    assert_eq!(server.said(&batch["output_file_id"]), pairs(&[("one", "You said one.")]));
    assert_eq!(server.said(&batch["error_file_id"]), pairs(&[("two", "batch_cancelled")]));
    let desk = vendor.desk();
    assert!(desk.jobs[0].is_cancelled && desk.single.is_empty());
}

#[test]
fn clients_and_vendors_of_batches_may_speak_differently() {
    let folder = tempfile::tempdir().expect("there is a place for temporary files");
    let vendor = Vendor::openai();
    let server = handing(folder.path(), &vendor.entry("openai", &price()), Handover::Asked);
    let params = json!({ "model": "m", "max_tokens": 9, "messages": [{ "role": "user", "content": "one" }] });
    let body = json!({ "requests": [{ "custom_id": "a", "params": params }] }).to_string();
    let made = Request::new("POST", "/v1/messages/batches").header("x-mediary-handover", "allow");
    let made = made.body("application/json", body).send(&server).ok();
    let id = made["id"].as_str().expect("it has an id").to_owned();
    wait_until("the batch ends", || {
        let batch = Request::new("GET", format!("/v1/messages/batches/{id}")).send(&server).ok();
        batch["processing_status"] == "ended"
    });
    let results = Request::new("GET", format!("/v1/messages/batches/{id}/results")).send(&server);
    let result = &sorted(results.text())[0];
    assert_eq!(result["result"]["message"]["content"][0]["text"], "You said one.", "{result}");
    assert_eq!(vendor.counts(), (1, 0));
}

#[test]
fn a_killed_server_finds_its_batch_again_and_it_is_charged_at_its_price() {
    let vendor = Vendor::openai();
    vendor.desk().holds = true;
    vendor.desk().says_nothing = true;
    let place = Place::with(&[vendor.entry("openai", &price())]);
    let told = place.told(&["clients", "create", "night", "--usd-per-month", "100"], "");
    let key = told.lines().next().expect("the key").to_owned();
    let often = [("MEDIARY_BATCHES__POLL_SECONDS", "1")];
    let served = place.serve(&often);
    let id = Keyed(&served, &key).batch(&lines(&["one", "two"].map(line)), allowed());
    wait_until("the vendor has it", || vendor.desk().jobs.len() == 1);
    drop(served);
    let served = place.serve(&often);
    wait_until("it is asked about by its id", || {
        vendor.studio.seen().iter().any(|seen| seen.method == "GET" && seen.path == "/v1/batches/batch_v0")
    });
    drop(served);
    vendor.desk().holds = false;
    let served = place.serve(&often);
    let client = Keyed(&served, &key);
    let batch = client.batch_ended(&id);
    assert_eq!(
        client.said(&batch["output_file_id"]),
        pairs(&[("one", "You said one."), ("two", "You said two.")]),
        "{batch}"
    );
    assert_eq!(vendor.counts(), (1, 0), "nothing was sent twice");
    // Each of two lines was 9 and 2 tokens, of half a cent each; one by itself of a cent.
    let chat = json!({ "model": "far/m", "messages": [{ "role": "user", "content": "live" }] }).to_string();
    let live = client.ask(Request::new("POST", "/v1/chat/completions").body("application/json", chat));
    assert_eq!(live.header("x-ratelimit-remaining-usd-month"), Some("99.78"), "{live}");
}
