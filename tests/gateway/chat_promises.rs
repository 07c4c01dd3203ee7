//! An answer really comes: faults that one more attempt mends, tiers whose members all fail, silence, and outages of a
//! target that has no alternative. Each is looked at from both sides, and with providers under other names than loopback.

use std::time::Duration;

use serde_json::{Value, json};

use super::chat_talk::{Listener, serving, with_providers};
use super::chat_words::{closing, done, fails, opening, says, streams, word};
use super::client::Request;
use super::server::wait_until;
use super::tasks::record;
use super::upstream::{Act, Step, Upstream};

fn ms(milliseconds: u64) -> Duration {
    Duration::from_millis(milliseconds)
}

type Entry = fn(&Upstream, &str, Value) -> Value;

/// A provider on this machine, and one that is not known to be.
const NEAR_AND_FAR: [Entry; 2] = [|up, id, fields| up.entry(id, fields), |up, id, fields| up.far_entry(id, fields)];

#[test]
fn what_is_over_at_once_is_mended_by_the_same_target() {
    for entry in NEAR_AND_FAR {
        for fault in [fails(500, "no", None), fails(503, "no", None), Act::Close, Act::Reset] {
            for streamed in [false, true] {
                let answer = if streamed { streams(&["Hello"]) } else { says("Hello") };
                let up = Upstream::doing([fault.clone(), answer]);
                let other = Upstream::doing([says("From b")]);
                let server = with_providers(&[entry(&up, "a", json!({})), entry(&other, "b", json!({}))]);
                let answer = server.chat(json!({ "stream": streamed }));
                assert_eq!(answer.said(), "Hello", "{fault:?}");
                assert_eq!(answer.header("x-fallback-attempts"), None, "{fault:?}");
                assert_eq!((up.calls(), other.calls()), (2, 0), "{fault:?}");
                assert_eq!(up.seen()[0].body, up.seen()[1].body, "{fault:?}");
                let record = record(&server, "a/m");
                assert_eq!((&record["failures"], &record["cooldown_seconds"]), (&json!(1), &Value::Null), "{fault:?}");
            }
        }
    }
}

#[test]
fn where_all_members_of_a_tier_fail_others_answer() {
    let member = json!({ "models": [{ "id": "m", "tiers": { "fast": 1, "standard": 1 } }] });
    for model in ["auto", "fast", "standard", ""] {
        let (one, two) = (Upstream::doing([fails(503, "no", None)]), Upstream::doing([fails(429, "no", None)]));
        let outside = Upstream::doing([says("From outside")]);
        let entries = [
            one.far_entry("one", member.clone()),
            two.far_entry("two", member.clone()),
            outside.far_entry("outside", json!({})),
        ];
        let answer = with_providers(&entries).chat(json!({ "model": model }));
        assert_eq!(answer.said(), "From outside", "{model}");
        assert_eq!(answer.header("x-fallback-attempts"), Some("2"), "{model}");
        assert_eq!((one.calls(), two.calls(), outside.calls()), (2, 1, 1), "{model}");
    }
}

#[test]
fn a_priority_that_the_operator_wrote_counts_for_more_than_a_guess_and_less_than_a_name() {
    let (ours, listed) = (Upstream::doing([says("From ours")]), Upstream::doing([says("From the tier")]));
    let ranked = json!({ "priority": 2, "models": [{ "id": "m", "tiers": { "fast": 1, "standard": 1 } }] });
    let server = with_providers(&[ours.entry("ours", json!({ "priority": 1 })), listed.entry("listed", ranked)]);
    assert_eq!(server.chat(json!({ "model": "auto" })).said(), "From ours");
    assert_eq!(server.chat(json!({ "model": "fast" })).said(), "From the tier");
}

#[test]
fn a_silent_provider_is_followed_by_the_next() {
    for act in [Act::Silence, Act::Stream(vec![Step::Stall]), Act::Stream(vec![opening(), Step::Stall])] {
        for stream in [false, true] {
            let (silent, next) = (Upstream::doing([act.clone()]), Upstream::doing([says("From b")]));
            let entries = [silent.entry("a", json!({})), next.entry("b", json!({}))];
            let server = serving(&entries, |config| config.routing.fallback_first_byte = ms(100));
            let answer = server.chat(json!({ "stream": stream }));
            assert_eq!((answer.said().as_str(), answer.header("x-routed-via")), ("From b", Some("b/m")));
            silent.was_left();
        }
    }
}

