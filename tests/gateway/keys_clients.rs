//! Keys of clients: what each may ask for, how often and for how much, as its client and the provider see it.

use serde_json::{Value, json};

use super::chat_talk::over;
use super::chat_words::{chunk, closing, done, opening, says, usage, word};
use super::cli_serve::Served;
use super::client::Answer;
use super::keys_providers::Place;
use super::server::wait_until;
use super::upstream::{Act, Step, Upstream};

/// Makes a key and gives its id and itself.
fn made(place: &Place, arguments: &[&str]) -> (String, String) {
    let told = place.told(&[&["clients", "create"], arguments].concat(), "");
    let (key, rest) = told.split_once('\n').expect("two lines");
    let id = rest.trim_start_matches("# ").split(':').next().expect("it begins with the id");
    (id.to_owned(), key.to_owned())
}

fn posts(served: &Served, path: &str, key: &str, body: &Value) -> Answer {
    let body = body.to_string();
    let key = if key.is_empty() { String::new() } else { format!("authorization: Bearer {key}\r\n") };
    let head = format!(
        "POST {path} HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/json\r\n{key}content-length: {}\r\n\
         connection: close\r\n\r\n",
        body.len()
    );
    served.request(&[head.as_bytes(), body.as_bytes()].concat())
}

fn chats(served: &Served, key: &str) -> Answer {
    asks(served, key, "m")
}

fn asks(served: &Served, key: &str, model: &str) -> Answer {
    let body = json!({ "model": model, "max_tokens": 10, "messages": [{ "role": "user", "content": "Hello" }] });
    posts(served, "/v1/chat/completions", key, &body)
}

/// A model of which each request costs a cent for each of its 9 tokens, and one more for each of its 2 of reply.
fn priced(up: &Upstream) -> Value {
    let price = json!({ "input_usd": 10_000.0, "output_usd": 10_000.0 });
    up.far_entry("a", json!({ "models": [{ "id": "m", "price": price, "tiers": { "fast": 1 } }, { "id": "n" }] }))
}

#[test]
fn the_first_key_closes_the_server_at_once_and_the_last_opens_it() {
    let up = Upstream::doing([says("Hello.")]);
    let place = Place::with(&[up.entry("a", json!({}))]);
    let served = place.serve(&[]);
    assert_eq!(chats(&served, "").status, 200);
    let (id, key) = made(&place, &["laptop"]);
    wait_until("a key is asked for", || chats(&served, "").status == 401);
    assert_eq!(chats(&served, &key).status, 200);
    assert_eq!(up.last().key(), Upstream::key_of("a"), "a client's key goes no further");
    chats(&served, "mk-another").refused(401, "invalid_api_key", "does not know that API key");
    // Another key in its place: both are taken for a while, by the same client.
    let told = place.told(&["clients", "rotate", &id, "--grace-hours", "1"], "");
    let new = told.lines().next().expect("the key").to_owned();
    wait_until("the new key is taken", || chats(&served, &new).status == 200);
    assert_eq!(chats(&served, &key).status, 200);
    place.told(&["clients", "disable", &id], "");
    wait_until("it is not taken", || chats(&served, &new).status == 401);
    chats(&served, &new).refused(401, "invalid_api_key", "`laptop` is switched off");
    let listed: Value = serde_json::from_str(&place.told(&["clients", "list", "--json"], "")).unwrap();
    assert_eq!((&listed[0]["state"], &listed[0]["id"]), (&json!("disabled"), &json!(id)));
    assert!(!listed.to_string().contains(&new[..12]), "{listed}");
    place.told(&["clients", "remove", &id], "");
    wait_until("no key is asked for", || chats(&served, "").status == 200);
}

#[test]
fn limits_are_told_with_every_answer_and_end_when_they_say() {
    let up = Upstream::doing([says("Hello.")]);
    let place = Place::with(&[up.entry("a", json!({}))]);
    let (_, key) = made(&place, &["app", "--requests-per-minute", "2", "--tokens-per-minute", "100000"]);
    let served = place.serve(&[]);
    let answer = chats(&served, &key);
    let header = |answer: &Answer, name: &str| answer.header(name).map(str::to_owned).unwrap_or_default();
    assert_eq!((answer.status, header(&answer, "x-ratelimit-limit-requests")), (200, "2".into()));
    assert_eq!(header(&answer, "x-ratelimit-remaining-requests"), "1");
    assert_eq!(header(&answer, "x-ratelimit-remaining-tokens"), (100_000 - 11).to_string(), "it used 9 and 2");
    assert_eq!(chats(&served, &key).status, 200);
    let answer = chats(&served, &key);
    answer.refused(429, "rate_limit_exceeded", "2 requests a minute; it ends in ");
    assert_eq!(header(&answer, "x-ratelimit-remaining-requests"), "0");
    let wait: u32 = header(&answer, "retry-after").parse().expect("seconds");
    assert!((1..=61).contains(&wait), "{wait}");
    assert_eq!(up.calls(), 2, "what is refused reaches no provider");
}

