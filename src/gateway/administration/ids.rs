//! Names of what is added: short enough to be typed, and in the order in which they were given.
//!
//! Lists go by the second in which a key was added, and then by its name: two of one second keep their order so.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use uuid::Uuid;

/// 2020-01-01. Counted from there, milliseconds fit forty bits until 2054.
const SINCE: Duration = Duration::from_secs(1_577_836_800);
/// Digits in the order of their characters, without those that are taken for others.
const DIGITS: &[u8; 32] = b"0123456789abcdefghjkmnpqrstvwxyz";
/// Forty bits of time.
const TIME_DIGITS: u32 = 8;
/// Twenty bits of chance.
const CHANCE_DIGITS: u32 = 4;

/// A new id: what it is of, an underscore, the millisecond, and chance.
#[must_use]
pub fn new_id(kind: &str) -> String {
    let since = SystemTime::now().duration_since(UNIX_EPOCH + SINCE).unwrap_or_default();
    let ms = u64::try_from(since.as_millis()).unwrap_or(u64::MAX);
    // The last bytes of such an id are chance alone.
    let [.., b, c, d] = Uuid::now_v7().into_bytes();
    id(kind, ms, u64::from_be_bytes([0, 0, 0, 0, 0, b, c, d]))
}

fn id(kind: &str, ms: u64, chance: u64) -> String {
    let digits = |value: u64, count: u32| {
        (0..count).rev().map(move |place| char::from(DIGITS[usize::try_from((value >> (5 * place)) & 31).unwrap_or(0)]))
    };
    let name = digits(ms, TIME_DIGITS).chain(digits(chance, CHANCE_DIGITS));
    format!("{kind}_{}", name.collect::<String>())
}

/// Seconds since 1970.
#[must_use]
pub fn unix_seconds() -> i64 {
    unix_ms() / 1_000
}

/// Milliseconds since 1970.
#[must_use]
pub(in crate::gateway) fn unix_ms() -> i64 {
    let now = SystemTime::now().duration_since(UNIX_EPOCH);
    now.map_or(0, |since| i64::try_from(since.as_millis()).unwrap_or(i64::MAX))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_sort_by_the_time_at_which_they_were_given() {
        let times = [0, 1, 31, 32, 1_023, 217_900_000_000, 217_900_000_001, (1 << 40) - 1];
        let ids: Vec<String> = times.iter().map(|ms| id("pk", *ms, u64::MAX - ms)).collect();
        assert!(ids.is_sorted(), "{ids:?}");
        assert!(ids.iter().all(|id| id.len() == "pk_".len() + 12), "{ids:?}");
        assert_eq!(id("ck", 32, 1), "ck_000000100001");
    }
}
