//! Probes: what models are asked, what is found, what follows from it for plans, and what is never asked at all.

use std::io::{BufRead, BufReader, Write as _};
use std::path::Path;
use std::time::Duration;

use serde_json::{Value, json};
use tempfile::TempDir;

use super::chat_talk::{over, serving};
use super::chat_words::{answers, fails, says, whole};
use super::client::{Answer, Request};
use super::images_words::{gives, png};
use super::server::{TestServer, wait_until};
use super::upstream::{Act, Upstream};

fn folder() -> TempDir {
    tempfile::tempdir().expect("there is a place for temporary files")
}

/// A server that keeps what it finds in a folder.
fn keeping(folder: &TempDir, providers: &[Value]) -> TestServer {
    let dir = folder.path().join("store");
    serving(providers, |config| config.store.dir = Some(dir))
}

fn verify(server: &TestServer, wish: &Value) -> Answer {
    Request::new("POST", "/v1/models/verify").body("application/json", wish.to_string()).send(server)
}

/// What came of each step: `a/m text proven`.
fn steps(verified: &Value) -> Vec<String> {
    let text = |step: &Value, name: &str| step[name].as_str().unwrap_or_default().to_owned();
    let step = |step: &Value| ["target", "ability", "outcome"].map(|name| text(step, name)).join(" ");
    verified["steps"].as_array().into_iter().flatten().map(step).collect()
}

fn evidence(server: &TestServer, target: &str) -> Value {
    let all = server.get("/v1/capabilities").json();
    let row = all["data"].as_array().expect("a list").iter().find(|row| row["target"] == target);
    row.expect("it is a target")["evidence"].clone()
}

fn plan(server: &TestServer, request: &Value) -> Answer {
    Request::new("POST", "/v1/plan").body("application/json", request.to_string()).send(server)
}

/// An answer that calls a function.
fn calls(name: &str) -> Act {
    let call =
        json!({ "id": "c1", "type": "function", "function": { "name": name, "arguments": "{\"word\":\"banana\"}" } });
    answers(200, &whole(&json!({ "role": "assistant", "content": null, "tool_calls": [call] }), "tool_calls"))
}

/// One at a time, in order.
const ONE: &str = r#"{"concurrency":1}"#;

fn one_by_one(wish: Value) -> Value {
    over(serde_json::from_str(ONE).expect("it is JSON"), wish)
}