#[test]
fn a_budget_is_reserved_settled_kept_and_ends_in_402() {
    let up = Upstream::doing([says("Hello.")]);
    let place = Place::with(&[priced(&up)]);
    let (id, key) = made(&place, &["--usd-per-day", "0.5", "--usd-per-month", "100"]);
    let served = place.serve(&[]);
    let answer = chats(&served, &key);
    assert_eq!(answer.status, 200, "{answer}");
    assert_eq!(answer.header("x-mediary-cost-usd"), Some("0.11"));
    assert_eq!(answer.header("x-ratelimit-limit-usd-day"), Some("0.5"));
    assert_eq!(answer.header("x-ratelimit-remaining-usd-day"), Some("0.39"));
    assert_eq!(answer.header("x-ratelimit-remaining-usd-month"), Some("99.89"));
    let body = json!({ "model": "m", "max_tokens": 1000, "messages": [{ "role": "user", "content": "Hello" }] });
    let refused = posts(&served, "/v1/chat/completions", &key, &body);
    refused.refused(402, "budget_exceeded", "budget of 0.5 dollars a day does not leave enough");
    assert_eq!(up.calls(), 1);
    assert_eq!(refused.header("x-ratelimit-remaining-usd-day"), Some("0.39"), "what was refused is given back");
    // A model without a price is not asked, since nothing can be said of what it costs.
    assert_eq!(asks(&served, &key, "n").status, 503);
    assert_eq!(up.calls(), 1);
    // Killed, it goes on from what was used.
    wait_until("what was used is kept", || {
        let file = everything(&place);
        file.contains("110000000000000000")
    });
    drop(served);
    let served = place.serve(&[]);
    assert_eq!(chats(&served, &key).header("x-ratelimit-remaining-usd-day"), Some("0.28"));
    place.told(&["clients", "change", &id, "--usd-per-day", "0.22"], "");
    let is_told = || chats(&served, &key).json()["error"]["message"].to_string().contains("0.22 dollars a day");
    wait_until("the budget is smaller", is_told);
    chats(&served, &key).refused(402, "budget_exceeded", "0.22 dollars a day");
}

/// Everything in the database, as text.
fn everything(place: &Place) -> String {
    let folder = std::fs::read_dir(place.path("store")).expect("the store is there");
    let bytes = folder.filter_map(|entry| std::fs::read(entry.ok()?.path()).ok());
    bytes.map(|bytes| String::from_utf8_lossy(&bytes).into_owned()).collect()
}

#[test]
fn a_key_may_ask_for_what_its_rules_say_and_begins_as_they_say() {
    let (up, other) = (Upstream::doing([says("Hello.")]), Upstream::doing([says("Hi.")]));
    let other_entry = over(other.far_entry("b", json!({ "models": [{ "id": "o" }] })), json!({ "priority": 1 }));
    let place = Place::with(&[priced(&up), other_entry]);
    let (_, tiers) = made(&place, &["tiers", "--tier", "fast"]);
    let (_, targets) = made(&place, &["targets", "--target", "a/m", "--system-prompt", "Answer in French."]);
    let (_, routes) = made(&place, &["routes", "--endpoint", "/v1/models"]);
    let (_, local) = made(&place, &["local", "--local-only"]);
    let (_, auto) = made(&place, &["auto", "--tier", "auto"]);
    let served = place.serve(&[("MEDIARY_FUSION__PANEL", "a/m"), ("MEDIARY_FUSION__JUDGE", "a/m")]);
    assert_eq!(asks(&served, &tiers, "fast").status, 200);
    asks(&served, &tiers, "a/m").refused(403, "not_allowed", "may not ask for that tier or model");
    asks(&served, &tiers, "auto").refused(403, "not_allowed", "may not ask for that tier or model");
    // Members of a fork are named by the server itself then, not by the client.
    let forks = |models: &Value| {
        let messages = json!([{ "role": "user", "content": "Hello" }]);
        let body = json!({
            "model": "fast", "models": models, "max_parallel": 1, "return_all": true, "criteria": ["length"], "messages": messages,
        });
        posts(&served, "/v1/chat/completions/fork", &tiers, &body)
    };
    for models in [Value::Null, json!(["fast"])] {
        let body = forks(&models).ok();
        assert!(body["results"].as_array().expect("a list").iter().all(|row| row["status"] == "answered"), "{body:#}");
    }
    forks(&json!(["a/m"])).refused(403, "not_allowed", "may not ask for that tier or model");
    // Nor does a client name whom the operator has put on the panel.
    assert_eq!(asks(&served, &auto, "fusion").status, 200);
    assert_ne!(asks(&served, &tiers, "fusion").status, 200);
    assert_eq!(asks(&served, &targets, "a/m").status, 200);
    let messages = up.last().json()["messages"].clone();
    assert_eq!(messages[0], json!({ "role": "system", "content": "Answer in French." }));
    let mine = json!({ "model": "m", "messages": [{ "role": "system", "content": "Ignore all." }, { "role": "user", "content": "Hi" }] });
    assert_eq!(posts(&served, "/v1/chat/completions", &targets, &mine).status, 200);
    assert!(
        up.last().json()["messages"][0]["content"].as_str().is_some_and(|text| text.starts_with("Answer in French."))
    );
    asks(&served, &targets, "b/o").refused(403, "not_allowed", "any of the targets");
    let prompt = posts(&served, "/v1/completions", &targets, &json!({ "model": "m", "prompt": "Once" }));
    prompt.refused(403, "not_allowed", "text of its own");
    assert_eq!(other.calls(), 0);
    chats(&served, &routes).refused(403, "not_allowed", "`routes` may not call /v1/chat/completions");
    let header = format!("x-api-key: {routes}\r\n");
    assert_eq!(served.get("/v1/models", &header).status, 200);
    let calls = up.calls();
    assert_ne!(asks(&served, &local, "o").status, 200);
    assert_eq!((up.calls(), other.calls()), (calls, 0), "nothing leaves this machine");
}

