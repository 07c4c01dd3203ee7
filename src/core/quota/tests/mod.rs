//! Meters against vendors that count for themselves.

mod week;

use std::sync::Arc;

use proptest::prelude::*;
use proptest::test_runner::RngSeed;

use super::*;
use crate::ModelName;

const MINUTE: u64 = 60_000;
const DAY: u64 = 24 * 60 * MINUTE;
/// 2026-06-29 00:00:00 UTC, a Monday.
const START: u64 = 1_782_691_200_000;

fn limits(rpm: Option<u32>, rpd: Option<u32>, tpm: Option<u32>, tpd: Option<u32>) -> FreeLimits {
    FreeLimits {
        requests_per_minute: rpm,
        requests_per_day: rpd,
        tokens_per_minute: tpm,
        tokens_per_day: tpd,
        ..FreeLimits::default()
    }
}

fn m() -> ModelName {
    ModelName::new("m")
}

fn meters(whole: FreeLimits, model: FreeLimits) -> Arc<KeyMeters> {
    Arc::new(KeyMeters::new(whole, [(m(), model)]))
}

#[test]
fn a_call_has_room_until_a_limit_is_reached_and_again_when_its_time_is_over() {
    let key = meters(FreeLimits::default(), limits(Some(2), None, None, None));
    let _held = (
        key.hold(&m(), Bound::Whole, (1, 1), START).unwrap(),
        key.hold(&m(), Bound::Whole, (1, 1), START + 10).unwrap(),
    );
    let Err(Full::Until(at)) = key.hold(&m(), Bound::Whole, (1, 1), START + 20) else {
        panic!("a third call in a minute")
    };
    assert!((START + MINUTE..START + MINUTE + 1_000).contains(&at), "{at}");
    assert_eq!(key.hold(&m(), Bound::Whole, (1, 1), at - 1).unwrap_err(), Full::Until(at));
    assert!(key.hold(&m(), Bound::Whole, (1, 1), at).is_ok());
    // Another model has limits of its own, and those of the provider.
    assert!(key.hold(&ModelName::new("other"), Bound::Whole, (1, 1), START + 20).is_ok());
}

#[test]
fn tokens_are_taken_before_a_call_and_corrected_after_it() {
    let key = meters(FreeLimits::default(), limits(None, None, Some(10_000), None));
    let first = key.hold(&m(), Bound::Whole, (1_000, 3_000), START).unwrap();
    let second = key.hold(&m(), Bound::Whole, (4_000, 6_000), START).unwrap();
    assert!(
        matches!(key.hold(&m(), Bound::Whole, (500, 2_500), START), Err(Full::Until(_))),
        "9,000 of 10,000 are taken"
    );
    first.settle(1_200);
    assert!(key.hold(&m(), Bound::Whole, (500, 2_500), START).is_ok(), "1,800 came back");
    // One that comes to nothing gives all of its tokens back.
    drop(second);
    let left = |now| key.standings(&m(), now).1[0].left;
    assert_eq!(left(START), 8_800);
    assert_eq!(key.hold(&m(), Bound::Whole, (10_001, 12_000), START).unwrap_err(), Full::TooLarge { most: 10_000 });
    // A reply of the greatest length would never fit; what may fit is let through when nothing else is counted.
    let later = START + 2 * MINUTE;
    key.hold(&m(), Bound::Whole, (9_000, 11_000), later).unwrap().settle(9_100);
    assert_eq!(left(later), 900);
}

#[test]
fn a_day_begins_at_the_vendors_hour() {
    let reset = DailyReset { hour: 0, zone: Zone::LosAngeles };
    let daily = FreeLimits { reset: Some(reset), ..limits(None, Some(1), None, None) };
    let key = meters(daily, FreeLimits::default());
    drop(key.hold(&m(), Bound::Whole, (1, 1), START).unwrap());
    // Seven in the morning, UTC, is midnight there.
    let midnight = START + 7 * 60 * MINUTE;
    assert_eq!(key.hold(&m(), Bound::Whole, (1, 1), START + 1).unwrap_err(), Full::Until(midnight));
    assert!(key.hold(&m(), Bound::Whole, (1, 1), midnight).is_ok());
    assert_eq!(key.hold(&m(), Bound::Whole, (1, 1), midnight).unwrap_err(), Full::Until(midnight + DAY));
}

