//! Answers to other words that mean the same, on the real engine: how many paraphrases are found, and that no near-miss is.

use serde_json::{Value, json};

use super::chat_talk::{over, serving};
use super::chat_words::says;
use super::client::Answer;
use super::server::TestServer;
use super::upstream::Upstream;

/// Pairs of questions: whether both ask the same, and the two.
fn pairs() -> impl Iterator<Item = (&'static str, &'static str, &'static str)> {
    let rows = include_str!("alike_pairs.txt").lines().filter(|line| !line.starts_with('#'));
    rows.map(|row| {
        let mut fields = row.split('\t');
        let mut next = || fields.next().unwrap_or_else(|| unreachable!("three fields in {row}"));
        (next(), next(), next())
    })
}

fn comparing(up: &Upstream, similarity: f32) -> TestServer {
    serving(&[up.entry("a", json!({}))], |config| {
        config.response_cache.alike = true;
        config.response_cache.similarity = similarity;
    })
}

fn ask(server: &TestServer, words: &str, fields: Value) -> Answer {
    let asked = json!({ "temperature": 0, "messages": [{ "role": "user", "content": words }] });
    server.chat(over(asked, fields))
}

fn is_alike(answer: &Answer) -> bool {
    assert_eq!(answer.status, 200, "{answer}");
    answer.header("x-mediary-cache").is_some_and(|outcome| outcome.starts_with("hit;similarity=0."))
}

#[test]
fn no_near_miss_is_taken_for_a_paraphrase_and_some_paraphrases_are_found() {
    let usual = mediary::config::ResponseCache::default().similarity;
    let up = Upstream::doing([says("An answer")]);
    let server = comparing(&up, usual);
    let (mut found, mut paraphrases, mut wrong, mut misses) = (Vec::new(), 0, Vec::new(), 0);
    // What stands around a pair is its own, so that only its two questions meet.
    for (number, (kind, one, other)) in (1..).zip(pairs()) {
        assert!(!is_alike(&ask(&server, one, json!({ "seed": number }))), "{one}");
        let is_taken = is_alike(&ask(&server, other, json!({ "seed": number })));
        match kind {
            "=" => {
                paraphrases += 1;
                found.extend(is_taken.then_some(other));
            }
            _ => {
                misses += 1;
                wrong.extend(is_taken.then_some((one, other)));
            }
        }
    }
    println!("{} of {paraphrases} paraphrases, {} of {misses} near-misses", found.len(), wrong.len());
    assert_eq!(wrong, [], "taken for the same");
    assert!(found.len() * 12 >= paraphrases, "only {found:?} were found");
}

#[test]
fn only_the_last_words_may_differ_for_one_client_and_only_where_it_is_switched_on() {
    let (one, other) = ("How do I reset my password?", "Please, how do I reset my password?");
    let up = Upstream::doing([says("Like this")]);
    let server = comparing(&up, 0.9);
    assert!(!is_alike(&ask(&server, one, json!({}))));
    let again = ask(&server, other, json!({}));
    assert!(is_alike(&again), "{again}");
    assert_eq!((again.said().as_str(), again.header("x-mediary-cost-usd"), up.calls()), ("Like this", Some("0"), 1));
    let streamed = ask(&server, other, json!({ "stream": true }));
    assert!(is_alike(&streamed) && streamed.said() == "Like this", "{streamed}");
    let with = |role: &str, text: &str| json!({ "role": role, "content": text });
    let others = [
        json!({ "max_tokens": 9 }),
        json!({ "messages": [with("system", "Be brief."), with("user", other)] }),
        json!({ "messages": [with("user", "Hello"), with("assistant", "Hi"), with("user", other)] }),
    ];
    for fields in others {
        assert!(!is_alike(&ask(&server, other, fields.clone())), "{fields}");
    }
    let asked = json!({ "temperature": 0, "messages": [with("user", other)] });
    assert!(!is_alike(&server.chat_with(("x-api-key", "another"), asked.clone())), "another client");
    assert!(!is_alike(&server.chat_with(("x-mediary-cache", "refresh"), asked)), "a new answer is wanted");
    let off = serving(&[up.entry("a", json!({}))], |_| ());
    assert!(!is_alike(&ask(&off, one, json!({}))) && !is_alike(&ask(&off, other, json!({}))));
}
