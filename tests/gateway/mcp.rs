//! The Model Context Protocol over HTTP: both eras, keys, progress, and calls that are taken back.

use std::io::{BufRead as _, BufReader, Write as _};
use std::net::TcpStream;

use mediary::config::Secret;
use serde_json::{Value, json};

use super::chat_talk::{serving, with_providers};
use super::chat_words::{fails, says};
use super::client::Request;
use super::images_words::encoded;
use super::mcp_talk::{OLDER, asked, done, events, failed, inside, message, older, result, stateless, unfenced, words};
use super::server::{TestServer, sample, shared, wait_until};
use super::upstream::{Act, Upstream};

const TOOLS: [&str; 13] = [
    "read_document",
    "transcribe",
    "speak",
    "describe_media",
    "generate_image",
    "edit_image",
    "embed",
    "ask_model",
    "fork",
    "compare",
    "list_models",
    "explain_plan",
    "stats",
];

fn asking(id: u32, prompt: &str) -> Value {
    older(id, "tools/call", &json!({ "name": "ask_model", "arguments": { "prompt": prompt, "model": "m" } }))
}

/// The tools of a server: those of the web and of threads where it has their routes.
fn tools(server: &TestServer) -> Vec<&'static str> {
    let has = |route: &str| {
        let answer = Request::new("GET", route.to_owned()).header("x-api-key", "key-of-one").send(server);
        !matches!(answer.status, 404 | 501)
    };
    let web = [
        ("web_search", "/v1/search/web"),
        ("browse", "/v1/pages/read"),
        ("youtube_transcript", "/v1/youtube/transcript"),
        ("drive_search", "/v1/google/drive"),
        ("drive_read", "/v1/google/drive"),
        ("drive_upload", "/v1/google/drive"),
        ("calendar_list", "/v1/google/calendar"),
        ("calendar_create", "/v1/google/calendar"),
        ("gmail_list", "/v1/google/gmail"),
        ("gmail_read", "/v1/google/gmail"),
        ("gmail_send", "/v1/google/gmail"),
        ("reminder_add", "/v1/reminders"),
        ("reminder_list", "/v1/reminders"),
        ("reminder_complete", "/v1/reminders"),
        ("search_threads", "/v1/threads"),
        ("read_thread", "/v1/threads"),
    ];
    let web = web.into_iter().filter(|(_, route)| has(route)).map(|(name, _)| name);
    let (first, last) = TOOLS.split_at(10);
    first.iter().copied().chain(web).chain(last.iter().copied()).collect()
}

fn names(list: &Value) -> Vec<&str> {
    list["tools"]
        .as_array()
        .map(|tools| tools.iter().filter_map(|tool| tool["name"].as_str()).collect())
        .unwrap_or_default()
}

#[test]
fn a_client_of_the_older_protocol_shakes_hands_and_calls() {
    let up = Upstream::doing([says("Four.")]);
    let server = with_providers(&[up.entry("up", json!({}))]);
    for version in ["2025-03-26", "2025-06-18", OLDER] {
        let capabilities =
            json!({ "protocolVersion": version, "capabilities": {}, "clientInfo": { "name": "t", "version": "1" } });
        let answer = message(&older(0, "initialize", &capabilities), &[]).send(&server);
        let told = result(&answer);
        assert_eq!((&told["protocolVersion"], &told["serverInfo"]["name"]), (&json!(version), &json!("mediary")));
        assert!(told["instructions"].as_str().is_some_and(|text| text.contains("file_id")), "{told:#}");
        let session = answer.header("mcp-session-id").expect("calls are known by it").to_owned();
        let headers = [("mcp-session-id", session.as_str()), ("mcp-protocol-version", version)];
        let ready = json!({ "jsonrpc": "2.0", "method": "notifications/initialized" });
        assert_eq!(message(&ready, &headers).send(&server).status, 202);
        let list = result(&message(&older(1, "tools/list", &json!({})), &headers).send(&server));
        assert_eq!(names(&list), tools(&server));
        let called = result(&message(&asking(2, "What is 2 + 2?"), &headers).send(&server));
        assert_eq!((words(&called).as_str(), &called["structuredContent"]["model"]), ("Four.", &json!("up/m")));
        assert_eq!(up.last().json()["messages"][0]["content"], "What is 2 + 2?");
    }
    // There is nothing to listen to, and no session that could be ended.
    for method in ["GET", "DELETE"] {
        let answer = Request::new(method, "/mcp").header("accept", "text/event-stream").send(&server);
        assert_eq!((answer.status, answer.header("allow")), (405, Some("POST")), "{answer}");
    }
}

