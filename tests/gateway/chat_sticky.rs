//! Conversations stay with the target that answered them, for the client that holds them.

use std::time::Duration;

use mediary::config::Secret;
use serde_json::{Value, json};

use super::chat_talk::{serving, turns};
use super::chat_words::{answers, fails, says, streams, whole};
use super::server::TestServer;
use super::upstream::{Act, Upstream};

/// `a` is asked first, and fails so that its cooldown is over in a second; from then on it would answer. `b` always does.
struct House {
    a: Upstream,
    b: Upstream,
    server: TestServer,
}

fn house(b: Act, edit: impl FnOnce(&mut mediary::config::Config)) -> House {
    let slow_down = fails(429, "slow down", None).header("retry-after", "1");
    let a = Upstream::doing([slow_down, says("From a")]);
    let b = Upstream::doing([b]);
    let server = serving(&[a.entry("a", json!({})), b.entry("b", json!({}))], edit);
    House { a, b, server }
}

impl House {
    /// Asks until the cooldown of `a` is over.
    fn wait_for_a(&self) {
        super::server::wait_until("the first provider is back", || {
            let asked = json!({ "messages": turns(&["Are you there?"]) });
            self.server.chat_with(("x-api-key", "another"), asked).said() == "From a"
        });
    }

    fn ask(&self, fields: Value) -> String {
        let answer = self.server.chat_with(("x-api-key", "one"), fields);
        answer.header("x-routed-via").unwrap_or_else(|| unreachable!("no target answered: {answer}")).to_owned()
    }
}

#[test]
fn the_second_turn_goes_to_the_target_of_the_first_although_another_would_be_asked_before() {
    for (act, stream) in [(says("Hi from b"), false), (streams(&["Hi ", "from b"]), true)] {
        let house = house(act, |_| ());
        let first = json!({ "messages": turns(&["Hello"]), "stream": stream });
        assert_eq!(house.ask(first.clone()), "b/m");
        house.wait_for_a();
        let second = json!({ "messages": turns(&["Hello", "Hi from b", "And now?"]), "stream": stream });
        assert_eq!(house.ask(second.clone()), "b/m", "stream: {stream}");
        assert_eq!(house.b.last().json()["messages"], second["messages"]);
        // A third turn builds on the second.
        let third = json!({ "messages": turns(&["Hello", "Hi from b", "And now?", "Hi from b", "And then?"]) });
        if !stream {
            assert_eq!(house.ask(third), "b/m");
        }
        // A first turn is bound to no target, nor is a conversation that went otherwise, nor another client's.
        let calls = house.b.calls();
        assert_eq!(house.ask(json!({ "messages": turns(&["Hello"]) })), "a/m");
        assert_eq!(house.ask(json!({ "messages": turns(&["Hello", "Something else", "And now?"]) })), "a/m");
        let other = house.server.chat_with(("x-api-key", "another"), json!({ "messages": second["messages"] }));
        assert_eq!(other.header("x-routed-via"), Some("a/m"));
        assert_eq!(house.server.chat(json!({ "messages": second["messages"] })).header("x-routed-via"), Some("a/m"));
        assert_eq!(house.b.calls(), calls);
    }
}

#[test]
fn keys_in_either_header_are_the_same_client() {
    let house = house(says("Hi from b"), |config| {
        config.server.api_keys = vec![Secret::new("one"), Secret::new("another")];
    });
    assert_eq!(house.ask(json!({})), "b/m");
    house.wait_for_a();
    let second = json!({ "messages": turns(&["Hello", "Hi from b", "And now?"]) });
    let answer = house.server.chat_with(("authorization", "Bearer one"), second.clone());
    assert_eq!(answer.header("x-routed-via"), Some("b/m"));
    house.server.chat(second).refused(401, "missing_api_key", "");
}

#[test]
fn no_conversation_is_bound_to_a_provider_that_fails_or_may_not_be_asked() {
    let house = house(says("Hi from b"), |_| ());
    assert_eq!(house.ask(json!({})), "b/m");
    house.wait_for_a();
    let second = turns(&["Hello", "Hi from b", "And now?"]);
    let pinned = json!({ "messages": second, "model": "a/m" });
    assert_eq!(house.ask(pinned), "a/m");
    let bound = super::chat_talk::asking(json!({ "messages": second })).header("x-api-key", "one");
    let answer = bound.header("x-mediary-provider", "a").send(&house.server);
    assert_eq!(answer.header("x-routed-via"), Some("a/m"));
}

#[test]
fn a_conversation_moves_on_with_the_target_that_answers_it_next() {
    let b = Upstream::doing([says("Hi from b"), fails(500, "no", None)]);
    let a = Upstream::doing([fails(429, "slow", None).header("retry-after", "1"), says("From a")]);
    let server = serving(&[a.entry("a", json!({})), b.entry("b", json!({}))], |_| ());
    let house = House { a, b, server };
    assert_eq!(house.ask(json!({})), "b/m");
    super::server::wait_until("the first provider is back", || {
        let answer = house.server.chat_with(("x-api-key", "another"), json!({ "model": "a/m" }));
        answer.status == 200
    });
    assert_eq!(house.ask(json!({ "messages": turns(&["Hello", "Hi from b", "And now?"]) })), "a/m");
    assert_eq!(house.b.calls(), 3, "it was asked first, and failed");
    assert!(house.a.calls() >= 3);
}

#[test]
fn conversations_can_be_forgotten_at_once() {
    let house = house(says("Hi from b"), |config| config.routing.sticky = Duration::ZERO);
    assert_eq!(house.ask(json!({})), "b/m");
    house.wait_for_a();
    assert_eq!(house.ask(json!({ "messages": turns(&["Hello", "Hi from b", "And now?"]) })), "a/m");
}

#[test]
fn a_turn_that_was_a_call_of_a_function_is_recognised_too() {
    let call = json!({ "id": "c", "type": "function", "function": { "name": "f", "arguments": "{}" } });
    let message = json!({ "role": "assistant", "content": null, "tool_calls": [call] });
    let a = Upstream::doing([fails(429, "slow", None).header("retry-after", "1"), says("From a")]);
    let b = Upstream::doing([answers(200, &whole(&message, "tool_calls"))]);
    let able = json!({ "tools": true });
    let server = serving(&[a.with_model("a", able.clone()), b.with_model("b", able)], |_| ());
    let house = House { a, b, server };
    let tools = json!([{ "type": "function", "function": { "name": "f" } }]);
    assert_eq!(house.ask(json!({ "tools": tools })), "b/m");
    super::server::wait_until("the first provider is back", || {
        house.server.chat_with(("x-api-key", "another"), json!({ "model": "a/m" })).status == 200
    });
    let result = json!({ "role": "tool", "tool_call_id": "c", "content": "4" });
    let messages = json!([{ "role": "user", "content": "Hello" }, message, result]);
    assert_eq!(house.ask(json!({ "messages": messages, "tools": tools })), "b/m");
    assert!(house.a.calls() >= 2);
}
