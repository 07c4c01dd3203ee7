//! From a kind of failure to its sentence.
//!
//! A provider's own words are added only where the fault is the client's; elsewhere they would tell of our account, not
//! of the request. This is the only place where they get into a failure.

use mediary_core::{Failure, FailureKind};

use super::{shown, stated_limit};

/// A failure of this kind. `status` is that of an answer that was no success, `said` what the provider said itself.
pub(crate) fn failure(kind: FailureKind, status: Option<u16>, said: &str) -> Failure {
    let mut detail = sentence(&kind).to_owned();
    if let Some(status) = status {
        detail.push_str(&format!(" ({status})"));
    }
    let quoted = if is_the_clients(&kind) { shown(said) } else { String::new() };
    // Sentences of ours go on after it, or end with a full stop of their own.
    let quoted = quoted.strip_suffix('.').filter(|rest| !rest.ends_with('.')).unwrap_or(&quoted);
    if !quoted.is_empty() {
        detail.push_str(": ");
        detail.push_str(quoted);
    }
    let names_limit = matches!(kind, FailureKind::RateLimited { .. } | FailureKind::QuotaSpent { .. });
    let limit = names_limit.then(|| stated_limit(said)).flatten();
    Failure { limit, ..Failure::new(kind, detail) }
}

fn is_the_clients(kind: &FailureKind) -> bool {
    matches!(
        kind,
        FailureKind::Malformed | FailureKind::Unacceptable | FailureKind::ContextTooLong | FailureKind::ContentRefused
    )
}

fn sentence(kind: &FailureKind) -> &'static str {
    match kind {
        FailureKind::Malformed => "the provider finds the request malformed",
        FailureKind::Unacceptable | FailureKind::UnsupportedMedium | FailureKind::TooLarge => {
            "the provider does not take something in the request"
        }
        FailureKind::Unreadable => "the provider cannot read a file in the request",
        FailureKind::ContextTooLong => "the request is too long for the model",
        FailureKind::ContentRefused => "the provider refuses this content",
        FailureKind::Unknown | FailureKind::ModelGone | FailureKind::NotInstalled => {
            "the provider has no such model, or not for this key"
        }
        FailureKind::BadKey => "the provider refused the key",
        FailureKind::RateLimited { .. } => "the provider's key has asked too often",
        FailureKind::QuotaSpent { .. } => "the quota or credit of the provider's key is spent",
        FailureKind::Busy { .. } | FailureKind::Overloaded { .. } => "the provider is overloaded or broke down",
        FailureKind::TimedOut => "the provider took too long",
        FailureKind::Lost => "the connection to the provider was lost",
        FailureKind::Unreachable => "the provider cannot be reached",
        FailureKind::Garbled => "the provider gave no usable answer",
        FailureKind::EmptyAnswer => "the provider answered with nothing",
        FailureKind::ClientGone | FailureKind::Broken => "the provider failed",
        FailureKind::OverBudget { .. } | FailureKind::NotAllowed => "the client may not ask for this",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_faults_of_the_client_quote_the_provider() {
        let said = "organisation Acme owes money";
        let quoted = failure(FailureKind::Unacceptable, Some(400), said).detail;
        assert_eq!(quoted, "the provider does not take something in the request (400): organisation Acme owes money");
        for (said, told) in [("It is so.", "It is so"), ("and so on...", "and so on..."), ("Yes", "Yes")] {
            let detail = failure(FailureKind::Unacceptable, None, said).detail;
            assert!(detail.ends_with(&format!(": {told}")), "{detail}");
        }
        for kind in [FailureKind::BadKey, FailureKind::QuotaSpent { resets_in: None }, FailureKind::ModelGone] {
            assert!(!failure(kind, None, said).detail.contains("Acme"));
        }
    }
}