#[test]
fn a_client_of_the_stateless_protocol_just_asks() {
    let up = Upstream::doing([says("Four.")]);
    let server = with_providers(&[up.entry("up", json!({}))]);
    let found = asked(&server, "server/discover", json!({}));
    assert!(found["supportedVersions"].as_array().is_some_and(|all| all.contains(&json!("2026-07-28"))), "{found:#}");
    assert_eq!(names(&asked(&server, "tools/list", json!({}))), tools(&server));
    let (words, data) =
        done(&server, "ask_model", &json!({ "prompt": "What is 2 + 2?", "model": "m", "system": "Be short." }));
    assert_eq!((words.as_str(), &data["finish_reason"], &data["prompt_tokens"]), ("Four.", &json!("stop"), &json!(9)));
    let sent = up.last().json();
    assert_eq!(sent["messages"][0], json!({ "role": "system", "content": "Be short." }));
    // What a header says beside the message has to be true.
    let odd = stateless("tools/list", json!({}), &[]).header("mcp-name", "x");
    let mixed = message(&older(1, "tools/list", &json!({})), &[("mcp-protocol-version", "2026-07-28")]).send(&server);
    assert_eq!(mixed.status, 400, "{mixed}");
    assert!(odd.send(&server).status < 500);
}

#[test]
fn what_goes_wrong_is_told_to_the_model_with_what_to_do() {
    let up = Upstream::doing([fails(401, "no", None)]);
    let server = with_providers(&[up.entry("up", json!({}))]);
    let rows = [
        ("read_document", json!({}), "give one of `url`, `file_id` or `data`"),
        (
            "read_document",
            json!({ "url": "https://a.example/x", "data": "AA==" }),
            "only one of `url`, `file_id` or `data`",
        ),
        ("read_document", json!({ "path": "/etc/hostname" }), "not on your machine"),
        ("read_document", json!({ "url": "file:///etc/hostname" }), "begin with https://"),
        ("read_document", json!({ "data": "no base64!" }), "is no base64"),
        ("read_document", json!({ "file_id": "file-1" }), "no files"),
        ("read_document", json!({ "data": encoded(b"%PDF-1.7 broken") }), "("),
        ("read_document", json!({ "url": "http://169.254.169.254/latest" }), "file_url"),
        ("transcribe", json!({ "data": encoded(&sample("sign.png")) }), "("),
        ("ask_model", json!({}), "missing field `prompt`"),
        (
            "ask_model",
            json!({ "prompt": "a", "modle": "m" }),
            "unknown field `modle`, expected one of `prompt`, `model`",
        ),
        ("ask_model", json!({ "prompt": "a", "media": [{}] }), "`media[0]`: Nothing is named"),
        ("ask_model", json!({ "prompt": "a", "model": "no-such-model-m" }), "model_not_found"),
        ("ask_model", json!({ "prompt": "a", "model": "m" }), "all_providers_failed"),
        ("generate_image", json!({ "prompt": "a", "count": 9 }), "from 1 to 4"),
        ("edit_image", json!({ "prompt": "a", "pictures": [] }), "name the picture"),
        ("embed", json!({ "texts": [] }), "at least one text"),
        ("list_models", json!({ "pricing": "cheap" }), "expected one of `free`, `paid`, `unknown`, `local`"),
        ("compare", json!({ "task": "a", "criteria": ["beauty"] }), "`criteria[0]` is wrong: unknown variant `beauty`"),
        (
            "web_search",
            json!({ "query": "a", "time_range": "decade" }),
            "expected one of `day`, `week`, `month`, `year`",
        ),
        ("web_search", json!({ "query": "a", "backend": "altavista" }), "auto or one of searxng"),
    ];
    for (tool, arguments, expected) in rows {
        let why = failed(&server, tool, &arguments);
        assert!(why.contains(expected), "{tool} {arguments}: {why}");
    }
    let unknown = stateless("tools/call", json!({ "name": "no_tool", "arguments": {} }), &[]).send(&server);
    let error = unknown.json()["error"].clone();
    assert_eq!(error["code"], -32602, "{unknown}");
    assert!(error["message"].as_str().is_some_and(|text| text.contains("tools/list")), "{unknown}");
    let broken = Request::new("POST", "/mcp").header("accept", "application/json, text/event-stream");
    let broken = broken.body("application/json", "{").send(&server);
    assert!((400..500).contains(&broken.status), "{broken}");
}