#[test]
fn what_is_proven_and_refuted_is_shown_apart_and_plans_heed_it() {
    let folder = folder();
    let model = json!({ "accepts": ["png", "pdf"], "tools": true, "tool_choice": true, "structured": "schema" });
    let blind = "I cannot see any picture.";
    let up = Upstream::doing([
        says("yes"),
        says(blind),
        says(blind),
        says("The word is BANANA."),
        calls("note"),
        says("{\"fruit\": 1}"),
        says("banana"),
    ]);
    let server = keeping(&folder, &[up.with_model("a", model)]);
    let before = evidence(&server, "a/m");
    assert_eq!(before["claimed"], json!(["text", "image", "pdf", "tools", "schema"]));
    assert_eq!((&before["proven"], &before["refuted"], &before["quarantine"]), (&json!({}), &json!({}), &Value::Null));

    let verified = verify(&server, &one_by_one(json!({}))).ok();
    let expected = ["a/m text proven", "a/m image refuted", "a/m pdf proven", "a/m tools proven", "a/m schema refuted"];
    assert_eq!(steps(&verified), expected, "{verified:#}");
    let counts = ["proven", "refuted", "unclear", "skipped"].map(|name| verified[name].as_u64());
    assert_eq!(counts, [Some(3), Some(2), Some(0), Some(0)]);
    assert_eq!((&verified["quarantined"], &verified["cost_usd"]), (&json!([]), &json!(0.0)));
    assert!(verified["steps"][1]["why"].as_str().is_some_and(|why| why.contains("which colour")), "{verified:#}");

    // What the provider saw is tiny, and asks for what is meant.
    let seen: Vec<Value> = up.seen().iter().map(super::upstream::Seen::json).collect();
    assert_eq!(seen.len(), 7, "a wrong answer is asked for twice, and no more");
    assert!(seen.iter().all(|body| body["max_tokens"] == 64), "{seen:#?}");
    let url = seen[1]["messages"][0]["content"][0]["image_url"]["url"].as_str().unwrap_or_default();
    assert!(url.starts_with("data:image/png;base64,") && url.len() < 400, "{url}");
    assert_eq!(seen[4]["tool_choice"], "required");
    assert_eq!(seen[5]["response_format"]["type"], "json_schema");
    assert!(up.seen().iter().all(|request| request.body.len() < 2_500), "each request is small");

    let after = evidence(&server, "a/m");
    assert_eq!(after["claimed"], json!([]));
    let names = |of: &Value| of.as_object().expect("an object").keys().cloned().collect::<Vec<_>>();
    assert_eq!(names(&after["proven"]), ["pdf", "text", "tools"]);
    assert_eq!(names(&after["refuted"]), ["image", "schema"]);
    assert!(after["refuted"]["image"]["at"].as_i64().is_some_and(|at| at > 1_700_000_000), "{after}");

    // A picture is not sent to it as it is any more, and a schema is not asked of it.
    let look = json!({ "model": "a/m", "messages": [{ "role": "user", "content": [
        { "type": "text", "text": "What is this?" },
        { "type": "image_url", "image_url": { "url": "data:image/png;base64,iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNkYPhfDwAChwGA60e6kgAAAABJRU5ErkJggg==" } },
    ] }] });
    let planned = plan(&server, &look).ok();
    assert_eq!(planned["candidates"][0]["treatments"][0]["do"].as_str(), Some("extract"), "{planned:#}");
    let schema = json!({ "type": "json_schema", "json_schema": { "name": "x", "schema": { "type": "object" } } });
    let bound = json!({ "model": "a/m", "messages": [{ "role": "user", "content": "Hi" }], "response_format": schema });
    plan(&server, &bound).refused(422, "no_target", "failed when that was tried");
    assert_eq!(up.calls(), 7);
}

#[test]
fn a_model_that_is_gone_is_kept_out_of_plans_until_it_answers() {
    let folder = folder();
    let gone =
        Upstream::doing([fails(404, "The model `m` does not exist", Some("model_not_found")), says("I am back")]);
    let good = Upstream::doing([says("From b")]);
    let entries = [gone.entry("a", json!({ "models": [{ "id": "m", "tools": true }] })), good.entry("b", json!({}))];
    let server = keeping(&folder, &entries);
    let verified = verify(&server, &one_by_one(json!({ "models": ["a"] }))).ok();
    assert_eq!(
        steps(&verified),
        ["a/m text refuted", "a/m tools skipped"],
        "a model that is gone is asked nothing else"
    );
    assert_eq!(verified["quarantined"][0]["target"], "a/m");
    assert_eq!(gone.calls(), 1);
    let listed = server.get("/v1/quarantines").ok();
    let (why, ends) = (&listed["data"][0]["why"], &listed["data"][0]["ends_at"]);
    assert!(why == "its provider has no such model" && ends.is_i64(), "{listed}");
    assert_eq!(server.get("/v1/models/a/m").ok()["state"], "quarantined");
    drop(server);

    // The ledger of the process before is gone; what was found is not.
    let server = keeping(&folder, &entries);
    let answer = server.chat(json!({}));
    assert_eq!((answer.said().as_str(), answer.header("x-routed-via")), ("From b", Some("b/m")));
    assert_eq!(gone.calls(), 1, "it was passed over");
    // Who names it alone gets it, and its answer ends the quarantine.
    assert_eq!(server.chat(json!({ "model": "a/m" })).said(), "I am back");
    assert_eq!(server.get("/v1/quarantines").ok()["data"], json!([]));
    drop(server);
    let server = keeping(&folder, &entries);
    assert_eq!(server.get("/v1/quarantines").ok()["data"], json!([]), "that is kept as well");
    assert_eq!(server.chat(json!({})).said(), "I am back");
}

fn release(server: &TestServer, rest: &str) -> Answer {
    Request::new("DELETE", format!("/v1/quarantines/{rest}")).send(server)
}