#[test]
fn limits_are_learned_downwards_and_what_a_vendor_says_is_left_counts() {
    let key = meters(FreeLimits::default(), limits(Some(10), None, None, None));
    key.learn(&m(), Axis::RequestsPerMinute, 30, START);
    assert_eq!(key.standings(&m(), START).1[0].limit, 10, "a larger one than is known teaches nothing");
    key.learn(&m(), Axis::RequestsPerMinute, 1, START);
    drop(key.hold(&m(), Bound::Whole, (1, 1), START).unwrap());
    assert!(key.hold(&m(), Bound::Whole, (1, 1), START).is_err());
    key.learn(&m(), Axis::TokensPerDay, 500, START);
    assert_eq!(key.hold(&m(), Bound::Whole, (600, 600), START + MINUTE * 2).unwrap_err(), Full::TooLarge { most: 500 });

    // A limit of a day is about what was used of that day before it was named.
    let key = meters(limits(Some(99), None, None, None), limits(Some(10), None, None, None));
    for at in 0..3 {
        key.hold(&m(), Bound::Whole, (1, 1), START + at).unwrap().settle(100);
        key.hold(&ModelName::new("n"), Bound::Whole, (1, 1), START + at).unwrap().settle(100);
    }
    for model in [m(), ModelName::new("n")] {
        key.learn(&model, Axis::RequestsPerHour, 9, START + 5);
        key.learn(&model, Axis::RequestsPerDay, 4, START + 5);
        key.learn(&model, Axis::TokensPerDay, 1_000, START + 5);
        let standings = key.standings(&model, START + 5).1;
        let left = |axis| standings.iter().find(|one| one.axis == axis).map(|one| one.left);
        let left = (left(Axis::RequestsPerHour), left(Axis::RequestsPerDay), left(Axis::TokensPerDay));
        assert_eq!(left, (Some(6), Some(1), Some(700)), "{model:?}");
        drop(key.hold(&model, Bound::Whole, (1, 1), START + 6).unwrap());
        assert!(matches!(key.hold(&model, Bound::Whole, (1, 1), START + 6), Err(Full::Until(_))));
    }

    let key = meters(FreeLimits::default(), limits(Some(10), None, None, None));
    let _under_way = key.hold(&m(), Bound::Whole, (1, 1), START).unwrap();
    let left = |left| Some(Allowance { left, resets_in: Duration::from_secs(9) });
    // It may not have counted the call that is under way.
    key.told(&m(), left(2), None, START);
    drop(key.hold(&m(), Bound::Whole, (1, 1), START).unwrap());
    assert_eq!(key.hold(&m(), Bound::Whole, (1, 1), START).unwrap_err(), Full::Until(START + 9_000));
    assert!(key.hold(&m(), Bound::Whole, (1, 1), START + 9_000).is_ok());
}

#[test]
fn who_pays_is_held_to_what_is_learned_of_a_model_and_not_to_what_a_provider_gives() {
    let key = meters(limits(Some(1), None, None, None), FreeLimits::default());
    let pays = |now| key.hold(&m(), Bound::Model, (10, 2_000), now);
    assert!([START, START + 1, START + 2].into_iter().all(|now| pays(now).is_ok()));
    assert_eq!(key.standings(&m(), START + 2).0[0].left, 1, "nothing was taken of what is free");
    // What is left for the moment is believed as long as it holds what is sure to be used.
    let left = |left| Some(Allowance { left, resets_in: Duration::from_secs(9) });
    key.told(&m(), None, left(500), START + 3);
    assert!(pays(START + 3).is_ok());
    key.told(&m(), None, left(5), START + 4);
    assert_eq!(pays(START + 4).unwrap_err(), Full::Until(START + 9_004));
    // A limit of the minute is about what was used before it was named.
    key.learn(&m(), Axis::RequestsPerMinute, 4, START + 20_000);
    assert!(matches!(pays(START + 20_000), Err(Full::Until(at)) if at >= START + MINUTE));
}