#[test]
fn each_key_has_its_own_and_none_gets_nothing() {
    let up = Upstream::doing([says("Yes.")]);
    let server = serving(&[up.entry("up", json!({}))], |config| {
        config.server.api_keys = ["key-of-one", "key-of-another"].map(Secret::new).to_vec();
    });
    let call = json!({ "name": "ask_model", "arguments": { "prompt": "a", "model": "m" } });
    let with = |key: &str| stateless("tools/call", call.clone(), &[("authorization", key)]).send(&server);
    stateless("tools/list", json!({}), &[]).send(&server).refused(401, "missing_api_key", "wants an API key");
    with("Bearer wrong").refused(401, "invalid_api_key", "does not know");
    assert_eq!(words(&result(&with("Bearer key-of-one"))), "Yes.");
    assert_eq!(up.calls(), 1);
    assert_eq!(server.get("/health").ok()["services"]["mcp"], json!({ "status": "ready" }));
    let off = serving(&[], |config| config.mcp.enabled = false);
    assert_eq!(off.get("/health").ok()["services"]["mcp"], json!({ "status": "off" }));
    stateless("tools/list", json!({}), &[]).send(&off).refused(404, "unknown_route", "POST /mcp");
}

#[test]
fn a_foreign_page_gets_no_tools() {
    let foreign = stateless("tools/list", json!({}), &[("origin", "https://evil.example")]).send(shared());
    foreign.refused(403, "origin_not_allowed", "cors_origins");
    let rebound = stateless("tools/list", json!({}), &[("host", "evil.example")]).send(shared());
    rebound.refused(403, "host_not_allowed", "localhost");
}

#[test]
fn a_document_is_read_and_each_page_told() {
    let (words, data) =
        done(shared(), "read_document", &json!({ "data": encoded(&sample("sign.png")), "output": "text" }));
    assert_eq!(unfenced(&words, &data), ("Platform 9 closes at 21:45", ""));
    assert_eq!(inside(data["text"].as_str().unwrap()), "Platform 9 closes at 21:45");
    assert_eq!((&data["format"], &data["pages"], &data["truncated"]), (&json!("png"), &json!(1), &json!(false)));
    let (short, data) =
        done(shared(), "read_document", &json!({ "data": encoded(&sample("sign.png")), "max_chars": 8 }));
    let (text, more) = unfenced(&short, &data);
    assert!(text == "Platform" && more.starts_with("\n\n[Cut after 8 of"), "{short}");
    assert_eq!((inside(data["text"].as_str().unwrap()), &data["truncated"]), ("Platform", &json!(true)));
    let arguments = json!({ "data": encoded(&sample("invoice.pdf")) });
    let call = json!({ "name": "read_document", "arguments": arguments, "_meta": { "progressToken": "p" } });
    let answer = stateless("tools/call", call, &[]).send(shared());
    let told = events(&answer);
    let (last, progress) = told.split_last().expect("it was answered");
    assert!(!progress.is_empty(), "{answer}");
    for (done, told) in (1..).zip(progress) {
        let params = &told["params"];
        assert_eq!((&told["method"], &params["progressToken"]), (&json!("notifications/progress"), &json!("p")));
        assert_eq!(
            (params["progress"].as_f64(), params["total"].as_f64()),
            (Some(f64::from(done)), Some(progress.len() as f64))
        );
    }
    assert_eq!(last["result"]["isError"], false, "{last:#}");
    assert!(last["result"]["structuredContent"]["text"].as_str().is_some_and(|text| text.len() > 40), "{last:#}");
}

#[test]
fn a_call_that_is_taken_back_ends_at_the_provider() {
    let up = Upstream::doing([Act::Silence]);
    let server = with_providers(&[up.entry("up", json!({}))]);
    let headers = [("mcp-session-id", "a-session"), ("mcp-protocol-version", OLDER)];
    let waiting = message(&asking(7, "Hello"), &headers);
    let mut connection = server.connect();
    connection.write_all(&waiting.bytes(&server)).expect("the server reads");
    wait_until("the provider is asked", || up.calls() == 1);
    // One of another session has the same id, and is another call.
    let taken_back = json!({ "jsonrpc": "2.0", "method": "notifications/cancelled", "params": { "requestId": 7 } });
    assert_eq!(message(&taken_back, &[("mcp-session-id", "another")]).send(&server).status, 202);
    assert_eq!(message(&taken_back, &headers).send(&server).status, 202);
    up.was_left();
    let answer = super::client::answer(connection, "POST");
    assert!(answer.json()["error"]["message"].as_str().is_some_and(|text| text.contains("taken back")), "{answer}");
}

#[test]
fn a_client_that_leaves_ends_its_call() {
    let up = Upstream::doing([Act::Silence]);
    let server = with_providers(&[up.entry("up", json!({}))]);
    let call = json!({ "name": "ask_model", "arguments": { "prompt": "a", "model": "m" } });
    let mut connection = server.connect();
    connection.write_all(&stateless("tools/call", call, &[]).bytes(&server)).expect("the server reads");
    wait_until("the provider is asked", || up.calls() == 1);
    drop(connection);
    up.was_left();
}