#[test]
fn a_quarantine_for_spent_quota_wants_a_confirmation_and_another_does_not() {
    let folder = folder();
    let spent = Upstream::doing([fails(402, "You have insufficient credits", Some("insufficient_quota"))]);
    let odd = Upstream::doing([fails(400, "this model does not support chat", Some("unsupported_value"))]);
    let server = keeping(&folder, &[spent.entry("a", json!({})), odd.entry("b", json!({}))]);
    let verified = verify(&server, &one_by_one(json!({}))).ok();
    assert_eq!(steps(&verified), ["a/m text unclear", "b/m text refuted"], "{verified:#}");
    let kept = server.get("/v1/quarantines").ok();
    let wants: Vec<_> =
        kept["data"].as_array().expect("a list").iter().map(|one| one["wants_confirmation"].clone()).collect();
    assert_eq!(wants, [true, false], "{kept:#}");
    release(&server, "a/m").refused(409, "confirmation_required", "confirm=true");
    release(&server, "a/m?confirm=maybe").refused(400, "invalid_request", "query");
    assert_eq!(release(&server, "a/m?confirm=true").ok()["released"], true);
    assert_eq!(release(&server, "b/m").ok()["target"], "b/m");
    release(&server, "b/m").refused(404, "no_such_quarantine", "");
    assert_eq!(server.get("/v1/quarantines").ok()["data"], json!([]));
    assert_eq!(evidence(&server, "b/m")["refuted"], json!({}), "what was refuted is forgotten with it");
}

#[test]
fn a_later_success_ends_a_quarantine_and_a_breakdown_proves_nothing() {
    let folder = folder();
    let up = Upstream::doing([
        fails(404, "no such model", Some("model_not_found")),
        fails(503, "down", None),
        fails(503, "down", None),
        says("yes"),
    ]);
    let server = keeping(&folder, &[up.entry("a", json!({}))]);
    assert_eq!(steps(&verify(&server, &json!({})).ok()), ["a/m text refuted"]);
    // The ledger lets a model that is gone rest; a server that starts knows nothing of that.
    drop(server);
    let server = keeping(&folder, &[up.entry("a", json!({}))]);
    let down = verify(&server, &json!({})).ok();
    assert_eq!(steps(&down), ["a/m text unclear"], "{down:#}");
    assert!(evidence(&server, "a/m")["refuted"]["text"].is_object(), "what was known before stands");
    drop(server);
    let server = keeping(&folder, &[up.entry("a", json!({}))]);
    let verified = verify(&server, &json!({})).ok();
    assert_eq!((steps(&verified), &verified["released"]), (vec!["a/m text proven".to_owned()], &json!(["a/m"])));
    assert_eq!(evidence(&server, "a/m")["quarantine"], Value::Null);
}

#[test]
fn what_costs_is_not_tried_unless_that_is_said_and_no_more_is_spent_than_that() {
    let folder = folder();
    let dear = Upstream::doing([says("yes")]);
    let unknown = Upstream::doing([says("yes")]);
    let price = json!({ "input_usd": 1000.0, "output_usd": 1000.0 });
    let entries = [
        dear.far_entry("dear", json!({ "models": [{ "id": "m", "price": price }] })),
        unknown.far_entry("unknown", json!({})),
    ];
    let server = keeping(&folder, &entries);
    let verified = verify(&server, &json!({})).ok();
    assert_eq!(steps(&verified), ["dear/m text skipped", "unknown/m text skipped"], "{verified:#}");
    // A bound is kept to: what might cost more, or who knows how much, is not asked.
    let bound = verify(&server, &json!({ "paid": true, "most_usd": 0.001 })).ok();
    assert_eq!(steps(&bound), ["dear/m text skipped", "unknown/m text skipped"], "{bound:#}");
    assert_eq!((dear.calls(), unknown.calls()), (0, 0));
    let paid = verify(&server, &json!({ "paid": true, "most_usd": 5.0, "models": ["dear"] })).ok();
    assert_eq!((steps(&paid), dear.calls()), (vec!["dear/m text proven".to_owned()], 1));
    assert_eq!(paid["cost_usd"], 0.011, "nine tokens and two at a thousandth of a dollar");
    let all = verify(&server, &json!({ "paid": true, "models": ["unknown"] })).ok();
    assert_eq!((steps(&all), &all["cost_usd"]), (vec!["unknown/m text proven".to_owned()], &Value::Null));
    drop(server);
    // Where paying wants a word, the wish alone is not that word.
    let dir = folder.path().join("store");
    let careful = serving(&entries, |config| {
        config.store.dir = Some(dir);
        config.routing.confirm_paid = true;
    });
    let wish = json!({ "paid": true, "models": ["unknown"] });
    let refused = verify(&careful, &wish).ok();
    assert_eq!(steps(&refused), ["unknown/m text skipped"], "{refused:#}");
    assert!(refused["steps"][0]["why"].as_str().is_some_and(|why| why.contains("X-Mediary-Allow-Paid")), "{refused:#}");
    let request = Request::new("POST", "/v1/models/verify").body("application/json", wish.to_string());
    assert_eq!(steps(&request.header("x-mediary-allow-paid", "true").send(&careful).ok()), ["unknown/m text proven"]);
}