#[test]
fn what_was_used_survives_and_counts_under_other_limits() {
    let key = meters(limits(Some(5), None, None, None), limits(None, Some(2), None, None));
    key.hold(&m(), Bound::Whole, (1, 1), START).unwrap().settle(7);
    key.hold(&m(), Bound::Whole, (1, 1), START).unwrap().settle(7);
    let again = |used: Used| serde_json::from_str(&serde_json::to_string(&used).unwrap()).unwrap();
    let kept: Kept = key.kept().into_iter().map(|(model, used)| (model, again(used))).collect();
    let again = meters(limits(Some(5), None, None, None), limits(None, Some(2), None, None));
    again.recall(kept);
    assert!(again.hold(&m(), Bound::Whole, (1, 1), START).is_err(), "the day's two are used");
    assert_eq!(again.standings(&m(), START).0[0].left, 3);
    assert!(again.changed().is_none(), "nothing has been counted since");
}

/// Draws without a clock or chance of their own.
struct Draws(u64);

impl Draws {
    fn below(&mut self, most: u64) -> u64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % most
    }
}

/// A call as a vendor sees it.
#[derive(Debug, Clone, Copy)]
struct Seen {
    at: u64,
    taken: u64,
    used: u64,
}

/// Whether calls, in their order, keep to a limit of requests and one of tokens within any so many milliseconds. Tokens may
/// pass it by as much as calls used more than was taken for them.
fn keeps_to(calls: &[Seen], span: u64, requests: Option<u32>, tokens: Option<u32>) -> Result<(), String> {
    let mut first = 0;
    let (mut used, mut beyond) = (0, 0);
    for (index, call) in calls.iter().enumerate() {
        used += call.used;
        beyond += call.used.saturating_sub(call.taken);
        while calls[first].at + span <= call.at {
            used -= calls[first].used;
            beyond -= calls[first].used.saturating_sub(calls[first].taken);
            first += 1;
        }
        let count = (index - first + 1) as u64;
        if requests.is_some_and(|most| count > u64::from(most)) {
            return Err(format!("{count} requests within {span} ms at {}", call.at));
        }
        if tokens.is_some_and(|most| used > u64::from(most) + beyond) {
            return Err(format!("{used} tokens within {span} ms at {}", call.at));
        }
    }
    Ok(())
}

/// The same cases on every run and every machine.
fn cases(cases: u32) -> ProptestConfig {
    ProptestConfig { cases, failure_persistence: None, rng_seed: RngSeed::Fixed(2026), ..ProptestConfig::default() }
}

proptest! {
    #![proptest_config(cases(200))]

    #[test]
    fn no_limit_is_passed_whatever_comes(
        rpm in 1_u32..8,
        tpm in 500_u32..5_000,
        rph in 5_u32..40,
        calls in prop::collection::vec((0_u64..4_000, 1_u64..900, 0_u64..2_000, 0_u64..3_000, 0_u64..40_000), 1..400),
    ) {
        let model = FreeLimits { requests_per_hour: Some(rph), ..limits(Some(rpm), None, Some(tpm), None) };
        let key = meters(FreeLimits::default(), model);
        let mut now = START;
        let mut seen: Vec<Seen> = Vec::new();
        // Calls that are under way, by their end.
        let mut open: Vec<(u64, Held, usize)> = Vec::new();
        for (pause, least, reply, used, lasts) in calls {
            now += pause;
            for (_, held, index) in open.extract_if(.., |(end, ..)| *end <= now) {
                held.settle(seen[index].used);
            }
            let before = key.standings(&m(), now).1;
            if let Ok(held) = key.hold(&m(), Bound::Whole, (least, least + reply), now) {
                let tokens = |all: &[Standing]| all.iter().find(|one| one.axis == Axis::TokensPerMinute).unwrap().left;
                let taken = tokens(&before) - tokens(&key.standings(&m(), now).1);
                open.push((now + lasts, held, seen.len()));
                // What a vendor counts, it counts from the moment it was asked.
                seen.push(Seen { at: now, taken, used });
            }
        }
        prop_assert_eq!(keeps_to(&seen, MINUTE, Some(rpm), Some(tpm)), Ok(()));
        prop_assert_eq!(keeps_to(&seen, 60 * MINUTE, Some(rph), None), Ok(()));
    }
}

