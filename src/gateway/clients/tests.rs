//! Limits of clients: never over by one, never over by more than calls exceeded what they reserved, however many come at once.

use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Barrier, Mutex};

use mediary_core::capability::{Amount, Charged, Rate};

use super::purse::Purse;
use super::*;

const USD: u128 = 1_000_000_000_000_000_000;

fn key(id: &str, rules: &str) -> ClientKey {
    ClientKey {
        id: id.to_owned(),
        name: String::new(),
        digest: digest(id).to_vec(),
        previous: None,
        tail: "abcd".to_owned(),
        rules: rules.to_owned(),
        is_admin: false,
        is_disabled: false,
        created_at: 1,
        expires_at: None,
    }
}

fn digest(text: &str) -> KeyDigest {
    let mut digest = [0; 32];
    digest[..text.len()].copy_from_slice(text.as_bytes());
    digest
}

fn clients(keys: Vec<ClientKey>) -> Clients {
    let clients = Clients::default();
    clients.renew(keys);
    clients
}

fn client(rules: &str) -> Arc<Client> {
    clients(vec![key("a", rules)]).find(&digest("a")).unwrap()
}

fn cents(cents: u128) -> Spent {
    Spent { usd_parts: cents * USD / 100, ..Spent::default() }
}

fn costing(usd: f64) -> Vec<Charged> {
    vec![Charged { unit: "searches", count: 1, usd: Rate::written(usd).unwrap().times(1, 1) }]
}

#[test]
fn clients_are_found_by_their_digests_alone() {
    let many: Vec<ClientKey> = (0..10_000).map(|number| key(&format!("c{number}"), "{}")).collect();
    let all = clients(many);
    assert_eq!(all.find(&digest("c9999")).unwrap().id, "c9999");
    assert!(all.find(&digest("c10000")).is_none());
    let rotated = ClientKey { previous: Some((digest("old").to_vec(), unix_seconds() + 60)), ..key("new", "{}") };
    let ended = ClientKey { previous: Some((digest("gone").to_vec(), unix_seconds() - 1)), ..key("other", "{}") };
    let all = clients(vec![rotated, ended, key("bad", "{\"nonsense\": 1}")]);
    assert_eq!(all.find(&digest("old")).unwrap().id, "new", "the key before is taken for a while");
    assert!(all.find(&digest("gone")).is_none());
    assert!(all.find(&digest("bad")).is_none(), "rules that cannot be read let nothing in");
}