#[test]
fn pictures_are_made_only_where_that_is_said_and_other_tasks_are_tried_by_their_own_requests() {
    let folder = folder();
    let vector = json!({ "object": "list", "data": [{ "index": 0, "embedding": [0.5, 0.25] }], "model": "e",
        "usage": { "prompt_tokens": 1, "total_tokens": 1 } });
    let ranked = json!({ "results": [{ "index": 1, "relevance_score": 0.9 }, { "index": 0, "relevance_score": 0.1 }] });
    let up = Upstream::doing([
        answers(200, &vector),
        answers(200, &ranked),
        answers(200, &json!({ "text": "Banana, banana." })),
        Act::File { mime: "audio/mpeg", bytes: b"\xff\xfb\x90\x00sound".to_vec() },
    ]);
    let models = json!([
        { "id": "e", "tasks": ["embedding"] },
        { "id": "r", "tasks": ["rerank"] },
        { "id": "t", "tasks": ["transcription"], "accepts": ["wav"] },
        { "id": "s", "tasks": ["speech"], "voices": ["alloy"], "gives": ["mp3"] },
        { "id": "i", "tasks": ["image_generation"] },
    ]);
    let server = keeping(&folder, &[up.entry("a", json!({ "models": models }))]);
    let verified = verify(&server, &one_by_one(json!({}))).ok();
    let expected = ["a/e embedding proven", "a/r rerank proven", "a/t transcription proven", "a/s speech proven"];
    assert_eq!(steps(&verified), expected, "{verified:#}");
    let paths: Vec<String> = up.seen().into_iter().map(|seen| seen.path).collect();
    assert_eq!(paths, ["/v1/embeddings", "/v1/rerank", "/v1/audio/transcriptions", "/v1/audio/speech"]);
    verify(&server, &json!({ "abilities": ["image_generation"] })).refused(400, "invalid_request", "images");
    assert_eq!(evidence(&server, "a/i")["claimed"], json!(["image_generation"]));
    assert_eq!(up.calls(), 4);
}

#[test]
fn completions_pages_translations_and_pictures_are_tried_by_their_own_requests() {
    let folder = folder();
    let text = json!({ "id": "c", "object": "text_completion", "created": 1, "model": "c",
        "choices": [{ "index": 0, "text": " four", "logprobs": null, "finish_reason": "stop" }],
        "usage": { "prompt_tokens": 5, "completion_tokens": 1, "total_tokens": 6 } });
    let up = Upstream::doing([
        answers(200, &text),
        answers(200, &json!({ "text": "Banana." })),
        gives(&[png(64, 64)]),
        gives(&[png(64, 64)]),
    ]);
    let page = |words: &str| {
        answers(
            200,
            &json!({ "pages": [{ "index": 0, "markdown": words, "images": [], "dimensions": null }], "model": "o",
            "usage_info": { "pages_processed": 1, "doc_size_bytes": null } }),
        )
    };
    let reader = Upstream::doing([page("# Banana"), page("a monkey"), page("a monkey")]);
    let models = json!([
        { "id": "c", "tasks": ["completion"] },
        { "id": "t", "tasks": ["translation"], "accepts": ["wav"] },
        { "id": "e", "tasks": ["image_edit"], "accepts": ["png"] },
        { "id": "v", "tasks": ["image_variation"], "accepts": ["png"] },
    ]);
    let reads = json!([{ "id": "o", "tasks": ["ocr"] }, { "id": "p", "tasks": ["ocr"] }]);
    let reading = over(reader.entry("b", json!({ "models": reads })), json!({ "dialect": "mistral" }));
    let server = keeping(&folder, &[up.entry("a", json!({ "models": models })), reading]);
    let verified = verify(&server, &one_by_one(json!({ "images": true }))).ok();
    let expected = [
        "a/c completion proven",
        "b/o ocr proven",
        "a/t translation proven",
        "b/p ocr refuted",
        "a/e image_edit proven",
        "a/v image_variation proven",
    ];
    assert_eq!(steps(&verified), expected, "{verified:#}");
    let paths: Vec<String> = up.seen().into_iter().map(|seen| seen.path).collect();
    assert_eq!(paths, ["/v1/completions", "/v1/audio/translations", "/v1/images/edits", "/v1/images/variations"]);
    assert_eq!(reader.calls(), 3, "a wrong answer is asked for once more");
    for ability in ["image_edit", "image_variation"] {
        verify(&server, &json!({ "abilities": [ability] })).refused(400, "invalid_request", "images");
    }
}

