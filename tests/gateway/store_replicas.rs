//! Two servers on one PostgreSQL and one Redis, as behind a balancer: a client's limits are one limit, whichever of them it
//! asks, and Redis is not needed to be answered.

use mediary_servers::{Postgres, Redis};
use serde_json::{Value, json};

use super::chat_words::{chunk, fails, says};
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
        let price = json!({ "input_usd": 10_000.0, "output_usd": 10_000.0 });
        let up = Upstream::doing(acts);
        let entry = up.far_entry("a", json!({ "models": [{ "id": "m", "price": price }] }));
        Self::with(up, &[entry])
    }

    fn with(up: Upstream, providers: &[Value]) -> Option<Self> {
        let (postgres, redis) = (Postgres::shared()?, Redis::start()?);
        let environment =
            vec![("MEDIARY_STORE__URL", postgres.new_database()), ("MEDIARY_STORE__COUNTERS", redis.url())];
        Some(Self { place: Place::with(providers), environment, redis, up })
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

#[test]
fn what_a_provider_gives_for_nothing_is_given_once_to_all_servers_together() {
    let (up, paid) = (Upstream::doing([says("Hello.")]), Upstream::doing([says("Hello.")]));
    let free =
        |limits: Value| json!({ "priority": 1, "models": [{ "id": "m", "price": "free", "free_limits": limits }] });
    let paid_entry = |up: &Upstream| up.far_entry("b", json!({ "priority": 9 }));
    let Some(pair) = Pair::with(up, &[]) else { return };
    let Pair { up, .. } = &pair;
    let place = Place::with(&[up.far_entry("a", free(json!({ "rph": 20 }))), paid_entry(&paid)]);
    let servers = [(); 2].map(|()| place.serve(&pair.environment()));
    assert_eq!(answered(&servers, "", 60, 200, ""), 60);
    assert_eq!((up.calls(), paid.calls()), (20, 40), "the limit is met and not passed");

    // Alone, its end is told.
    let up = Upstream::doing([says("Hello.")]);
    let place = Place::with(&[up.far_entry("a", free(json!({ "rph": 1 })))]);
    let servers = [(); 2].map(|()| place.serve(&pair.environment()));
    assert_eq!(chats(&servers[0], "").status, 429, "the key is the same, and so is what was used of it");
    assert_eq!(up.calls(), 0);
}

#[test]
fn a_key_that_rests_at_one_server_rests_at_all() {
    let slow_down = fails(429, "slow down", None).header("retry-after", "3000");
    let (up, other) = (Upstream::doing([slow_down, says("From a")]), Upstream::doing([says("From b")]));
    let entries = [up.far_entry("a", json!({ "priority": 1 })), other.far_entry("b", json!({ "priority": 2 }))];
    let Some(pair) = Pair::with(up, &entries) else { return };
    let servers = pair.servers();
    let via = |answer: &Answer| answer.header("x-routed-via").map(str::to_owned);
    assert_eq!((via(&chats(&servers[0], "")).as_deref(), pair.up.calls() > 0), (Some("b/m"), true));
    let rests = |served: &Served| {
        let plan = json!({ "model": "m", "messages": [{ "role": "user", "content": "Hello" }] }).to_string();
        let head = format!(
            "POST /v1/plan HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/json\r\ncontent-length: {}\r\n\
             connection: close\r\n\r\n{plan}",
            plan.len()
        );
        let plan = served.request(head.as_bytes()).ok();
        plan["candidates"][0]["target"] == "b/m"
    };
    wait_until("the other server has heard of it", || rests(&servers[1]));
    let asked = pair.up.calls();
    assert_eq!(via(&chats(&servers[1], "")).as_deref(), Some("b/m"));
    assert_eq!(pair.up.calls(), asked, "it would be refused");
}

#[test]
fn a_conversation_goes_on_where_it_began_whichever_server_is_asked() {
    let (up, other) = (Upstream::doing([says("Hello.")]), Upstream::doing([says("Hello.")]));
    // Each of the two servers would begin with another target.
    let entries = |up: &Upstream, first: i32| {
        [up.far_entry("a", json!({ "priority": first })), other.far_entry("b", json!({ "priority": 3 - first }))]
    };
    let (first, second) = (entries(&up, 1), entries(&up, 2));
    let Some(pair) = Pair::with(up, &first) else { return };
    let place = Place::with(&second);
    let servers = [pair.place.serve(&pair.environment()), place.serve(&pair.environment())];
    let turn = |served: &Served, messages: Value| {
        let answer = served.request(&request("", &json!({ "messages": messages })));
        answer.header("x-routed-via").unwrap_or_else(|| unreachable!("{answer}")).to_owned()
    };
    let begins = |number: usize| json!([{ "role": "user", "content": format!("Talk {number}") }]);
    let goes_on = |number: usize| {
        json!([
            { "role": "user", "content": format!("Talk {number}") },
            { "role": "assistant", "content": "Hello." },
            { "role": "user", "content": "And then?" },
        ])
    };
    assert_eq!(turn(&servers[1], begins(0)), "b/m");
    // What they know conversations by is the same once both have looked at what they share.
    let mut number = 0;
    wait_until("both know conversations by the same", || {
        number += 1;
        assert_eq!(turn(&servers[0], begins(number)), "a/m");
        turn(&servers[1], goes_on(number)) == "a/m"
    });
    for number in 1000..1006 {
        let began = turn(&servers[number % 2], begins(number));
        // The other one may be quicker than the word of it.
        wait_until("it goes on there", || turn(&servers[(number + 1) % 2], goes_on(number)) == began);
    }
}

#[test]
fn what_is_ready_tells_whether_limits_are_shared_and_goes_on_without() {
    let Some(pair) = Pair::of([says("Hello.")]) else { return };
    let [served, _other] = pair.servers();
    let counters = |served: &Served| served.get("/readyz", "").json()["checks"]["counters"]["ok"].clone();
    wait_until("they are shared", || counters(&served) == true);
    let Pair { redis, .. } = pair;
    drop(redis);
    wait_until("it is told that they are away", || counters(&served) == false);
    assert_eq!(served.get("/readyz", "").status, 200, "it answers all the same");
    assert_eq!(chats(&served, "").status, 200);
}
