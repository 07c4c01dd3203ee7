//! Meters against vendors that count for themselves: by property, and over a week on a clock of the test's own.

use std::cmp::Reverse;
use std::collections::BinaryHeap;
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
    let _held = (key.hold(&m(), 1, 1, START).unwrap(), key.hold(&m(), 1, 1, START + 10).unwrap());
    let Err(Full::Until(at)) = key.hold(&m(), 1, 1, START + 20) else { panic!("a third call in a minute") };
    assert!((START + MINUTE..START + MINUTE + 1_000).contains(&at), "{at}");
    assert_eq!(key.hold(&m(), 1, 1, at - 1).unwrap_err(), Full::Until(at));
    assert!(key.hold(&m(), 1, 1, at).is_ok());
    // Another model has limits of its own, and those of the provider.
    assert!(key.hold(&ModelName::new("other"), 1, 1, START + 20).is_ok());
}

#[test]
fn tokens_are_taken_before_a_call_and_corrected_after_it() {
    let key = meters(FreeLimits::default(), limits(None, None, Some(10_000), None));
    let first = key.hold(&m(), 1_000, 3_000, START).unwrap();
    let second = key.hold(&m(), 4_000, 6_000, START).unwrap();
    assert!(matches!(key.hold(&m(), 500, 2_500, START), Err(Full::Until(_))), "9,000 of 10,000 are taken");
    first.settle(1_200);
    assert!(key.hold(&m(), 500, 2_500, START).is_ok(), "1,800 came back");
    // One that comes to nothing gives all of its tokens back.
    drop(second);
    let left = |now| key.standings(&m(), now).1[0].left;
    assert_eq!(left(START), 8_800);
    assert_eq!(key.hold(&m(), 10_001, 12_000, START).unwrap_err(), Full::TooLarge { most: 10_000 });
    // A reply of the greatest length would never fit; what may fit is let through when nothing else is counted.
    let later = START + 2 * MINUTE;
    key.hold(&m(), 9_000, 11_000, later).unwrap().settle(9_100);
    assert_eq!(left(later), 900);
}

#[test]
fn a_day_begins_at_the_vendors_hour() {
    let reset = DailyReset { hour: 0, zone: Zone::LosAngeles };
    let daily = FreeLimits { reset: Some(reset), ..limits(None, Some(1), None, None) };
    let key = meters(daily, FreeLimits::default());
    drop(key.hold(&m(), 1, 1, START).unwrap());
    // Seven in the morning, UTC, is midnight there.
    let midnight = START + 7 * 60 * MINUTE;
    assert_eq!(key.hold(&m(), 1, 1, START + 1).unwrap_err(), Full::Until(midnight));
    assert!(key.hold(&m(), 1, 1, midnight).is_ok());
    assert_eq!(key.hold(&m(), 1, 1, midnight).unwrap_err(), Full::Until(midnight + DAY));
}

#[test]
fn limits_are_learned_downwards_and_what_a_vendor_says_is_left_counts() {
    let key = meters(FreeLimits::default(), limits(Some(10), None, None, None));
    key.learn(&m(), Axis::RequestsPerMinute, 30, START);
    assert_eq!(key.standings(&m(), START).1[0].limit, 10, "a larger one than is known teaches nothing");
    key.learn(&m(), Axis::RequestsPerMinute, 1, START);
    drop(key.hold(&m(), 1, 1, START).unwrap());
    assert!(key.hold(&m(), 1, 1, START).is_err());
    key.learn(&m(), Axis::TokensPerDay, 500, START);
    assert_eq!(key.hold(&m(), 600, 600, START + MINUTE * 2).unwrap_err(), Full::TooLarge { most: 500 });

    // A limit of a day is about what was used of that day before it was named.
    let key = meters(limits(Some(99), None, None, None), limits(Some(10), None, None, None));
    for at in 0..3 {
        key.hold(&m(), 1, 1, START + at).unwrap().settle(100);
        key.hold(&ModelName::new("n"), 1, 1, START + at).unwrap().settle(100);
    }
    for model in [m(), ModelName::new("n")] {
        key.learn(&model, Axis::RequestsPerDay, 4, START + 5);
        key.learn(&model, Axis::TokensPerDay, 1_000, START + 5);
        let standings = key.standings(&model, START + 5).1;
        let left = |axis| standings.iter().find(|one| one.axis == axis).map(|one| one.left);
        let left = (left(Axis::RequestsPerDay), left(Axis::TokensPerDay));
        assert_eq!(left, (Some(1), Some(700)), "{model:?}");
        drop(key.hold(&model, 1, 1, START + 6).unwrap());
        assert!(matches!(key.hold(&model, 1, 1, START + 6), Err(Full::Until(_))));
    }

    let key = meters(FreeLimits::default(), limits(Some(10), None, None, None));
    let _under_way = key.hold(&m(), 1, 1, START).unwrap();
    let left = |left| Some(Allowance { left, resets_in: Duration::from_secs(9) });
    // It may not have counted the call that is under way.
    key.told(&m(), left(2), None, START);
    drop(key.hold(&m(), 1, 1, START).unwrap());
    assert_eq!(key.hold(&m(), 1, 1, START).unwrap_err(), Full::Until(START + 9_000));
    assert!(key.hold(&m(), 1, 1, START + 9_000).is_ok());
}

