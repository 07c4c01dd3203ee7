//! The cache by itself: what is found where, and for how long.

use std::time::{Duration, Instant};

use mediary_core::Hold;
use mediary_core::task::{Chat, Finish, ReplyEvent, ReplyFrame, Task, Usage};

use super::super::routing::{Account, Bounds, Route, TaskRequest};
use super::cache::AnswerCache;
use super::canon::known;
use super::kept::{Kept, Said};
use super::outcome::{CacheOutcome, CacheWish};
use crate::config::{Bytes, KeepAnswers, ResponseCache};

fn settings() -> ResponseCache {
    ResponseCache {
        keep: KeepAnswers::Deterministic,
        lasts: Duration::from_secs(60),
        bytes: Bytes::mega(1),
        across_keys: false,
        alike: false,
        similarity: 1.0,
    }
}

fn request(client: &str, temperature: Option<f64>, cache: CacheWish) -> TaskRequest {
    let mut chat = Chat::default();
    chat.sampling.temperature = temperature;
    let bounds = Bounds { cache, ..Bounds::default() };
    TaskRequest { task: Task::Chat(chat), model: "m".into(), bounds, client: client.into(), held: Hold::default() }
}

fn kept(length: usize, at: Instant) -> Kept {
    let route = Route {
        target: "a/m".parse().unwrap(),
        also: vec![],
        wire_format: "openai",
        fallbacks: 0,
        treatments: vec![],
        dropped: vec![],
        account: Account::default(),
        is_cost_known: false,
        status: None,
        cache: None,
    };
    let text = ReplyEvent::Text { choice: 0, text: "a".repeat(length) };
    let events = vec![text, ReplyEvent::Finish { choice: 0, finish: Finish::Stop }];
    let frames = vec![ReplyFrame { events, ..ReplyFrame::default() }];
    Kept::of(&route, Said::Frames { frames, is_stream: true }, Usage::default(), None, at).unwrap()
}

#[test]
fn what_is_wanted_of_the_cache_is_what_its_operator_allows_and_its_client_asks() {
    use CacheWish::{Off, Refresh, Use, Usual};
    use KeepAnswers::{Always, Asked, Deterministic};
    let rows = [
        (KeepAnswers::Off, Some(0.0), Use, None),
        (Asked, Some(0.0), Usual, None),
        (Asked, None, Use, Some(Use)),
        (Deterministic, Some(0.0), Usual, Some(Use)),
        (Deterministic, Some(-0.0), Usual, Some(Use)),
        (Deterministic, Some(0.1), Usual, None),
        (Deterministic, None, Usual, None),
        (Deterministic, Some(0.0), Off, None),
        (Deterministic, None, Refresh, Some(Refresh)),
        (Always, None, Usual, Some(Use)),
        (Always, None, Off, None),
    ];
    for (keep, temperature, wish, expected) in rows {
        let cache = AnswerCache::new(ResponseCache { keep, ..settings() });
        assert_eq!(cache.wish(&request("", temperature, wish)), expected, "{keep:?} {temperature:?} {wish:?}");
    }
    let none = AnswerCache::new(ResponseCache { bytes: Bytes::mega(0), ..settings() });
    assert_eq!(none.wish(&request("", Some(0.0), Use)), None);
}

#[test]
fn an_entry_is_of_one_client_and_one_target_and_ends_with_its_time() {
    let now = Instant::now();
    for across_keys in [false, true] {
        let cache = AnswerCache::new(ResponseCache { across_keys, ..settings() });
        let (one, other) = (request("one", None, CacheWish::Use), request("other", None, CacheWish::Use));
        let digest = known(&one).unwrap().whole;
        let place = |request: &TaskRequest, target: &str| cache.place(digest, request, &target.parse().unwrap());
        cache.keeps(place(&one, "a/m"), kept(10, now));
        let found = |request: &TaskRequest, target: &str| cache.hit(place(request, target), request).is_some();
        assert!(found(&one, "a/m"));
        assert!(!found(&one, "b/m"), "another target");
        assert_eq!(found(&other, "a/m"), across_keys, "another client");
        let old = now.checked_sub(Duration::from_secs(60)).unwrap();
        cache.keeps(place(&one, "a/m"), kept(10, old));
        assert!(!found(&one, "a/m"), "its time is over");
    }
}

#[test]
fn memory_is_bounded_and_no_answer_takes_most_of_it() {
    let cache = AnswerCache::new(settings());
    let one = request("one", None, CacheWish::Use);
    let digest = known(&one).unwrap().whole;
    let place = |number: u32| cache.place(digest.and(&number.to_le_bytes()), &one, &"a/m".parse().unwrap());
    cache.keeps(place(0), kept(200_000, Instant::now()));
    assert!(cache.hit(place(0), &one).is_none(), "a fifth of the room is too much for one");
    for number in 1..100 {
        cache.keeps(place(number), kept(100_000, Instant::now()));
    }
    let found = (1..100).filter(|number| cache.hit(place(*number), &one).is_some()).count();
    assert!((1..=10).contains(&found), "{found} of a hundred fit into a tenth of their bytes");
}

#[test]
fn a_kept_answer_says_how_old_it_is() {
    let now = Instant::now();
    let note = kept(1, now).note(CacheOutcome::Hit, now + Duration::from_secs(7));
    assert_eq!(note.age, Some(Duration::from_secs(7)));
    assert!(note.outcome.is_saved());
}