#[test]
fn a_whole_answer_takes_its_time_and_a_stream_that_has_begun_does_too() {
    let pause = || Step::Pause(ms(300));
    let slow = vec![pause(), opening(), word("Hel"), pause(), word("lo"), closing(), done()];
    let up = Upstream::doing([Act::Stream(slow)]);
    let alone = serving(&[up.entry("a", json!({}))], |config| {
        config.routing.first_byte = ms(60);
        config.routing.stall = Duration::from_secs(20);
    });
    assert_eq!(alone.chat(json!({})).said(), "Hello", "it has no first byte before its end");
    assert_eq!(up.last().json().get("stream"), None, "nothing is to be found out by a stream");

    let long = Step::Pause(ms(2_500));
    let (slow, other) = (
        Upstream::doing([Act::Stream(vec![opening(), word("Hel"), long, word("lo"), closing(), done()])]),
        Upstream::doing([says("From b")]),
    );
    let both = serving(&[slow.entry("a", json!({})), other.entry("b", json!({}))], |config| {
        config.routing.fallback_first_byte = ms(2_000);
        config.routing.stall = Duration::from_secs(20);
    });
    let answer = both.chat(json!({}));
    assert_eq!((answer.said().as_str(), answer.header("content-type")), ("Hello", Some("application/json")));
    assert_eq!((slow.last().json()["stream"].clone(), other.calls()), (json!(true), 0));
}

#[test]
fn a_target_that_refuses_streams_is_asked_for_the_whole_answer_that_is_wanted() {
    let refusal = || fails(400, "Unsupported value: 'stream' does not support true with this model.", None);
    let up = Upstream::doing([refusal(), says("Hello")]);
    let other = Upstream::doing([says("From b")]);
    let server = with_providers(&[up.far_entry("a", json!({})), other.far_entry("b", json!({}))]);
    let streams_of = || up.seen().iter().map(|seen| seen.json()["stream"] == true).collect::<Vec<_>>();
    let answer = server.chat(json!({}));
    assert_eq!((answer.said().as_str(), answer.header("x-routed-via")), ("Hello", Some("a/m")));
    assert_eq!(answer.header("x-fallback-attempts"), None, "nothing failed that the client has to know of");
    assert_eq!(streams_of(), [true, false]);
    assert_eq!(server.chat(json!({})).said(), "Hello");
    assert_eq!((streams_of(), other.calls()), (vec![true, false, false], 0), "it is remembered");

    // A client that wants a stream gets one, which comes in one piece.
    let up = Upstream::doing([refusal(), says("Hello")]);
    let server = with_providers(&[up.far_entry("a", json!({})), other.far_entry("b", json!({}))]);
    let answer = server.chat(json!({ "stream": true }));
    assert_eq!((answer.said().as_str(), up.calls(), other.calls()), ("Hello", 2, 0));
    // Nor is any other complaint.
    let up = Upstream::doing([fails(400, "tool 'f' does not exist", None), says("Hello")]);
    let server = with_providers(&[up.far_entry("a", json!({})), other.far_entry("b", json!({}))]);
    assert_eq!((server.chat(json!({})).said().as_str(), up.calls()), ("From b", 1));
}

#[test]
fn a_target_without_an_alternative_is_back_as_soon_as_it_is_well() {
    for entry in NEAR_AND_FAR {
        let up = Upstream::doing([fails(503, "no", None), fails(503, "no", None), says("Hello")]);
        let server = with_providers(&[entry(&up, "a", json!({}))]);
        server.chat(json!({})).refused(503, "all_providers_failed", "Try again in 2 s");
        // It cools down, but there is no other: all of these wait for the first one that may look.
        let said: Vec<String> = std::thread::scope(|scope| {
            let ask = || server.chat(json!({})).said();
            let clients: Vec<_> = (0..12).map(|_| scope.spawn(ask)).collect();
            clients.into_iter().map(|client| client.join().unwrap()).collect()
        });
        assert_eq!(said, vec!["Hello"; 12]);
        assert_eq!(up.calls(), 2 + 12);
        assert_eq!(record(&server, "a/m")["cooldown_seconds"], Value::Null);
    }
}

#[test]
fn during_an_outage_few_calls_reach_the_provider_and_every_client_is_told() {
    let up = Upstream::doing([fails(503, "no", None)]);
    let server = with_providers(&[up.far_entry("a", json!({}))]);
    server.chat(json!({})).refused(503, "all_providers_failed", "a/m");
    let refused = std::thread::scope(|scope| {
        let ask = || server.chat(json!({})).status;
        let clients: Vec<_> = (0..30).map(|_| scope.spawn(ask)).collect();
        clients.into_iter().map(|client| client.join().unwrap()).filter(|status| *status == 503).count()
    });
    assert_eq!(refused, 30);
    // Each waits some seconds, in which one probe a second goes through and is repeated once.
    assert!(up.calls() < 30, "{} calls", up.calls());
}

#[test]
fn a_host_that_cannot_be_reached_cools_down_with_all_its_models() {
    let gone = Upstream::doing([]);
    let entry = gone.far_entry("gone", json!({ "models": [{ "id": "m" }, { "id": "n" }] }));
    drop(gone);
    let other = Upstream::doing([says("From b")]);
    let server = with_providers(&[entry, other.entry("b", json!({}))]);
    assert_eq!(server.chat(json!({})).said(), "From b");
    let models = Request::new("GET", "/v1/models").send(&server).ok();
    for id in ["gone/m", "gone/n"] {
        let model = models["data"].as_array().unwrap().iter().find(|model| model["id"] == id).unwrap();
        assert_eq!(model["state"], "cooling", "{id}");
    }
}