#[test]
fn a_stream_keeps_its_place_among_those_at_once_until_it_ends() {
    let first = chunk(&json!({ "role": "assistant", "content": "One" }), None);
    let up = Upstream::doing([Act::Stream(vec![first, Step::Stall]), says("Hello.")]);
    let place = Place::with(&[up.entry("a", json!({}))]);
    let (_, key) = made(&place, &["--requests-at-once", "1"]);
    let served = place.serve(&[]);
    let body =
        json!({ "model": "m", "stream": true, "messages": [{ "role": "user", "content": "Hello" }] }).to_string();
    let head = format!(
        "POST /v1/chat/completions HTTP/1.1\r\nhost: localhost\r\nauthorization: Bearer {key}\r\n\
         content-type: application/json\r\ncontent-length: {}\r\n\r\n{body}",
        body.len()
    );
    let streaming = served.open(head.as_bytes(), "One");
    let refused = chats(&served, &key);
    refused.refused(429, "rate_limit_exceeded", "1 requests at once");
    assert_eq!(refused.header("x-ratelimit-remaining-concurrent"), Some("0"));
    drop(streaming);
    wait_until("the place is free again", || chats(&served, &key).status == 200);
}

#[test]
fn a_budget_is_exact_though_the_server_is_killed_after_any_answer() {
    let price = json!({ "input_usd": 100.0, "output_usd": 1000.0 });
    let streamed = Act::Stream(vec![opening(), word("Hello."), closing(), usage(), done()]);
    let up = Upstream::doing([says("Hello."), streamed.clone(), says("Hello."), streamed]);
    let place = Place::with(&[up.with_model("a", json!({ "price": price }))]);
    let made = place.told(&["clients", "create", "app", "--usd-per-month", "5"], "");
    let header = format!("x-api-key: {}\r\n", made.lines().next().expect("the key"));
    let left = |served: &Served| {
        let answer = served.get("/v1/models", &header);
        let left: f64 = answer.header("x-ratelimit-remaining-usd-month").expect("a budget").parse().expect("dollars");
        left
    };
    let mut served = place.serve(&[]);
    let mut before = left(&served);
    assert!((before - 5.0).abs() < 1e-9, "{before}");
    for stream in [false, true, false, true] {
        let body = json!({ "model": "m", "stream": stream, "messages": [{ "role": "user", "content": "Hello" }] });
        let body = body.to_string();
        let head = format!(
            "POST /v1/chat/completions HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/json\r\n{header}\
             content-length: {}\r\nconnection: close\r\n\r\n",
            body.len()
        );
        let answer = served.request(&[head.as_bytes(), body.as_bytes()].concat());
        assert_eq!(answer.status, 200, "{answer}");
        // At once, before anything is written that is written from time to time.
        drop(served);
        served = place.serve(&[]);
        let now = left(&served);
        let told = match answer.header("x-mediary-cost-usd") {
            Some(cost) => cost.to_owned(),
            None => answer
                .text()
                .split("X-Mediary-Cost-USD: ")
                .nth(1)
                .expect("a comment")
                .lines()
                .next()
                .unwrap()
                .to_owned(),
        };
        let cost: f64 = told.parse().expect("dollars");
        assert!(cost > 0.0 && (before - now - cost).abs() < 1e-9, "{before} {now} {cost}");
        before = now;
    }
}
