//! One call for all who ask the same at the same time: from the provider's side one request, from each client's side its own
//! answer, whoever else leaves or fails.

use std::thread;

use serde_json::{Value, json};

use super::answers_kept::{chats, request_to};
use super::chat_talk::{Listener, asking, over, turns, with_providers};
use super::chat_words::{closing, done, opening, says, usage, word};
use super::client::Answer;
use super::keys_providers::Place;
use super::server::wait_until;
use super::upstream::{Act, Gate, Step, Upstream};

/// So many ask at once.
const MANY: usize = 32;

fn cold(fields: Value) -> Value {
    over(json!({ "temperature": 0 }), fields)
}

/// A stream that waits behind its first word.
fn waiting(gate: &Gate) -> Act {
    let steps = [opening(), word("One"), Step::Wait(gate.clone()), word(", two"), closing(), usage(), done()];
    Act::Stream(steps.into())
}

#[test]
fn many_who_ask_the_same_at_once_make_one_call_and_all_are_answered() {
    for stream in [false, true] {
        let gate = Gate::default();
        let up = Upstream::doing([waiting(&gate)]);
        let server = with_providers(&[up.entry("a", json!({}))]);
        let fields = cold(json!({ "stream": stream }));
        let answers: Vec<Answer> = thread::scope(|scope| {
            let asking: Vec<_> = (0..MANY).map(|_| scope.spawn(|| server.chat(fields.clone()))).collect();
            wait_until("all wait for it", || server.sharing() == MANY);
            gate.open();
            asking.into_iter().map(|one| one.join().expect("it is answered")).collect()
        });
        assert_eq!(up.calls(), 1, "stream: {stream}");
        let said: Vec<String> = answers.iter().map(Answer::said).collect();
        assert_eq!(said, vec!["One, two"; MANY], "stream: {stream}");
        let count =
            |outcome: &str| answers.iter().filter(|answer| answer.header("x-mediary-cache") == Some(outcome)).count();
        assert_eq!((count("miss"), count("hit;shared")), (1, MANY - 1), "stream: {stream}");
    }
}

#[test]
fn where_the_cache_does_not_apply_each_makes_its_own_call() {
    let gate = Gate::default();
    let up = Upstream::doing([waiting(&gate)]);
    let server = with_providers(&[up.entry("a", json!({}))]);
    let mut all: Vec<Listener> = (0..3).map(|_| Listener::ask(&server, json!({}))).collect();
    all.iter_mut().for_each(|one| one.read_until("One"));
    assert_eq!(up.calls(), 3);
    gate.open();
    all.iter_mut().for_each(|one| one.read_until("[DONE]"));
}

#[test]
fn whoever_leaves_the_others_read_on_and_pay_and_the_last_ends_the_call() {
    let gate = Gate::default();
    let price = json!({ "input_usd": 100.0, "output_usd": 1000.0 });
    let up = Upstream::doing([waiting(&gate), Act::Stream(vec![opening(), word("One"), Step::Stall])]);
    let place = Place::with(&[up.far_entry("a", json!({ "models": [{ "id": "m", "price": price }] }))]);
    let served = place.serve(&[("MEDIARY_LOG__REQUESTS", "true")]);
    let fields = json!({ "stream": true });
    let ask = |id: &str| served.open(&request_to(&format!("x-request-id: {id}\r\n"), &fields), "One");
    let row = |id: &str| {
        let mut row = Value::Null;
        wait_until("the row is written", || {
            let answer = served.get(&format!("/api/admin/requests/{id}"), "");
            row = if answer.status == 200 { answer.json() } else { Value::Null };
            !row.is_null()
        });
        row
    };
    let (first, mut second, third) = (ask("first"), ask("second"), ask("third"));
    assert_eq!(up.calls(), 1);
    // The one for whom the call was made leaves, and one that only listened.
    drop((first, third));
    assert_eq!((&row("first")["status"], &row("third")["status"]), (&json!(499), &json!(499)));
    gate.open();
    let mut rest = String::new();
    std::io::Read::read_to_string(&mut second, &mut rest).expect("it comes to its end");
    assert!(rest.contains(", two") && rest.contains("[DONE]"), "{rest}");
    assert_eq!(row("first")["cost_usd"], 0.0, "it was not there to the end");
    let second = row("second");
    assert_eq!((&second["cost_usd"], &second["status"]), (&json!(0.0029), &json!(200)), "{second}");
    assert_eq!(second["details"]["cache"]["outcome"], "shared");
    // It is kept.
    let hit = chats(&served, "", &fields);
    assert_eq!((hit.header("x-mediary-cache"), up.calls()), (Some("hit"), 1));
    // Where all leave, the provider is left as well, and half of an answer is not kept.
    let other = json!({ "stream": true, "seed": 2 });
    let ask = |id: &str| served.open(&request_to(&format!("x-request-id: {id}\r\n"), &other), "One");
    let both = (ask("fourth"), ask("fifth"));
    assert_eq!(up.calls(), 2);
    drop(both);
    up.was_left();
    let costs = [row("fourth"), row("fifth")].map(|row| row["cost_usd"].as_f64().expect("a number"));
    assert!(costs.iter().filter(|cost| **cost > 0.0).count() == 1, "what it said was charged once: {costs:?}");
}

#[test]
fn those_who_wait_for_a_call_that_fails_go_on_by_themselves() {
    let gate = Gate::default();
    let broken = Act::Stream(vec![Step::Wait(gate.clone()), Step::Cut]);
    let up = Upstream::doing([broken, says("By itself")]);
    let server = with_providers(&[up.entry("a", json!({}))]);
    let (first, others) = thread::scope(|scope| {
        let first = scope.spawn(|| server.chat(cold(json!({}))));
        wait_until("the first is being answered", || up.calls() == 1);
        let others: Vec<_> = (0..5).map(|_| scope.spawn(|| server.chat(cold(json!({}))))).collect();
        wait_until("all wait for it", || server.sharing() == 6);
        gate.open();
        let others: Vec<Answer> = others.into_iter().map(|one| one.join().expect("it is answered")).collect();
        (first.join().expect("it is answered"), others)
    });
    assert_eq!(first.status, 503, "{first}");
    for other in &others {
        assert_eq!(other.said(), "By itself");
    }
    assert_eq!(up.calls(), 6, "one for each");
}

#[test]
fn a_stream_that_breaks_off_breaks_off_for_all_and_is_asked_for_again() {
    let gate = Gate::default();
    let breaks = Act::Stream(vec![opening(), word("One"), Step::Wait(gate.clone()), Step::Cut]);
    let up = Upstream::doing([breaks, says("Whole")]);
    let server = with_providers(&[up.entry("a", json!({}))]);
    let fields = cold(json!({ "messages": turns(&["Count."]) }));
    let mut both: Vec<Listener> = (0..2).map(|_| Listener::ask(&server, fields.clone())).collect();
    both.iter_mut().for_each(|one| one.read_until("One"));
    gate.open();
    both.iter_mut().for_each(|one| one.read_until("\"error\""));
    assert_eq!(up.calls(), 1);
    let again = asking(fields).send(&server);
    assert_eq!((again.header("x-mediary-cache"), again.said().as_str()), (Some("miss"), "Whole"));
}