/// Asks for a stream of steps and reads up to the first of them.
fn streaming(server: &TestServer, wish: Value) -> BufReader<std::net::TcpStream> {
    let body = over(one_by_one(wish), json!({ "stream": true })).to_string();
    let mut connection = server.connect();
    let request = Request::new("POST", "/v1/models/verify").body("application/json", body);
    connection.write_all(&request.bytes(server)).expect("the server reads");
    let mut reader = BufReader::new(connection);
    read_until(&mut reader, "event: step");
    read_until(&mut reader, "data: ");
    reader
}

fn read_until(reader: &mut BufReader<std::net::TcpStream>, words: &str) -> String {
    loop {
        let mut line = String::new();
        assert_ne!(reader.read_line(&mut line).expect("the stream goes on"), 0, "it ended before `{words}`");
        if line.starts_with(words) {
            return line;
        }
    }
}

#[test]
fn steps_are_told_as_they_are_done_and_what_was_left_is_gone_on_with() {
    let folder = folder();
    let up = Upstream::doing([says("yes"), Act::Silence, says("yes"), says("yes")]);
    let entry = up.entry("a", json!({ "models": [{ "id": "m" }, { "id": "n" }, { "id": "o" }] }));
    let server = keeping(&folder, std::slice::from_ref(&entry));
    verify(&server, &json!({ "resume": "last" })).refused(404, "nothing_to_resume", "to go on with");
    let reader = streaming(&server, json!({}));
    wait_until("the second model is asked", || up.calls() == 2);
    verify(&server, &json!({})).refused(409, "verification_under_way", "wait for its end");
    drop(reader);
    up.was_left();
    drop(server);

    // By another process, an hour later for all it knows.
    let server = keeping(&folder, std::slice::from_ref(&entry));
    let resumed = verify(&server, &json!({ "resume": "last" })).ok();
    assert_eq!(steps(&resumed), ["a/n text proven", "a/o text proven"], "{resumed:#}");
    assert_eq!(resumed["tried_before"], 1);
    assert_eq!(up.calls(), 4, "what was tried is not paid for again");
    verify(&server, &json!({ "resume": "last" })).refused(404, "nothing_to_resume", "");

    let mut reader = streaming(&server, json!({ "models": ["a/m"] }));
    let done = read_until(&mut reader, "event: done");
    assert_eq!(done.trim_end(), "event: done");
    let data = read_until(&mut reader, "data: ");
    let body: Value = serde_json::from_str(data.trim_start_matches("data: ")).expect("events hold JSON");
    assert_eq!((&body["proven"], body.get("steps")), (&json!(1), None), "{body}");
    // What is fresh is left alone.
    let fresh = verify(&server, &json!({ "older_than_hours": 1 })).ok();
    assert_eq!(steps(&fresh), [""; 0], "{fresh:#}");
}

#[test]
fn what_cannot_be_tried_is_refused_by_name() {
    let folder = folder();
    let up = Upstream::doing([says("yes")]);
    let server = keeping(&folder, &[up.entry("a", json!({}))]);
    verify(&server, &json!({ "models": ["a", "nowhere"] })).refused(404, "model_not_found", "nowhere");
    verify(&server, &json!({ "abilities": ["sight"] })).refused(400, "invalid_request", "`abilities` may hold text");
    verify(&server, &json!({ "model": "a" })).refused(400, "invalid_request", "model");
    let plain = serving(&[up.entry("a", json!({}))], |_| ());
    verify(&plain, &json!({})).refused(503, "no_store", "[store] dir");
    assert_eq!(up.calls(), 0);
}

