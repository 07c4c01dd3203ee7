//! Streams that break off in the middle and go on at another target: only where that was asked for, only plain text, and
//! with a seam that the client can see.

use serde_json::{Value, json};

use super::chat_talk::{over, serving, with_providers};
use super::chat_tongues::dialects;
use super::chat_words::{chunk, fails, opening, streams, word};
use super::client::{Answer, Request};
use super::server::TestServer;
use super::upstream::{Act, Step, Upstream};

const SAID: &str = "The moon moves around the earth once in a month, ";
const REST: &str = "and the earth moves around the sun once in a year, as everybody knows who has ever looked up.";

fn cut(steps: &[Step]) -> Act {
    Act::Stream([&[opening()], steps, &[Step::Cut]].concat())
}

fn ask(server: &TestServer, fields: Value) -> Answer {
    server.chat_with(("x-mediary-continue", "true"), over(json!({ "model": "ours", "stream": true }), fields))
}

/// A server with providers `a` and `b`, which the alias `ours` names in this order.
fn house(entries: &[Value]) -> TestServer {
    serving(entries, |config| {
        let targets = ["a/m", "b/m", "c/m"].map(|target| target.parse().expect("a target"));
        config.aliases.insert("ours".to_owned(), targets.into());
    })
}

#[test]
fn a_text_goes_on_at_the_next_target_with_a_visible_seam() {
    let first = || Upstream::doing([cut(&[word("The moon moves around the earth "), word("once in a month, ")])]);
    let rows: [&[&str]; 4] = [
        &[REST],
        &["and the ", &REST[8..]],
        // A run-up, and a beginning from anew.
        &["once in a month, ", REST],
        &[SAID, REST],
    ];
    for words in rows {
        let (a, b) = (first(), Upstream::doing([streams(words)]));
        let server = house(&[a.entry("a", json!({})), b.entry("b", json!({}))]);
        let answer = ask(&server, json!({ "stream_options": { "include_usage": true } }));
        assert_eq!(answer.said(), format!("{SAID}{REST}"), "{words:?}: {answer}");
        assert_eq!(answer.header("x-routed-via"), Some("a/m"));
        assert_eq!(answer.text().matches(": continued by b/m\n\n").count(), 1, "{answer}");
        let chunks = answer.chunks();
        let marked: Vec<&Value> = chunks.iter().filter(|chunk| !chunk["mediary"].is_null()).collect();
        assert_eq!(marked.len(), 1, "{answer}");
        assert_eq!(marked[0]["mediary"], json!({ "continued_by": "b/m" }));
        assert!(chunks.iter().all(|chunk| chunk["id"] == chunks[0]["id"]), "it stays one answer: {answer}");
        let usage = &chunks.last().expect("there are some")["usage"];
        assert!(usage["completion_tokens"].as_u64() > Some(10), "both halves count: {usage}");
        let sent = b.last().json()["messages"].clone();
        assert_eq!((&sent[1]["role"], &sent[1]["content"]), (&json!("assistant"), &json!(SAID.trim_end())));
        assert_eq!(sent[2]["role"], "user", "it is told to go on");
        assert_eq!((a.calls(), b.calls()), (1, 1));
    }
}

#[test]
fn the_seam_is_seen_in_every_format() {
    let asked = json!({ "model": "ours", "stream": true, "max_tokens": 99,
        "messages": [{ "role": "user", "content": "Hello" }], "input": "Hello" });
    for (route, is_lines) in
        [("/v1/chat/completions", false), ("/v1/messages", false), ("/v1/responses", false), ("/api/chat", true)]
    {
        let (a, b) = (Upstream::doing([cut(&[word(SAID)])]), Upstream::doing([streams(&[REST])]));
        let server = house(&[a.entry("a", json!({})), b.entry("b", json!({}))]);
        let request = Request::new("POST", route).body("application/json", asked.to_string());
        let answer = request.header("x-mediary-continue", "true").send(&server);
        assert_eq!((answer.status, a.calls(), b.calls()), (200, 1, 1), "{route}: {answer}");
        let lines =
            answer.text().lines().filter_map(|line| if is_lines { Some(line) } else { line.strip_prefix("data: ") });
        let values: Vec<Value> = lines.filter_map(|line| serde_json::from_str(line).ok()).collect();
        let marked: Vec<usize> = (0..values.len()).filter(|at| !values[*at]["mediary"].is_null()).collect();
        assert_eq!(marked.len(), 1, "{route}: {answer}");
        assert_eq!(values[marked[0]]["mediary"], json!({ "continued_by": "b/m" }), "{route}");
        // What the first said stands before it, what the second says from there on.
        let said = |values: &[Value]| values.iter().map(Value::to_string).collect::<String>();
        let begins = |text: &str| text.split_whitespace().take(3).collect::<Vec<_>>().join(" ");
        assert!(said(&values[..marked[0]]).contains(&begins(SAID)), "{route}: {answer}");
        assert!(!said(&values[..marked[0]]).contains("sun"), "{route}: {answer}");
        assert!(said(&values[marked[0]..]).contains("sun"), "{route}: {answer}");
        assert_eq!(answer.text().contains(": continued by b/m"), !is_lines, "{route}");
    }
}