#[test]
fn a_key_that_is_not_in_force_or_not_for_this_is_refused() {
    let with = |key: ClientKey| clients(vec![key]).of("a").unwrap().admit("/v1/chat/completions");
    assert!(with(key("a", "{}")).is_ok());
    assert!(matches!(with(ClientKey { is_disabled: true, ..key("a", "{}") }), Err(Refused::Key(_))));
    assert!(matches!(with(ClientKey { expires_at: Some(unix_seconds()), ..key("a", "{}") }), Err(Refused::Key(_))));
    assert!(with(ClientKey { expires_at: Some(unix_seconds() + 60), ..key("a", "{}") }).is_ok());
    assert!(matches!(with(key("a", r#"{"endpoints": ["/v1/audio/*"]}"#)), Err(Refused::Route(_))));
    assert!(with(key("a", r#"{"endpoints": ["/v1/chat/*", "/v1/models"]}"#)).is_ok());
}

#[test]
fn rules_say_which_targets_and_tiers() {
    let admitted = |rules: &str| client(rules).admit("/").unwrap();
    let only = admitted(r#"{"targets": ["groq", "gemini/flash"]}"#);
    let allowed = ["groq/any", "gemini/flash", "gemini/pro", "xai/grok"];
    let allowed = allowed.map(|target| only.allows_target(&target.parse().unwrap()));
    assert_eq!(allowed, [true, true, false, false]);
    let tiers = admitted(r#"{"tiers": ["fast", "vista"]}"#);
    use mediary_core::capability::Tier;
    assert!(tiers.allows_want(Some(Tier::Fast)) && tiers.allows_want(Some(Tier::Vision)));
    assert!(!tiers.allows_want(Some(Tier::Auto)) && !tiers.allows_want(None), "no target by its name either");
    assert!(admitted("{}").allows_want(None));
    for bad in [r#"{"tiers": ["fastest"]}"#, r#"{"endpoints": ["chat"]}"#, r#"{"day": {"usd": -1}}"#, r#"{"dey": {}}"#]
    {
        assert!(Rules::read(bad).is_err(), "{bad}");
    }
}

/// 200 threads at once; gives how many were let in.
fn at_once(act: impl Fn() -> bool + Sync) -> u32 {
    const THREADS: usize = 200;
    let (barrier, passed) = (Barrier::new(THREADS), AtomicU32::new(0));
    std::thread::scope(|scope| {
        for _ in 0..THREADS {
            scope.spawn(|| {
                barrier.wait();
                passed.fetch_add(u32::from(act()), Ordering::Relaxed);
            });
        }
    });
    passed.into_inner()
}

#[test]
fn requests_are_never_over_by_one_with_200_at_once() {
    for limit in [1, 7, 60, 199] {
        let client = client(&format!(r#"{{"requests_per_minute": {limit}}}"#));
        assert_eq!(at_once(|| client.admit("/").is_ok()), limit);
        let refused = client.admit("/").unwrap_err();
        assert!(
            matches!(&refused, Refused::Rate { limit: told, ends_in } if *told == format!("{limit} requests a minute")
            && ends_in.as_secs() <= 60),
            "{refused:?}"
        );
        // Those that were refused hold no place.
        let client = self::client(&format!(r#"{{"requests_at_once": {limit}}}"#));
        let held = Mutex::new(Vec::new());
        let passed = at_once(|| client.admit("/").map(|admitted| held.lock().unwrap().push(admitted)).is_ok());
        assert_eq!(passed, limit);
        held.lock().unwrap().clear();
        assert_eq!(client.standings_here()[0].left.to_string(), limit.to_string(), "every place is free again");
    }
}

#[test]
fn dollars_and_tokens_stay_within_what_was_reserved_with_200_at_once() {
    let client = client(r#"{"day": {"usd": 1.0}, "month": {"usd": 20}, "tokens_per_minute": 5000}"#);
    let estimate = Estimate { least_tokens: 10, most_tokens: 100, most: cents(3), is_priced: true };
    // Each costs a cent more than it reserved, and uses 20 tokens more: the last ones that were let in may go over by that.
    let held = Mutex::new(Vec::new());
    let passed = at_once(|| {
        let Ok(admitted) = client.admit("/") else { return false };
        let admitted = Arc::new(admitted);
        match admitted.reserve(&estimate) {
            Ok(reserved) => {
                held.lock().unwrap().push((admitted, reserved));
                true
            }
            Err(_) => false,
        }
    });
    assert_eq!(passed, 33, "33 times 3 cents fit into a dollar");
    let amount = Amount { prompt_tokens: 20, completion_tokens: 100, ..Amount::default() };
    for (admitted, reserved) in held.lock().unwrap().drain(..) {
        admitted.spend(&amount, Some(&costing(0.04)));
        drop(reserved);
    }
    let (today, this_month) = client.spent();
    assert_eq!(
        (today.usd_parts, this_month.usd_parts),
        (132 * USD / 100, 132 * USD / 100),
        "33 times 4 cents, exactly"
    );
    assert_eq!((today.tokens, today.calls), (33 * 120, 33));
    let refused = client.admit("/").unwrap_err();
    assert!(matches!(&refused, Refused::Budget { limit, .. } if limit == "1 dollars a day"), "{refused:?}");
    let lines = client.standings_here();
    let line = |name: &str| lines.iter().find(|line| line.name == name).unwrap().clone();
    assert_eq!((line("usd-day").left.to_string(), line("usd-month").left.to_string()), ("0".into(), "18.68".into()));
    assert_eq!(line("tokens").left.to_string(), (5000 - 33 * 120).to_string());
}

#[test]
fn tokens_a_minute_are_reserved_before_and_settled_after() {
    let client = client(r#"{"tokens_per_minute": 1000}"#);
    let admitted = Arc::new(client.admit("/").unwrap());
    let estimate = |most_tokens| Estimate { least_tokens: 10, most_tokens, most: Spent::default(), is_priced: true };
    let reserved = admitted.reserve(&estimate(700)).unwrap();
    let refused = admitted.reserve(&estimate(400)).unwrap_err();
    assert!(matches!(refused.kind, mediary_core::FailureKind::RateLimited { retry_after: Some(_) }), "{refused}");
    admitted.spend(&Amount { prompt_tokens: 50, ..Amount::default() }, None);
    drop(reserved);
    assert!(admitted.reserve(&estimate(900)).is_ok(), "what was not used is there again");
    assert!(refused.detail.contains("1000 tokens a minute"), "{refused}");
}

#[test]
fn what_has_no_known_price_is_not_asked_with_a_budget_in_dollars() {
    let unpriced = Estimate { is_priced: false, ..Estimate::default() };
    let of = |rules: &str| Arc::new(client(rules).admit("/").unwrap()).reserve(&unpriced).map(drop);
    assert!(of("{}").is_ok() && of(r#"{"day": {"pages": 5}}"#).is_ok());
    assert_eq!(of(r#"{"month": {"usd": 5}}"#).unwrap_err().kind, mediary_core::FailureKind::NotAllowed);
}

#[test]
fn what_was_counted_stays_when_rules_change() {
    let all = clients(vec![key("a", r#"{"requests_per_minute": 2, "day": {"images": 10}}"#)]);
    let client = all.of("a").unwrap();
    let admitted = client.admit("/").unwrap();
    admitted.spend(&Amount { images: 4, ..Amount::default() }, None);
    all.renew(vec![key("a", r#"{"requests_per_minute": 3, "day": {"images": 4}}"#)]);
    let client = all.of("a").unwrap();
    assert!(matches!(client.admit("/"), Err(Refused::Budget { .. })));
    all.renew(vec![key("a", r#"{"requests_per_minute": 3}"#)]);
    let client = all.of("a").unwrap();
    assert_eq!(client.standings_here()[0].left.to_string(), "2");
    assert_eq!(client.spent().0.images, 4);
}

#[test]
fn periods_begin_anew_and_a_clock_that_is_set_back_gives_nothing_back() {
    const DAY: i64 = 86_400;
    // The last day of November 2026.
    let last = 1_795_996_800;
    let rules = Rules::read(r#"{"day": {"images": 3}, "month": {"images": 5}}"#).unwrap();
    let images = |images: u64| Spent { images, ..Spent::default() };
    let mut purse = Purse::default();
    purse.spend(&images(3), last);
    assert_eq!(purse.fits(&rules, &images(1), last + 5).unwrap_err().resets_at, last + DAY);
    purse.spend(&images(2), last + DAY);
    assert_eq!(purse.spent(last + DAY), (images(2), images(2)), "a day and a month have begun");
    assert_eq!(purse.spent(last), (images(2), images(2)), "the clock was set back");
    let kept = purse.changed();
    assert_eq!(
        kept,
        [
            ("2026-11-30".to_owned(), images(3)),
            ("2026-11".to_owned(), images(3)),
            ("2026-12-01".to_owned(), images(2)),
            ("2026-12".to_owned(), images(2)),
        ],
        "what has ended is kept as well"
    );
    assert!(purse.changed().is_empty());
    let mut after = Purse::default();
    kept.iter().for_each(|(period, spent)| after.recall(period, *spent, last + DAY));
    assert_eq!(after.spent(last + DAY), (images(2), images(2)), "a restart gives nothing back");
    let json = serde_json::to_string(&Spent { usd_parts: u128::from(u64::MAX) * 1_000, ..images(1) }).unwrap();
    assert_eq!(serde_json::from_str::<Spent>(&json).unwrap().usd_parts, u128::from(u64::MAX) * 1_000);
}
