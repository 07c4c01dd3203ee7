//! What the errors of the relay's connections mean, in words that hold no address, query or key.

use mediary_core::{Failure, FailureKind};

use crate::cause;
use crate::client::SendError;

/// The request could not be sent, or nothing came back.
pub(super) fn unreachable(error: &SendError) -> Failure {
    cause::unreachable(error, error.is_connect(), error.is_timeout())
}

/// The answer did not come to its end.
pub(super) fn broke_off(_error: &hyper::Error) -> Failure {
    Failure::new(FailureKind::Garbled, "the provider's answer broke off")
}
