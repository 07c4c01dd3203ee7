//! Keys of clients and the tools of the Model Context Protocol: what a tool asks is counted, a message is not.

use serde_json::{Value, json};

use super::chat_words::says;
use super::client::Answer;
use super::keys_providers::Place;
use super::mcp_talk::{message, older, result, stateless, words};
use super::server::wait_until;
use super::upstream::Upstream;

#[test]
fn what_a_tool_asks_is_counted_and_a_message_is_not() {
    let up = Upstream::doing([says("Yes.")]);
    let place = Place::with(&[up.entry("a", json!({}))]);
    let limits = ["--requests-per-minute", "1", "--endpoint", "/v1/chat/completions"];
    let told = place.told(&[&["clients", "create", "agent"], &limits[..]].concat(), "");
    let (key, rest) = told.split_once('\n').expect("two lines");
    let id = rest.trim_start_matches("# ").split(':').next().expect("it begins with the id");
    let served = place.serve(&[]);
    let address = served.address.parse().expect("it is an address");
    let bearer = format!("Bearer {key}");
    let headers = [("authorization", bearer.as_str())];
    let asks = |body: &Value| -> Answer { message(body, &headers).send_to(address) };
    for id in 0..3 {
        result(&asks(&older(id, "tools/list", &json!({}))));
    }
    let call = |name: &str, arguments: Value| {
        result(&asks(&older(7, "tools/call", &json!({ "name": name, "arguments": arguments }))))
    };
    let question = json!({ "prompt": "a", "model": "m" });
    assert_eq!(words(&call("ask_model", question.clone())), "Yes.");
    let refused = call("ask_model", question);
    let why = words(&refused);
    assert!(
        refused["isError"] == true && why.contains("1 requests a minute") && why.contains("rate_limit_exceeded"),
        "{why}"
    );
    let why = words(&call("stats", json!({})));
    assert!(why.contains("may not call /v1/stats"), "{why}");
    assert_eq!(up.calls(), 1, "what is refused reaches no provider");
    place.told(&["clients", "disable", id], "");
    wait_until("it is not taken", || stateless("tools/list", json!({}), &headers).send_to(address).status == 401);
    stateless("tools/list", json!({}), &headers).send_to(address).refused(401, "invalid_api_key", "is switched off");
}