proptest! {
    #![proptest_config(cases(24))]

    /// Asking and taking are one step under one lock, so there are no interleavings of memory accesses to be explored one by
    /// one; what could go wrong is between that lock and the two flags beside it, and between threads that settle.
    #[test]
    fn whatever_threads_take_and_give_back_stays_within_the_limits_and_is_kept(
        requests in 1_u32..60, tokens in 500_u32..20_000, seed in any::<u64>(),
    ) {
        let key = meters(limits(Some(requests), None, Some(tokens), None), limits(None, Some(requests), None, Some(tokens)));
        let under_way = std::sync::atomic::AtomicBool::new(true);
        let (used, mut kept) = std::thread::scope(|scope| {
            // Keeps what was used, as a server does while it serves.
            let keeper = scope.spawn(|| {
                let mut last = Vec::new();
                while under_way.load(std::sync::atomic::Ordering::Acquire) {
                    last = key.changed().unwrap_or(last);
                    std::thread::yield_now();
                }
                key.changed().unwrap_or(last)
            });
            let caller = |thread: u64| {
                let key = key.clone();
                move || {
                    let mut draws = Draws(seed ^ thread);
                    let mut used = Vec::new();
                    for _ in 0..40 {
                        let least = draws.below(300);
                        let Ok(held) = key.hold(&m(), Bound::Whole, (least, least + draws.below(900)), START) else { continue };
                        std::thread::yield_now();
                        // No more than was sure to be used, so that none goes beyond what was taken for it.
                        let its = draws.below(least + 1);
                        match draws.below(5) {
                            0 => drop(held),
                            _ => held.settle(its),
                        }
                        used.push(its);
                    }
                    used
                }
            };
            let callers: Vec<_> = (0..8).map(|thread| scope.spawn(caller(thread))).collect();
            let used: Vec<u64> = callers.into_iter().flat_map(|thread| thread.join().unwrap()).collect();
            under_way.store(false, std::sync::atomic::Ordering::Release);
            (used, keeper.join().unwrap())
        });
        prop_assert!(used.len() <= requests as usize, "{} of {requests} requests", used.len());
        let (whole, model) = key.standings(&m(), START);
        let left = |all: &[Standing], axis| all.iter().find(|one| one.axis == axis).map(|one| one.left);
        let requests_left = Some(u64::from(requests) - used.len() as u64);
        prop_assert_eq!(left(&whole, Axis::RequestsPerMinute), requests_left);
        prop_assert_eq!(left(&model, Axis::RequestsPerDay), requests_left);
        prop_assert_eq!(left(&whole, Axis::TokensPerMinute), left(&model, Axis::TokensPerDay));
        let mut last = key.kept();
        last.sort_by(|one, other| one.0.cmp(&other.0));
        kept.sort_by(|one, other| one.0.cmp(&other.0));
        prop_assert_eq!(kept, last, "something was used that nobody has kept");
    }
}

#[test]
fn threads_that_contend_for_a_key_never_take_more_than_there_is() {
    let key = meters(limits(Some(700), None, None, None), limits(Some(500), None, Some(1_000_000), None));
    let taken: usize = std::thread::scope(|scope| {
        let threads: Vec<_> = (0..8)
            .map(|_| {
                scope.spawn(|| {
                    let held = (0..200).filter_map(|_| key.hold(&m(), Bound::Whole, (10, 20), START).ok());
                    held.map(|held| held.settle(15)).count()
                })
            })
            .collect();
        threads.into_iter().map(|thread| thread.join().unwrap()).sum()
    });
    assert_eq!(taken, 500);
    let (whole, model) = key.standings(&m(), START);
    assert_eq!((whole[0].left, model[0].left, model[1].left), (200, 0, 1_000_000 - 500 * 15));
}
