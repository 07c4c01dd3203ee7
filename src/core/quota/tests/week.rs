//! Five free keys under a mixed load for a week, on a clock of the test's own.

use std::cmp::Reverse;
use std::collections::BinaryHeap;

use super::*;

/// A request that waits for a key with room: what it is sure to use, and what it will have used.
#[derive(Debug, Clone, Copy)]
struct Waiting {
    least: u64,
    used: u64,
}

/// What is taken for a reply.
const REPLY: u64 = 600;

impl Waiting {
    /// Short questions mostly, and now and then a long one; most replies are shorter than is reserved for them.
    fn drawn(draws: &mut Draws) -> Self {
        let least = if draws.below(20) == 0 { 1_500 + draws.below(1_500) } else { 50 + draws.below(400) };
        Self { least, used: least + draws.below(REPLY) }
    }
}

/// A key of the week, with what its vendor has seen.
struct Weekly {
    limits: FreeLimits,
    meters: Arc<KeyMeters>,
    seen: Vec<Seen>,
}

impl Weekly {
    /// Whether the vendor would have refused nothing, and how much of what it gives was used.
    fn judged(&self, number: usize) -> f64 {
        let Self { limits, seen, .. } = self;
        let (rpm, tpm) = (limits.requests_per_minute, limits.tokens_per_minute);
        let (rpd, tpd) = (limits.requests_per_day, limits.tokens_per_day);
        assert_eq!(keeps_to(seen, MINUTE, rpm, tpm), Ok(()), "key {number}");
        let mut days = 7_u64;
        match limits.reset {
            None => {
                assert_eq!(keeps_to(seen, DAY, rpd, tpd), Ok(()), "key {number}");
                // A place comes back a day after it was taken, and is taken again within a minute of that.
                let most = rpd.unwrap() as usize;
                let is_by_requests = seen.len() as f64 > 6.9 * most as f64;
                assert_eq!(is_by_requests, number == 3, "key {number}");
                for (before, after) in seen.iter().zip(&seen[most.min(seen.len())..]).filter(|_| is_by_requests) {
                    let late = after.at - (before.at + DAY);
                    assert!(late <= MINUTE, "key {number}: a place that was free waited for {late} ms");
                }
            }
            Some(reset) => {
                let day = |call: &Seen| reset.before((call.at / 1_000) as i64);
                for all in seen.chunk_by(|one, other| day(one) == day(other)) {
                    let begins = day(&all[0]) as u64 * 1_000;
                    assert_eq!(keeps_to(all, 2 * DAY, rpd, tpd), Ok(()), "key {number}");
                    assert!(all[0].at <= begins.max(START) + MINUTE, "key {number}: a reset is used within a minute");
                }
                // A week that begins in the middle of a vendor's day touches eight of them.
                days += u64::from(reset.zone != Zone::Utc);
            }
        }
        let used: u64 = seen.iter().map(|call| call.used).sum();
        let share = |used: u64, most: Option<u32>, times: u64| used as f64 / (times * u64::from(most.unwrap())) as f64;
        let by_day = share(seen.len() as u64, rpd, days).max(share(used, tpd, days));
        let by_minute = share(seen.len() as u64, rpm, 7 * 1_440).max(share(used, tpm, 7 * 1_440));
        by_day.max(by_minute)
    }
}

#[test]
fn a_week_of_mixed_load_on_five_free_keys_uses_what_there_is_and_passes_no_limit() {
    let reset = |zone| Some(DailyReset { hour: 0, zone });
    // Each key has all four limits; what binds is the tokens of the day, its requests, or those of the minute.
    let all = [
        limits(Some(30), Some(1_000), Some(8_000), Some(200_000)),
        FreeLimits { reset: reset(Zone::LosAngeles), ..limits(Some(15), Some(500), Some(250_000), Some(2_000_000)) },
        FreeLimits { reset: reset(Zone::Utc), ..limits(Some(20), Some(250), Some(20_000), Some(1_000_000)) },
        limits(Some(10), Some(300), Some(12_000), Some(500_000)),
        FreeLimits { reset: reset(Zone::LosAngeles), ..limits(Some(1), Some(2_000), Some(9_000), Some(5_000_000)) },
    ];
    let mut keys = all.map(|limits| Weekly { limits, meters: meters(FreeLimits::default(), limits), seen: Vec::new() });
    let mut draws = Draws(14);
    let mut waiting: Vec<Waiting> = (0..6).map(|_| Waiting::drawn(&mut draws)).collect();
    // Calls that are under way, by their end.
    let mut open: BinaryHeap<Reverse<(u64, usize)>> = BinaryHeap::new();
    let mut held: Vec<Option<(Held, u64)>> = Vec::new();
    let (mut now, mut turn) = (START, 0);
    while now < START + 7 * DAY {
        while let Some(Reverse((ends, call))) = open.peek().copied()
            && ends <= now
        {
            open.pop();
            let (room, used) = held[call].take().unwrap();
            room.settle(used);
        }
        let mut next = u64::MAX;
        for place in &mut waiting {
            // As the router does: the keys in turn, until one has room.
            for step in 0..keys.len() {
                let at = (turn + step) % keys.len();
                let Waiting { least, used } = *place;
                match keys[at].meters.hold(&m(), Bound::Whole, (least, least + REPLY), now) {
                    Ok(room) => {
                        keys[at].seen.push(Seen { at: now, taken: least + REPLY, used });
                        open.push(Reverse((now + 300 + draws.below(8_000), held.len())));
                        held.push(Some((room, used)));
                        (turn, next) = (at + 1, now + 50);
                        *place = Waiting::drawn(&mut draws);
                        break;
                    }
                    // Clients come back a little later than they could.
                    Err(Full::Until(until)) => next = next.min(until + draws.below(1_000)),
                    Err(full) => panic!("{full:?}"),
                }
            }
        }
        now = open.peek().map_or(next, |Reverse((ends, _))| next.min(*ends)).max(now + 1);
    }
    for (number, key) in keys.iter().enumerate() {
        let share = key.judged(number);
        assert!(
            share >= 0.98,
            "key {number} gave only {share:.4} of what its limits allow, in {} calls",
            key.seen.len()
        );
    }
}
