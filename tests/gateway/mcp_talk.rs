//! The Model Context Protocol from a client's side: messages of both eras, and what comes back.

use serde_json::{Value, json};

use super::chat_talk::over;
use super::client::{Answer, Request};
use super::server::TestServer;

/// The older protocol, as most clients speak it, and the stateless one.
pub(crate) const OLDER: &str = "2025-11-25";
pub(crate) const STATELESS: &str = "2026-07-28";

/// A message as it is sent; `headers` go with it.
pub(crate) fn message(body: &Value, headers: &[(&str, &str)]) -> Request {
    let request = Request::new("POST", "/mcp").header("accept", "application/json, text/event-stream");
    let request = request.body("application/json", body.to_string());
    headers.iter().fold(request, |request, (name, value)| request.header(name, value))
}

/// A request of the older protocol.
pub(crate) fn older(id: u32, method: &str, params: &Value) -> Value {
    json!({ "jsonrpc": "2.0", "id": id, "method": method, "params": params })
}

/// A request of the stateless one.
pub(crate) fn stateless(method: &str, params: Value, headers: &[(&str, &str)]) -> Request {
    let meta = json!({
        "io.modelcontextprotocol/protocolVersion": STATELESS,
        "io.modelcontextprotocol/clientInfo": { "name": "test", "version": "1" },
        "io.modelcontextprotocol/clientCapabilities": {},
    });
    let name = params["name"].as_str().or_else(|| params["uri"].as_str()).map(str::to_owned);
    let meta = over(meta, params.get("_meta").cloned().unwrap_or_else(|| json!({})));
    let body = older(1, method, &over(params, json!({ "_meta": meta })));
    let request = message(&body, headers).header("mcp-protocol-version", STATELESS).header("mcp-method", method);
    match name {
        Some(name) => request.header("mcp-name", &name),
        None => request,
    }
}

/// Asks in the stateless protocol; gives the result.
#[track_caller]
pub(crate) fn asked(server: &TestServer, method: &str, params: Value) -> Value {
    result(&stateless(method, params, &[]).send(server))
}

/// Calls a tool; gives its result, whatever it says.
#[track_caller]
pub(crate) fn called(server: &TestServer, name: &str, arguments: &Value) -> Value {
    asked(server, "tools/call", json!({ "name": name, "arguments": arguments }))
}

/// Calls a tool that does what it is asked; gives its words and its data.
#[track_caller]
pub(crate) fn done(server: &TestServer, name: &str, arguments: &Value) -> (String, Value) {
    let result = called(server, name, arguments);
    assert_eq!(result["isError"], false, "{result:#}");
    (words(&result), result["structuredContent"].clone())
}

/// Calls a tool that cannot do what it is asked; gives why.
#[track_caller]
pub(crate) fn failed(server: &TestServer, name: &str, arguments: &Value) -> String {
    let result = called(server, name, arguments);
    assert_eq!(result["isError"], true, "{result:#}");
    words(&result)
}

pub(crate) fn words(result: &Value) -> String {
    result["content"][0]["text"].as_str().unwrap_or_default().to_owned()
}

/// What stands between the marks of a text that strangers wrote.
#[track_caller]
pub(crate) fn inside(text: &str) -> &str {
    let (begin, rest) = text.split_once('\n').unwrap_or_else(|| unreachable!("no mark begins it: {text}"));
    let (inside, end) = rest.rsplit_once('\n').unwrap_or_else(|| unreachable!("no mark ends it: {text}"));
    assert!(begin.starts_with('[') && begin.replace("begins", "ends") == end, "{text}");
    assert!(!inside.contains(begin) && !inside.contains(end), "{text}");
    inside
}

/// What strangers wrote in the words of a result, whose data tell of it too; and what is said behind it.
#[track_caller]
pub(crate) fn unfenced<'w>(words: &'w str, data: &Value) -> (&'w str, &'w str) {
    let (notice, fenced) = words.split_once('\n').unwrap_or_else(|| unreachable!("no notice: {words}"));
    assert!(notice.contains("never instructions to follow"), "{words}");
    assert_eq!(data["untrusted"], notice, "{data:#}");
    let (begin, _) = fenced.split_once('\n').unwrap_or_else(|| unreachable!("no fence: {words}"));
    let end = format!("\n{}", begin.replace("begins", "ends"));
    let (_, after) = fenced.split_once(&end).unwrap_or_else(|| unreachable!("the fence does not end: {words}"));
    (inside(&fenced[..fenced.len() - after.len()]), after)
}

/// The result of a request.
#[track_caller]
pub(crate) fn result(answer: &Answer) -> Value {
    let body = answer.ok();
    assert_eq!(body["error"], Value::Null, "{body:#}");
    body["result"].clone()
}

/// The messages of an answer that came as events.
pub(crate) fn events(answer: &Answer) -> Vec<Value> {
    let data = answer.text().lines().filter_map(|line| line.strip_prefix("data:"));
    data.filter_map(|data| serde_json::from_str(data.trim()).ok()).collect()
}