/// A stream of events as in 2024.
struct Stream(BufReader<TcpStream>);

impl Stream {
    fn open(server: &TestServer, key: &str) -> (Self, String) {
        let request = Request::new("GET", "/sse").header("accept", "text/event-stream").header("x-api-key", key);
        let mut connection = server.connect();
        connection.write_all(&request.bytes(server)).expect("the server reads");
        let mut stream = Self(BufReader::new(connection));
        let endpoint = stream.data();
        (stream, endpoint)
    }

    /// The data of the next event.
    fn data(&mut self) -> String {
        let mut line = String::new();
        loop {
            line.clear();
            assert_ne!(self.0.read_line(&mut line).expect("events are UTF-8"), 0, "the stream ended");
            if let Some(data) = line.strip_prefix("data:") {
                return data.trim().to_owned();
            }
        }
    }

    fn message(&mut self) -> Value {
        let data = self.data();
        serde_json::from_str(&data).unwrap_or_else(|error| unreachable!("{error} in {data}"))
    }
}

#[test]
fn a_message_of_any_length_is_answered_to_a_client_of_2024() {
    let server = serving(&[], |config| config.server.api_keys = vec![Secret::new("key-of-one")]);
    let (mut stream, endpoint) = Stream::open(&server, "key-of-one");
    let post = |body: &Value| {
        let request = Request::new("POST", endpoint.clone()).header("x-api-key", "key-of-one");
        assert_eq!(request.body("application/json", body.to_string()).send(&server).status, 202);
    };
    let capabilities =
        json!({ "protocolVersion": "2024-11-05", "capabilities": {}, "clientInfo": { "name": "t", "version": "1" } });
    post(&older(0, "initialize", &capabilities));
    assert_eq!(stream.message()["id"], 0);
    post(&json!({ "jsonrpc": "2.0", "method": "notifications/initialized" }));
    // More than a line of the protocol usually has.
    let arguments = json!({ "url": "https://a.example/", "data": "A".repeat(17 << 20) });
    post(&older(1, "tools/call", &json!({ "name": "read_document", "arguments": arguments })));
    let told = stream.message();
    assert_eq!((&told["id"], &told["result"]["isError"]), (&json!(1), &json!(true)), "{told:#}");
    assert!(words(&told["result"]).contains("only one of"), "{told:#}");
}

#[test]
fn a_client_of_2024_gets_its_answers_in_a_stream_of_its_own() {
    let up = Upstream::doing([says("Four."), Act::Silence]);
    let server = serving(&[up.entry("up", json!({}))], |config| {
        config.server.api_keys = ["key-of-one", "key-of-another"].map(Secret::new).to_vec();
    });
    Request::new("GET", "/sse").send(&server).refused(401, "missing_api_key", "wants an API key");
    let (mut stream, endpoint) = Stream::open(&server, "key-of-one");
    let post = |body: &Value, key: &str| {
        // In more lines than one, as a client may write it.
        let body = serde_json::to_string_pretty(body).expect("it has a text");
        Request::new("POST", endpoint.clone()).header("x-api-key", key).body("application/json", body).send(&server)
    };
    let capabilities =
        json!({ "protocolVersion": "2024-11-05", "capabilities": {}, "clientInfo": { "name": "t", "version": "1" } });
    assert_eq!(post(&older(0, "initialize", &capabilities), "key-of-one").status, 202);
    let told = stream.message();
    assert_eq!((&told["id"], &told["result"]["protocolVersion"]), (&json!(0), &json!("2024-11-05")));
    post(&json!({ "jsonrpc": "2.0", "method": "notifications/initialized" }), "key-of-one");
    post(&asking(1, "2 + 2?"), "key-of-another").refused(404, "unknown_stream", "GET /sse");
    post(&asking(1, "2 + 2?"), "key-of-one");
    assert_eq!(words(&stream.message()["result"]), "Four.");
    post(&json!({ "jsonrpc": "2.0", "id": 2, "method": "tools/list" }), "key-of-one");
    assert_eq!(names(&stream.message()["result"]), tools(&server));
    // What it has asked for ends with its stream.
    post(&asking(3, "And then?"), "key-of-one");
    wait_until("the provider is asked", || up.calls() == 2);
    drop(stream);
    up.was_left();
    wait_until("the stream is closed", || post(&asking(4, "Still?"), "key-of-one").status == 404);
    let broken = Request::new("POST", "/sse/messages").header("x-api-key", "key-of-one").body("application/json", "{}");
    broken.send(&server).refused(404, "unknown_stream", "GET /sse");
}
