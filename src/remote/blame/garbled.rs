//! Answers that are none: in another shape than they should have, or without their end. Nothing of them is quoted.

use mediary_core::{Failure, FailureKind};

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
pub(crate) fn odd_end() -> Failure {
    garbled("it ended for a reason that is no end of a reply")
}

/// The stream ended before the reply did.
pub(crate) fn broken_off() -> Failure {
    Failure::new(FailureKind::Garbled, "the provider's answer broke off before it was complete")
}