#[test]
fn a_target_that_begins_anew_in_other_words_is_followed_by_the_next() {
    let (a, b) = (
        Upstream::doing([cut(&[word(SAID)])]),
        Upstream::doing([streams(&[
            "The moon moves around the earth every four weeks, and that is why there are months, more or less.",
        ])]),
    );
    let c = Upstream::doing([streams(&[REST])]);
    let server = house(&[a.entry("a", json!({})), b.entry("b", json!({})), c.entry("c", json!({}))]);
    let answer = ask(&server, json!({}));
    assert_eq!(answer.said(), format!("{SAID}{REST}"), "{answer}");
    assert!(answer.text().contains(": continued by c/m"), "{answer}");
}

#[test]
fn a_target_that_begins_anew_in_other_marks_is_cut() {
    for anew in [SAID.to_lowercase(), format!("Sure! {SAID}"), SAID.replace("The moon", "**The moon**")] {
        let (a, b) = (Upstream::doing([cut(&[word(SAID)])]), Upstream::doing([streams(&[&anew, REST])]));
        let server = house(&[a.entry("a", json!({})), b.entry("b", json!({}))]);
        let answer = ask(&server, json!({}));
        assert_eq!(answer.said(), format!("{SAID}{REST}"), "{anew}: {answer}");
        assert_eq!((a.calls(), b.calls()), (1, 1));
    }
}

#[test]
fn a_stream_that_may_not_be_continued_ends_with_its_failure() {
    let call = json!({ "tool_calls": [{ "index": 0, "id": "x", "type": "function",
        "function": { "name": "f", "arguments": "{\"q\":" } }] });
    let schema = json!({ "type": "json_schema", "json_schema": { "name": "s", "schema": { "type": "object" } } });
    let tool = json!([{ "type": "function", "function": { "name": "f", "parameters": { "type": "object" } } }]);
    let rows = [
        ("a call", cut(&[word("Let me see. "), chunk(&call, None)]), json!({ "tools": tool })),
        ("a schema", cut(&[word("{\"a\": ")]), json!({ "response_format": schema })),
    ];
    for (what, act, fields) in rows {
        let (a, b) = (Upstream::doing([act]), Upstream::doing([streams(&[REST])]));
        let able = json!({ "models": [{ "id": "m", "tools": true, "structured": "schema" }] });
        let server = house(&[a.entry("a", able.clone()), b.entry("b", able)]);
        let (_, error) = ask(&server, fields).broken_off();
        assert_eq!((&error["code"], b.calls()), (&json!("upstream_garbled"), 0), "{what}");
    }
    // Not asked for, switched off, or nothing left to go on.
    let entries = |a: &Upstream, b: &Upstream| [a.entry("a", json!({})), b.entry("b", json!({}))];
    let (a, b) = (Upstream::doing([cut(&[word(SAID)])]), Upstream::doing([streams(&[REST])]));
    let (said, _) = house(&entries(&a, &b)).chat(json!({ "model": "ours", "stream": true })).broken_off();
    assert_eq!((said.as_str(), b.calls()), (SAID, 0));
    let on = serving(&entries(&a, &b), |config| config.routing.continue_streams = true);
    let off = on.chat_with(("x-mediary-continue", "false"), json!({ "model": "a/m", "stream": true }));
    assert_eq!((off.broken_off().0.as_str(), b.calls()), (SAID, 0));
    let alone = on.chat(json!({ "model": "a/m", "stream": true }));
    assert_eq!((alone.broken_off().0.as_str(), b.calls()), (SAID, 0), "a pinned model stays alone");
    let on = serving(&entries(&a, &b), |config| config.routing.continue_streams = true);
    let continued = on.chat(json!({ "model": "auto", "stream": true }));
    assert_eq!(continued.said(), format!("{SAID}{REST}"));
}

#[test]
fn a_target_that_takes_prefills_gets_one_and_may_refuse_it() {
    let anthropic = dialects().into_iter().find(|dialect| dialect.id == "anthropic").expect("it is there");
    let refusal = fails(400, "This model does not support assistant message prefill.", None);
    for (acts, last_roles) in [
        (vec![anthropic.hello[1].clone()], vec!["assistant"]),
        (vec![refusal, anthropic.hello[1].clone()], vec!["assistant", "user"]),
    ] {
        let (a, b) = (Upstream::doing([cut(&[word("I say: ")])]), Upstream::doing(acts));
        let far = json!({ "dialect": "anthropic", "auth": { "header": "x-api-key" } });
        let server = with_providers(&[a.entry("a", json!({})), b.entry("b", far)]);
        let answer = server.chat_with(("x-mediary-continue", "true"), json!({ "model": "auto", "stream": true }));
        assert_eq!(answer.said(), "I say: Hello", "{answer}");
        let roles: Vec<Value> = b
            .seen()
            .iter()
            .map(|seen| seen.json()["messages"].as_array().and_then(|messages| messages.last()?.get("role").cloned()))
            .map(Option::unwrap_or_default)
            .collect();
        assert_eq!(roles, last_roles);
    }
}
