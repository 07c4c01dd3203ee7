//! Providers that fail before they have said anything: the next one answers, and the client sees one clean answer.
//!
//! Each fault is met three times: with another target behind it, once more to see whether it cools down, and alone.

use std::time::Duration;

use mediary::config::Config;
use serde_json::{Value, json};

use super::chat_talk::{over, serving};
use super::chat_words::{answers, chunk, chunk_of, closing, done, error, fails, opening, says, streams, usage};
use super::server::{PATIENCE, TestServer};
use super::upstream::{Act, Step, Upstream};

/// No client is ever shown this.
const PRIVATE: &str = "organisation-acme owes money";

/// A fault, and what is to be thought of it.
struct Fault {
    name: &'static str,
    act: Act,
    /// How it is named in `tried`.
    kind: &'static str,
    /// The status and code where no other target is there.
    alone: (u16, &'static str),
    /// How long its client is told to wait then; `None`: it does not cool down.
    rests_s: Option<u64>,
}

impl Fault {
    /// How often a target is called before the next: what may be over at once is met twice.
    fn calls(&self) -> usize {
        let is_stated = self.name == "503 with Retry-After";
        if matches!(self.kind, "overloaded" | "lost") && !is_stated { 2 } else { 1 }
    }

    /// Whether it keeps a target from being called by requests that have no other.
    fn forbids_calls(&self) -> bool {
        // A rate limit without an end is looked into like a breakdown.
        let is_endless = self.rests_s == Some(2);
        matches!(self.kind, "rate_limited" | "quota_spent" | "bad_key" | "model_gone") && !is_endless
    }
}

const fn fault(
    name: &'static str,
    act: Act,
    kind: &'static str,
    alone: (u16, &'static str),
    rests_s: Option<u64>,
) -> Fault {
    Fault { name, act, kind, alone, rests_s }
}

const FAILED: (u16, &str) = (503, "all_providers_failed");
const RATES: (u16, &str) = (429, "rate_limit_exceeded");
const REFUSED: (u16, &str) = (400, "unsupported_value");

/// Faults of whole answers; streams meet them in the same way. Servers on this machine cool down for five seconds at most.
fn faults() -> Vec<Fault> {
    let refusal = |status: u16| fails(status, PRIVATE, None);
    let empty =
        |finish: &str| answers(200, &super::chat_words::whole(&json!({ "role": "assistant", "content": "" }), finish));
    let page = Act::Answer { status: 200, headers: vec![("content-type", "text/html".into())], body: "<p>Hi".into() };
    let nothing = Act::Answer { status: 200, headers: vec![], body: String::new() };
    let broken = Act::Answer { status: 200, headers: vec![], body: "{\"choices\": [{".into() };
    let picture = fails(413, "image exceeds 5 MB", None);
    vec![
        fault("429", refusal(429), "rate_limited", RATES, Some(2)),
        fault("429 with Retry-After", refusal(429).header("retry-after", "3"), "rate_limited", RATES, Some(3)),
        fault("429 with a long one", refusal(429).header("retry-after", "600"), "rate_limited", RATES, Some(5)),
        fault("429 over quota", fails(429, PRIVATE, Some("insufficient_quota")), "quota_spent", FAILED, Some(5)),
        fault("402", refusal(402), "quota_spent", FAILED, Some(5)),
        fault("500", refusal(500), "overloaded", FAILED, Some(2)),
        fault(
            "502 with a page",
            Act::Answer { status: 502, headers: vec![], body: PRIVATE.into() },
            "overloaded",
            FAILED,
            Some(2),
        ),
        fault("503 with Retry-After", refusal(503).header("retry-after", "2"), "overloaded", FAILED, Some(2)),
        fault("529", refusal(529), "overloaded", FAILED, Some(2)),
        fault("closed", Act::Close, "lost", FAILED, Some(2)),
        fault("reset", Act::Reset, "lost", FAILED, Some(2)),
        fault("silence", Act::Silence, "timed_out", FAILED, Some(2)),
        fault("half an answer", Act::Half(super::chat_words::saying("Half").to_string()), "garbled", FAILED, Some(2)),
        fault(
            "an answer that was given up",
            answers(200, &super::chat_words::whole(&json!({ "role": "assistant", "content": "Hal" }), "abort")),
            "overloaded",
            FAILED,
            Some(2),
        ),
        fault("no JSON", broken, "garbled", FAILED, Some(2)),
        fault("a web page", page, "garbled", FAILED, Some(2)),
        fault("nothing", nothing, "garbled", FAILED, Some(2)),
        fault("no words", empty("stop"), "empty_answer", FAILED, Some(2)),
        fault("no reply", answers(200, &json!({ "id": "x", "choices": [] })), "empty_answer", FAILED, Some(2)),
        fault("an error in a 200", answers(200, &error(PRIVATE, Some("server_error"))), "overloaded", FAILED, Some(2)),
        fault(
            "a rate in a 200",
            answers(200, &error(PRIVATE, Some("rate_limit_exceeded"))),
            "rate_limited",
            RATES,
            Some(2),
        ),
        fault("401", refusal(401), "bad_key", FAILED, Some(600)),
        fault(
            "403 about the key",
            fails(403, "API key of organisation-acme owes money", None),
            "bad_key",
            FAILED,
            Some(600),
        ),
        fault("404", refusal(404), "model_gone", FAILED, Some(6 * 3600)),
        fault("413 about a medium", picture, "unacceptable", REFUSED, None),
        fault("415", fails(415, "unsupported file type", None), "unacceptable", REFUSED, None),
        fault("400 about a parameter", fails(400, "top_k is not supported", None), "unacceptable", REFUSED, None),
    ]
}

/// Faults that only streams have.
fn faults_of_streams() -> Vec<Fault> {
    let stream = |steps: &[Step]| Act::Stream(steps.to_vec());
    let with_error = |code: &str| Step::Data(error(PRIVATE, Some(code)).to_string());
    let failed = |name, act, kind| fault(name, act, kind, FAILED, Some(2));
    vec![
        failed("silence after the head", stream(&[Step::Stall]), "timed_out"),
        failed("a stall after the role", stream(&[opening(), Step::Stall]), "timed_out"),
        failed("cut after the role", stream(&[opening(), Step::Cut]), "garbled"),
        failed("cut at once", stream(&[Step::Cut]), "garbled"),
        failed("an end without a finish", stream(&[opening()]), "garbled"),
        failed("an end that claims to be one", stream(&[opening(), done()]), "garbled"),
        failed("nothing", stream(&[]), "empty_answer"),
        failed("only comments", stream(&[Step::Raw(": wait\n\n")]), "empty_answer"),
        failed("no words", stream(&[opening(), closing(), usage(), done()]), "empty_answer"),
        failed("a malformed chunk", stream(&[opening(), Step::Data("{\"choices\": [".into()), done()]), "garbled"),
        failed("an error event", stream(&[opening(), with_error("server_error"), done()]), "overloaded"),
        failed(
            "an event named error",
            stream(&[Step::Raw("event: error\ndata: {\"message\": \"no\"}\n\n")]),
            "overloaded",
        ),
        fault("a rate in an event", stream(&[with_error("rate_limit_exceeded")]), "rate_limited", RATES, Some(2)),
        failed("an error for a finish", stream(&[chunk(&json!({}), Some("error")), done()]), "overloaded"),
        failed(
            "a finish that is none",
            stream(&[opening(), chunk(&json!({}), Some("insufficient_system_resource")), done()]),
            "overloaded",
        ),
        failed("no choices ever", stream(&[chunk_of(&json!([]), &Value::Null), done()]), "empty_answer"),
    ]
}

impl Fault {
    /// Only for those that say nothing a server waits in vain; a busy machine may be slow to tell of the others.
    fn patience(&self, config: &mut Config) {
        let patience = if self.kind == "timed_out" { Duration::from_millis(500) } else { PATIENCE };
        config.routing.first_byte = patience;
        config.routing.whole = patience;
        config.routing.stall = patience;
    }
}

/// Meets a fault, whole or as a stream.
fn meet(fault: &Fault, streamed: bool) {
    let what = format!("{} (stream: {streamed})", fault.name);
    let asked = if streamed { json!({ "stream": true }) } else { json!({}) };
    let first = Upstream::doing([fault.act.clone()]);
    let second = Upstream::doing([if streamed { streams(&["From ", "b"]) } else { says("From b") }]);
    let server = serving(&[first.entry("a", json!({})), second.entry("b", json!({}))], |config| fault.patience(config));

    let answer = server.chat(asked.clone());
    assert_eq!(answer.said(), "From b", "{what}");
    assert_eq!(answer.header("x-routed-via"), Some("b/m"), "{what}");
    assert_eq!(answer.header("x-fallback-attempts"), Some("1"), "{what}");
    assert!(!answer.raw().contains("acme"), "{what}: {answer}");
    assert_eq!((first.calls(), second.calls()), (fault.calls(), 1), "{what}");
    // The first is asked for a stream whatever the client wants, since another target is left.
    let as_sent =
        |up: &Upstream| if streamed { up.last().body } else { up.last().json()["messages"].to_string().into() };
    assert_eq!((first.last().path, as_sent(&first)), (second.last().path, as_sent(&second)), "{what}");
    assert_eq!(first.last().json()["stream"], true, "{what}");
    assert_eq!((first.last().key(), second.last().key()), (&*Upstream::key_of("a"), &*Upstream::key_of("b")), "{what}");

    assert_eq!(server.chat(asked.clone()).said(), "From b", "{what}, again");
    let rounds = if fault.rests_s.is_some() { 1 } else { 2 };
    assert_eq!((first.calls(), second.calls()), (fault.calls() * rounds, 2), "{what}: whether it cools down");
    meet_alone(fault, &asked, &what);
}

fn meet_alone(fault: &Fault, asked: &Value, what: &str) {
    let up = Upstream::doing([fault.act.clone()]);
    let server = serving(&[up.entry("a", json!({}))], |config| fault.patience(config));
    let answer = server.chat(asked.clone());
    let (status, code) = fault.alone;
    assert_eq!((answer.status, answer.error().0.as_str()), (status, code), "{what}: {answer}");
    assert_eq!(answer.tried(), format!("a/m {}", fault.kind), "{what}");
    assert!(!answer.raw().contains("acme") && !answer.raw().contains("sk-a"), "{what}: {answer}");
    assert_eq!(up.calls(), fault.calls(), "{what}");
    match fault.rests_s {
        Some(seconds) => answer.retry_after(seconds),
        None => assert_eq!(answer.header("retry-after"), None, "{what}"),
    }
    if fault.forbids_calls() {
        // While it cools down it is not asked, and the client is told the same.
        let again = server.chat(asked.clone());
        assert_eq!((again.status, again.error().0.as_str()), (status, code), "{what}, again: {again}");
        assert!(again.header("retry-after").is_some(), "{what}, again");
        assert_eq!(up.calls(), fault.calls(), "{what}, again");
    }
}

#[test]
fn a_target_that_fails_before_a_whole_answer_is_followed_by_the_next() {
    faults().iter().for_each(|fault| meet(fault, false));
}

#[test]
fn a_target_that_fails_before_a_stream_is_followed_by_the_next() {
    faults().iter().chain(&faults_of_streams()).for_each(|fault| meet(fault, true));
}

/// A server whose only provider does not count as one on this machine.
fn far_server(up: &Upstream) -> TestServer {
    serving(&[up.far_entry("a", json!({}))], |_| ())
}

#[test]
fn providers_on_other_machines_cool_down_as_long_as_they_ask_to() {
    for (act, seconds) in [
        (fails(429, "slow down", None).header("retry-after", "90"), 90),
        (fails(429, "Please try again in 7m30s", None), 450),
        // What does not say how long is looked into soon.
        (fails(429, "slow down", None), 2),
        (fails(402, "no credit", None), 3600),
        (fails(503, "busy", None).header("retry-after", "9"), 9),
        // An outage is looked into sooner than its provider asks for.
        (fails(503, "busy", None).header("retry-after", "600"), 20),
        (fails(503, "busy", None), 2),
    ] {
        let up = Upstream::doing([act.clone()]);
        far_server(&up).chat(json!({})).retry_after(seconds);
    }
}

#[test]
fn endless_rates_on_every_provider_are_told_as_a_rate_with_the_soonest_end() {
    let limited = |seconds: &str| Upstream::doing([fails(429, PRIVATE, None).header("retry-after", seconds)]);
    let ups = [limited("5"), limited("3"), limited("4")];
    let ids = ["a", "b", "c"];
    let entries: Vec<Value> = ups.iter().zip(ids).map(|(up, id)| up.entry(id, json!({}))).collect();
    let server = serving(&entries, |_| ());
    for asked in [json!({ "stream": true }), json!({})] {
        let answer = server.chat(over(json!({}), asked));
        answer.refused(429, "rate_limit_exceeded", "Try again in");
        answer.retry_after(3);
    }
    assert_eq!(ups.each_ref().map(Upstream::calls), [1, 1, 1]);
}
