//! Two servers on one PostgreSQL and one Redis, as behind a balancer: a client's limits are one limit, whichever of them it
//! asks, and Redis is not needed to be answered.

use mediary_servers::{Postgres, Redis};
use serde_json::{Value, json};

use super::chat_words::{chunk, says};
use super::cli_serve::Served;
use super::client::Answer;
use super::keys_providers::Place;
use super::server::wait_until;
use super::upstream::{Act, Step, Upstream};

/// Two servers, and what they share.
struct Pair {
    place: Place,
    environment: Vec<(&'static str, String)>,
    redis: Redis,
    up: Upstream,
}

impl Pair {
    fn of(acts: impl IntoIterator<Item = Act>) -> Option<Self> {
        let (postgres, redis) = (Postgres::shared()?, Redis::start()?);
        let environment =
            vec![("MEDIARY_STORE__URL", postgres.new_database()), ("MEDIARY_STORE__COUNTERS", redis.url())];
        let up = Upstream::doing(acts);
        let price = json!({ "input_usd": 10_000.0, "output_usd": 10_000.0 });
        let place = Place::with(&[up.far_entry("a", json!({ "models": [{ "id": "m", "price": price }] }))]);
        Some(Self { place, environment, redis, up })
    }

    fn environment(&self) -> Vec<(&str, &str)> {
        self.environment.iter().map(|(name, value)| (*name, value.as_str())).collect()
    }

    fn servers(&self) -> [Served; 2] {
        [(); 2].map(|()| self.place.serve(&self.environment()))
    }

    /// The header of a new key with these limits.
    fn key(&self, limits: &[&str]) -> String {
        let created = self.place.run(&[&["clients", "create"], limits].concat(), "", &self.environment());
        let told = String::from_utf8(created.stdout).expect("it is UTF-8");
        assert!(created.status.success(), "{}", String::from_utf8_lossy(&created.stderr));
        format!("x-api-key: {}\r\n", told.lines().next().expect("the key"))
    }
}

fn request(key: &str, fields: &Value) -> Vec<u8> {
    let mut body = json!({ "model": "m", "max_tokens": 10, "messages": [{ "role": "user", "content": "Hello" }] });
    body.as_object_mut().expect("an object").extend(fields.as_object().expect("an object").clone());
    let body = body.to_string();
    let head = format!(
        "POST /v1/chat/completions HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/json\r\n{key}\
         content-length: {}\r\nconnection: close\r\n\r\n{body}",
        body.len()
    );
    head.into_bytes()
}

fn chats(served: &Served, key: &str) -> Answer {
    served.request(&request(key, &json!({})))
}

/// How many of so many requests at once are answered, half of them at each server; the others are refused like this.
fn answered(servers: &[Served; 2], key: &str, all: usize, status: u16, code: &str) -> usize {
    let answers: Vec<Answer> = std::thread::scope(|scope| {
        let asked: Vec<_> = (0..all).map(|number| scope.spawn(move || chats(&servers[number % 2], key))).collect();
        asked.into_iter().map(|thread| thread.join().expect("it does not panic")).collect()
    });
    for answer in &answers {
        assert!(answer.status == 200 || (answer.status == status && answer.text().contains(code)), "{answer}");
    }
    answers.iter().filter(|answer| answer.status == 200).count()
}

#[test]
fn two_hundred_at_once_pass_no_limit_by_one() {
    let Some(pair) = Pair::of([says("Hello.")]) else { return };
    let (key, poor) = (pair.key(&["--requests-per-minute", "50"]), pair.key(&["--usd-per-day", "0.5"]));
    let servers = pair.servers();
    assert_eq!(answered(&servers, &key, 200, 429, "rate_limit_exceeded"), 50);
    assert_eq!(pair.up.calls(), 50, "what is refused reaches no provider");
    // Each request costs 11 cents, and may cost more: what is reserved is not spent twice.
    let first = answered(&servers, &poor, 40, 402, "budget_exceeded");
    assert!((1..=4).contains(&first), "{first}");
    let left = format!("{:.2}", 0.5 - 0.11 * f64::from(u32::try_from(first).expect("few")));
    let told = |served: &Served| {
        let answer = served.get("/v1/models", &poor);
        answer.header("x-ratelimit-remaining-usd-day").is_some_and(|told| told == left)
    };
    wait_until("both tell the same", || servers.iter().all(told));
}

#[test]
fn a_place_that_is_taken_at_one_is_taken_at_both() {
    let first = chunk(&json!({ "role": "assistant", "content": "One" }), None);
    let Some(pair) = Pair::of([Act::Stream(vec![first, Step::Stall]), says("Hello.")]) else { return };
    let key = pair.key(&["--requests-at-once", "1"]);
    let servers = pair.servers();
    let streaming = servers[0].open(&request(&key, &json!({ "stream": true })), "One");
    for served in &servers {
        let refused = chats(served, &key);
        refused.refused(429, "rate_limit_exceeded", "1 requests at once");
        assert_eq!(refused.header("x-ratelimit-remaining-concurrent"), Some("0"));
    }
    drop(streaming);
    wait_until("the place is free again", || chats(&servers[1], &key).status == 200);
}

#[test]
fn without_redis_each_server_counts_alone_and_says_so() {
    let Some(pair) = Pair::of([says("Hello.")]) else { return };
    let key = pair.key(&["--admin", "--requests-per-minute", "1000", "--usd-per-day", "100"]);
    let servers = pair.servers();
    assert_eq!(chats(&servers[0], &key).header("x-ratelimit-remaining-usd-day"), Some("99.89"));
    let Pair { redis, .. } = pair;
    drop(redis);
    for served in &servers {
        let answer = chats(served, &key);
        assert_eq!((answer.status, answer.header("x-ratelimit-limit-usd-day")), (200, Some("100")), "{answer}");
        let metrics = served.get("/metrics", &key);
        assert!(metrics.text().contains("mediary_counted_alone_total"), "{metrics}");
    }
}
