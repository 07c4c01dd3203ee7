//! From what a provider said to a failure: sentences by kind, kinds by status, and how long it asks to wait.
//!
//! Dialects call this once they have read what is particular to them. A provider's own words are handed on only
//! where the fault is the client's; elsewhere they would tell of our account, not of the request.

use std::time::{Duration, SystemTime};

use mediary_core::{Failure, FailureKind};
use reqwest::header::{HeaderMap, RETRY_AFTER};

use crate::blame::{shown, stated_delay};

/// A failure of this kind, with our sentence for it and, where the client can do something about it, the provider's.
pub(crate) fn failure(kind: FailureKind, said: &str) -> Failure {
    let sentence = sentence(&kind);
    let is_the_clients = matches!(
        kind,
        FailureKind::Malformed | FailureKind::Unacceptable | FailureKind::ContextTooLong | FailureKind::ContentRefused
    );
    let quoted = if is_the_clients { shown(said) } else { String::new() };
    match quoted.is_empty() {
        true => Failure::new(kind, sentence),
        false => Failure::new(kind, format!("{sentence}: {quoted}")),
    }
}

fn sentence(kind: &FailureKind) -> &'static str {
    match kind {
        FailureKind::Malformed => "the provider finds the request malformed",
        FailureKind::Unacceptable | FailureKind::UnsupportedMedium | FailureKind::TooLarge => {
            "the provider does not take something in the request"
        }
        FailureKind::Unreadable => "the provider cannot read a file in the request",
        FailureKind::ContextTooLong => "the request is too long for the model",
        FailureKind::ContentRefused => "the provider refuses to answer this",
        FailureKind::Unknown | FailureKind::ModelGone | FailureKind::NotInstalled => {
            "the provider does not offer this model to this key"
        }
        FailureKind::BadKey => "the provider does not accept the key",
        FailureKind::RateLimited { .. } => "the key has asked too often for now",
        FailureKind::QuotaSpent { .. } => "the key's quota or credit is spent",
        FailureKind::Busy { .. } | FailureKind::Overloaded { .. } => "the provider is overloaded or broke down",
        FailureKind::TimedOut => "the provider took too long",
        FailureKind::Unreachable => "the provider cannot be reached",
        FailureKind::Garbled => "the provider's answer cannot be understood, or broke off",
        FailureKind::EmptyAnswer => "the provider answered with nothing",
        FailureKind::ClientGone => "the client closed the connection",
        FailureKind::Broken => "the request could not be written for this provider",
    }
}

/// What a status means where the body says nothing more.
///
/// A bad request is taken as something this provider does not take rather than as one that would fail anywhere: the
/// protocol has checked it before it came here, so what is left is mostly one provider's own rules.
pub(crate) fn kind_of_status(status: u16, headers: &HeaderMap, said: &str) -> FailureKind {
    let retry_after = retry_after(headers, said);
    match status {
        401 | 403 => FailureKind::BadKey,
        402 => FailureKind::QuotaSpent { resets_in: retry_after },
        404 | 410 => FailureKind::ModelGone,
        408 => FailureKind::TimedOut,
        429 => FailureKind::RateLimited { retry_after },
        409 | 425 | 499 | 500.. => FailureKind::Overloaded { retry_after },
        400..=499 => FailureKind::Unacceptable,
        // A redirect, or a success that was handed here: nobody answers like this who speaks the dialect.
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

/// The answer is not what the dialect allows; `what` is in our words.
pub(crate) fn garbled(what: &str) -> Failure {
    Failure::new(FailureKind::Garbled, format!("the provider's answer cannot be understood: {what}"))
}

/// The answer is no JSON, or not of the dialect's shape. The parser's own words are left out: they quote the answer.
#[expect(clippy::needless_pass_by_value, reason = "the shape that map_err wants")]
pub(crate) fn shapeless(error: serde_json::Error) -> Failure {
    garbled(if error.is_data() { "it has another shape than it should" } else { "it is not JSON" })
}

/// The answer ended for a reason that is no end.
pub(crate) fn odd_end(reason: &str) -> Failure {
    garbled(&format!("it ended with {}", shown(reason)))
}

/// The stream ended before the reply did.
pub(crate) fn broken_off() -> Failure {
    Failure::new(FailureKind::Garbled, "the provider's answer broke off before it was complete")
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

    #[test]
    fn only_faults_of_the_client_quote_the_provider() {
        let said = "organisation Acme owes money";
        assert!(failure(FailureKind::Unacceptable, said).detail.contains(said));
        for kind in [FailureKind::BadKey, FailureKind::QuotaSpent { resets_in: None }, FailureKind::ModelGone] {
            assert!(!failure(kind, said).detail.contains("Acme"));
        }
    }
}