#[test]
fn nothing_is_tried_by_itself_unless_the_configuration_says_so() {
    let folder = folder();
    let up = Upstream::doing([says("yes")]);
    let dir = folder.path().join("store");
    let server = serving(&[up.entry("a", json!({}))], |config| {
        config.store.dir = Some(dir);
        config.probes.every = Some(Duration::from_millis(20));
    });
    wait_until("the model is tried", || evidence(&server, "a/m")["proven"]["text"].is_object());
    assert!(up.calls() >= 1);
}

fn told(command: &mut std::process::Command) -> (Option<i32>, String, String) {
    let output = command.output().expect("the program was built");
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).expect("what is printed is UTF-8");
    (output.status.code(), text(output.stdout), text(output.stderr))
}

fn written(path: &Path) -> &str {
    path.to_str().expect("temporary folders have plain names")
}

#[test]
fn the_command_line_tries_shows_and_releases() {
    let folder = folder();
    let up = Upstream::doing([says("yes"), says("no function here"), says("none"), fails(402, "no credit", None)]);
    let models = json!([{ "id": "m", "tools": true }, { "id": "n" }]);
    let entry = up.entry("a", json!({ "models": models }));
    let file: toml::Table = serde_json::from_value(json!({ "providers": [entry] })).expect("it has a TOML form");
    let config = folder.path().join("mediary.toml");
    std::fs::write(&config, file.to_string()).expect("the folder is ours");
    let store = folder.path().join("store");
    let run = |arguments: &[&str]| {
        let arguments = [&["verify", "--config", written(&config)], arguments].concat();
        told(super::cli::mediary(&arguments).env("MEDIARY_STORE__DIR", &store))
    };
    let (code, out, err) = run(&["-j", "1"]);
    assert_eq!(code, Some(0), "{err}");
    assert!(out.contains("[1/3] a/m text: proven ("), "{out}");
    assert!(out.contains("a/m tools: refuted, it answered, and did not call the function ("), "{out}");
    assert!(out.contains("a/n text: unclear, the quota or credit of its keys is spent; in quarantine"), "{out}");
    assert!(
        out.trim_end()
            .ends_with("1 proven, 1 refuted, 1 unclear, 0 skipped; 1 in quarantine from now on; it cost 0 USD"),
        "{out}"
    );
    let (_, listed, _) = run(&["--list"]);
    assert!(listed.contains("a/m  proven: text; refuted: tools\n"), "{listed}");
    assert!(listed.contains("a/n  quarantine: the quota or credit of its keys is spent"), "{listed}");
    let (code, _, err) = run(&["--release", "a/n"]);
    assert!(code == Some(1) && err.contains("say --confirm"), "{err}");
    assert_eq!(run(&["--release", "a/n", "--confirm"]).0, Some(0));
    let (code, _, err) = run(&["--release", "a/n"]);
    assert!(code == Some(1) && err.contains("in no quarantine"), "{err}");
    let (code, _, err) = run(&["nowhere"]);
    assert!(code == Some(1) && err.contains("no provider or target nowhere"), "{err}");
    let (_, json_lines, _) = run(&["--json", "--list", "a/m"]);
    let line: Value = serde_json::from_str(json_lines.trim_end()).expect("it is JSON");
    assert_eq!(line["found"]["tools"]["holds"], false);
    assert_eq!(up.calls(), 4);
    // Beside a server that has the database, what was found can be seen, and nothing is tried.
    let kept = [("MEDIARY_STORE__DIR", written(&store))];
    let _served = super::cli_serve::serve(&["--config", written(&config)], &kept);
    let (code, beside, err) = run(&["--list"]);
    assert!(code == Some(0) && beside.contains("a/m  proven: text; refuted: tools\n"), "{beside}{err}");
    let (code, _, err) = run(&["a"]);
    assert!(code == Some(1) && err.contains("ask the server that has it"), "{err}");
}