#[test]
fn a_rate_limit_that_is_over_soon_is_waited_for_where_no_other_target_is_left() {
    let limited = || fails(429, "slow down", None).header("retry-after", "1");
    let up = Upstream::doing([limited(), says("Hello")]);
    let server = with_providers(&[up.entry("a", json!({}))]);
    assert_eq!(server.chat(json!({})).said(), "Hello");
    assert_eq!(up.calls(), 2);

    let (up, other) = (Upstream::doing([limited(), says("Hello")]), Upstream::doing([says("From b")]));
    let server = with_providers(&[up.entry("a", json!({})), other.entry("b", json!({}))]);
    assert_eq!(server.chat(json!({})).said(), "From b");
    assert_eq!(up.calls(), 1);
}

#[test]
fn a_hedge_asks_the_next_beside_one_that_says_nothing_and_the_first_word_wins() {
    {
        let (silent, quick) = (Upstream::doing([Act::Silence]), Upstream::doing([streams(&["From b"])]));
        let entries = [silent.entry("a", json!({})), quick.entry("b", json!({}))];
        let server = serving(&entries, |config| config.routing.hedge = Some(ms(60)));
        let answer = server.chat(json!({ "stream": true }));
        assert_eq!((answer.said().as_str(), answer.header("x-routed-via")), ("From b", Some("b/m")));
        silent.was_left();
        let hedged = "mediary_provider_calls_total{target=\"a/m\",outcome=\"hedged\"}";
        wait_until("it is counted", || Request::new("GET", "/metrics").send(&server).text().contains(hedged));
    }
    // So for an answer that is wanted whole; one that has begun only takes its time.
    let (silent, quick) = (Upstream::doing([Act::Silence]), Upstream::doing([streams(&["From b"])]));
    let entries = [silent.entry("a", json!({})), quick.entry("b", json!({}))];
    let server = serving(&entries, |config| config.routing.hedge = Some(ms(60)));
    assert_eq!(server.chat(json!({})).said(), "From b");
    silent.was_left();
    let long = Act::Stream(vec![opening(), word("From"), Step::Pause(ms(4_000)), word(" a"), closing(), done()]);
    let (long, other) = (Upstream::doing([long]), Upstream::doing([says("From b")]));
    let entries = [long.entry("a", json!({})), other.entry("b", json!({}))];
    let server = serving(&entries, |config| config.routing.hedge = Some(ms(2_000)));
    assert_eq!((server.chat(json!({})).said().as_str(), other.calls()), ("From a", 0));
    // The first one may still win, and a hedge that fails costs nothing.
    let slow = Act::Stream(vec![Step::Pause(ms(2_000)), opening(), word("From a"), closing(), done()]);
    let (first, broken) = (Upstream::doing([slow]), Upstream::doing([fails(404, "no such model", None)]));
    let entries = [first.entry("a", json!({})), broken.entry("b", json!({}))];
    let server = serving(&entries, |config| config.routing.hedge = Some(ms(60)));
    assert_eq!(server.chat(json!({ "stream": true })).said(), "From a");
    assert_eq!(broken.calls(), 1);
    // Without one nothing is asked twice.
    let (first, second) = (Upstream::doing([says("From a")]), Upstream::doing([says("From b")]));
    let entries = [first.entry("a", json!({})), second.entry("b", json!({}))];
    assert_eq!(with_providers(&entries).chat(json!({})).said(), "From a");
    assert_eq!(second.calls(), 0);
}

#[test]
fn requests_during_the_first_list_of_models_wait_for_it() {
    let list = Step::Raw(r#"{ "object": "list", "data": [{ "id": "found" }] }"#);
    let up = Upstream::listing(Act::Stream(vec![Step::Pause(ms(300)), list]), [says("Hello")]);
    let server = with_providers(&[up.entry("a", json!({ "models": [], "discovers": true }))]);
    let said: Vec<String> = std::thread::scope(|scope| {
        let ask = || server.chat(json!({ "model": "found" })).said();
        let clients: Vec<_> = (0..6).map(|_| scope.spawn(ask)).collect();
        clients.into_iter().map(|client| client.join().unwrap()).collect()
    });
    assert_eq!(said, vec!["Hello"; 6]);
    assert_eq!(up.calls(), 6);
}

#[test]
fn an_answer_that_its_client_leaves_is_paid_for_and_the_conversation_stays() {
    let talking = || Act::Stream(vec![opening(), word("Hello there"), Step::Stall]);
    let (a, b) = (Upstream::doing([talking(), says("From a")]), Upstream::doing([says("From b")]));
    let server = with_providers(&[a.entry("a", json!({})), b.entry("b", json!({}))]);
    let mut client = Listener::ask(&server, json!({ "model": "a/m" }));
    client.read_until("Hello there");
    drop(client);
    a.was_left();
    wait_until("it is in the ledger", || record(&server, "a/m")["completion_tokens"].as_u64() > Some(0));
    let record = record(&server, "a/m");
    assert_eq!((&record["failures"], &record["cooldown_seconds"]), (&json!(0), &Value::Null));
    assert!(record["prompt_tokens"].as_u64() > Some(0) && record["latency_ms"].as_f64().is_some(), "{record}");
}
