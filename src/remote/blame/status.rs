//! What a status means where the body says nothing more.

use std::time::{Duration, SystemTime};

use http::header::{HeaderMap, RETRY_AFTER};
use mediary_core::FailureKind;

use super::stated_delay;

/// The kind of failure that a status stands for.
///
/// A bad request is taken as something this provider does not take rather than as one that would fail anywhere: the
/// protocol has checked it before it came here, so what is left is mostly one provider's own rules.
pub(crate) fn kind_of_status(status: u16, headers: &HeaderMap, said: &str) -> FailureKind {
    let retry_after = retry_after(headers, said);
    match status {
        401 => FailureKind::BadKey,
        // Whether it is the key that may not do this, an API says; a wall in front of it does not.
        403 if said.is_empty() => FailureKind::Overloaded { retry_after },
        403 => FailureKind::BadKey,
        402 => FailureKind::QuotaSpent { resets_in: retry_after },
        404 | 410 => FailureKind::ModelGone,
        408 => FailureKind::TimedOut,
        429 => FailureKind::RateLimited { retry_after },
        409 | 425 | 499 | 500.. => FailureKind::Overloaded { retry_after },
        400..=499 => FailureKind::Unacceptable,
        // A redirect, or a success that was handed here: no server of the dialect answers like this.
        _ => FailureKind::Garbled,
    }
}

/// How long the provider asks to wait. Other headers than these are not looked at: they tell of limits that were not
/// reached as well, some of them as dates.
pub(crate) fn retry_after(headers: &HeaderMap, said: &str) -> Option<Duration> {
    let names = ["retry-after-ms", RETRY_AFTER.as_str()];
    let asked = headers.iter().filter(|(name, _)| names.contains(&name.as_str()));
    let asked = asked.map(|(name, value)| (name.clone(), value.clone())).collect();
    stated_delay(&asked, said, SystemTime::now())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn headers(pairs: &[(&'static str, &'static str)]) -> HeaderMap {
        pairs.iter().map(|(name, value)| (name.parse().unwrap(), value.parse().unwrap())).collect()
    }

    #[test]
    fn a_wait_is_read_where_one_is_asked_for() {
        let table = [
            (headers(&[("retry-after", "20")]), "", Some(Duration::from_secs(20))),
            (headers(&[("retry-after", "7"), ("retry-after-ms", "1500")]), "", Some(Duration::from_millis(1500))),
            (headers(&[]), "Please retry in 2.5s.", Some(Duration::from_millis(2500))),
            (headers(&[("anthropic-ratelimit-requests-reset", "2026-01-01T00:00:00Z")]), "", None),
            (headers(&[]), "", None),
        ];
        for (headers, said, wait) in table {
            assert_eq!(retry_after(&headers, said), wait, "{headers:?}");
        }
    }
}