#[test]
fn what_was_used_survives_and_counts_under_other_limits() {
    let key = meters(limits(Some(5), None, None, None), limits(None, Some(2), None, None));
    key.hold(&m(), 1, 1, START).unwrap().settle(7);
    key.hold(&m(), 1, 1, START).unwrap().settle(7);
    let again = |used: Used| serde_json::from_str(&serde_json::to_string(&used).unwrap()).unwrap();
    let kept: Kept = key.kept().into_iter().map(|(model, used)| (model, again(used))).collect();
    let again = meters(limits(Some(5), None, None, None), limits(None, Some(2), None, None));
    again.recall(kept);
    assert!(again.hold(&m(), 1, 1, START).is_err(), "the day's two are used");
    assert_eq!(again.standings(&m(), START).0[0].left, 3);
    assert!(again.changed().is_none(), "nothing has been counted since");
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
            if let Ok(held) = key.hold(&m(), least, least + reply, now) {
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
                        let Ok(held) = key.hold(&m(), least, least + draws.below(900), START) else { continue };
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
                    let held = (0..200).filter_map(|_| key.hold(&m(), 10, 20, START).ok());
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

/// Draws without a clock or chance of their own.
struct Draws(u64);

impl Draws {
    fn below(&mut self, most: u64) -> u64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % most
    }
}

#[test]
fn a_week_of_mixed_load_on_five_free_keys_uses_what_there_is_and_passes_no_limit() {
    let pacific = DailyReset { hour: 0, zone: Zone::LosAngeles };
    let utc = DailyReset { hour: 0, zone: Zone::Utc };
    // Groq's and Gemini's as their catalogs have them, and others of other shapes.
    let all = [
        limits(Some(30), Some(1_000), Some(8_000), Some(200_000)),
        FreeLimits { reset: Some(pacific), ..limits(Some(15), Some(500), Some(250_000), None) },
        FreeLimits { reset: Some(utc), ..limits(Some(20), Some(50), None, None) },
        limits(Some(60), None, Some(6_000), Some(500_000)),
        FreeLimits { reset: Some(pacific), ..limits(Some(5), Some(100), Some(250_000), Some(100_000)) },
    ];
    let mut draws = Draws(14);
    for (number, limits) in all.into_iter().enumerate() {
        let key = meters(FreeLimits::default(), limits);
        let end = START + 7 * DAY;
        let (mut now, mut seen) = (START, Vec::<Seen>::new());
        let mut open: BinaryHeap<Reverse<(u64, usize)>> = BinaryHeap::new();
        let mut held: Vec<Option<Held>> = Vec::new();
        while now < end {
            while let Some(Reverse((ends, index))) = open.peek().copied()
                && ends <= now
            {
                open.pop();
                held[index].take().unwrap().settle(seen[index].used);
            }
            // Short questions mostly, and now and then a long one; most replies are shorter than is reserved for them.
            let least = if draws.below(20) == 0 { 1_500 + draws.below(1_500) } else { 50 + draws.below(400) };
            let used = least + draws.below(600);
            match key.hold(&m(), least, least + 600, now) {
                Ok(room) => {
                    seen.push(Seen { at: now, taken: least + 600, used });
                    held.push(Some(room));
                    open.push(Reverse((now + 300 + draws.below(8_000), seen.len() - 1)));
                    now += 50;
                }
                // Someone asks every now and then, sooner than there is room; or a call ends before.
                Err(Full::Until(at)) => {
                    let ends = open.peek().map_or(at, |Reverse((ends, _))| *ends);
                    now = at.min(ends).min(now + MINUTE / 2).max(now + 1);
                }
                Err(full) => panic!("{full:?}"),
            }
        }
        let (rpm, tpm) = (limits.requests_per_minute, limits.tokens_per_minute);
        assert_eq!(keeps_to(&seen, MINUTE, rpm, tpm), Ok(()), "key {number}");
        let mut allowed = 7_u64;
        match limits.reset {
            None => {
                assert_eq!(
                    keeps_to(&seen, DAY, limits.requests_per_day, limits.tokens_per_day),
                    Ok(()),
                    "key {number}"
                );
            }
            Some(reset) => {
                let day = |call: &Seen| reset.before((call.at / 1_000) as i64);
                for days in seen.chunk_by(|one, other| day(one) == day(other)) {
                    let begins = day(&days[0]) as u64 * 1_000;
                    assert_eq!(keeps_to(days, 2 * DAY, limits.requests_per_day, limits.tokens_per_day), Ok(()));
                    assert!(days[0].at <= begins.max(START) + MINUTE, "key {number}: a reset is used within a minute");
                }
                // A week that begins in the middle of a vendor's day touches eight of them.
                allowed += u64::from(reset != utc);
            }
        }
        let used: u64 = seen.iter().map(|call| call.used).sum();
        let share =
            |used: u64, most: Option<u32>| most.map_or(0.0, |most| used as f64 / (allowed * u64::from(most)) as f64);
        // The limit that binds is the one of which most was used; by the minute there are 7 × 1,440 of them.
        let by_day = share(seen.len() as u64, limits.requests_per_day).max(share(used, limits.tokens_per_day));
        let by_minute = limits.tokens_per_minute.map_or(0.0, |most| used as f64 / (7.0 * 1_440.0 * f64::from(most)));
        let share = by_day.max(by_minute);
        assert!(share >= 0.98, "key {number} gave only {share:.4} of what its limits allow, in {} calls", seen.len());
    }
}
