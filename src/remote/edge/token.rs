//! The token that the service wants to see: a hash of the time, in steps of five minutes, and of a word that every copy of
//! the browser holds. It proves nothing and protects nothing; a wrong one is refused.

use std::fmt::Write as _;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use sha2::{Digest, Sha256};

/// The word, which is public.
pub(super) const CLIENT: &str = "6A5AA1D4EAFF4E9FB37E23D68491D6F4";
/// From 1601, where Windows begins to count, to 1970.
const SINCE_1601: Duration = Duration::from_secs(11_644_473_600);
const STEP_SECONDS: u64 = 300;
/// Windows counts in steps of 100 ns.
const TICKS_A_SECOND: u64 = 10_000_000;

/// The token of a moment.
pub(super) fn of(now: SystemTime) -> String {
    let since_1601 = now.duration_since(UNIX_EPOCH).unwrap_or_default() + SINCE_1601;
    let seconds = since_1601.as_secs();
    let ticks = (seconds - seconds % STEP_SECONDS) * TICKS_A_SECOND;
    let hash = Sha256::digest(format!("{ticks}{CLIENT}"));
    hash.iter().fold(String::with_capacity(64), |mut digits, byte| {
        let _written = write!(digits, "{byte:02X}");
        digits
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_is_the_hash_of_its_five_minutes() {
        let at = |seconds| of(UNIX_EPOCH + Duration::from_secs(seconds));
        let first = "42301B335578FEFDAE2637DED1ABD614505D432559EC08032B82048483726AFF";
        assert_eq!(at(1_700_000_000), first);
        assert_eq!(at(1_767_225_600), "42D1947403FD94975436C65DBFCA8003073F9CB5C3F1CE25AF8961A11D7C3DFE");
        // 1_700_000_000 is 200 seconds into its step.
        assert_eq!((at(1_699_999_800), at(1_700_000_099)), (first.to_owned(), first.to_owned()));
        assert!(at(1_699_999_799) != first && at(1_700_000_100) != first);
    }
}
