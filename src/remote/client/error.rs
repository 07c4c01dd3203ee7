//! What goes wrong below a relayed request.

use std::error::Error as StdError;

use thiserror::Error;

use crate::cause::causes;

/// What went wrong below, whatever it was.
pub(crate) type BoxError = Box<dyn StdError + Send + Sync>;

/// A request that could not be sent, or was not answered. None of the texts holds an address.
#[derive(Debug, Error)]
pub(crate) enum SendError {
    /// It does not say where it should go.
    #[error("the address has no host")]
    NoAddress,
    /// No connection stood.
    #[error("no connection")]
    Connect(#[source] BoxError),
    /// The connection ended before the head of an answer.
    #[error("the connection was lost")]
    Lost(#[source] hyper::Error),
}

impl SendError {
    /// Whether no connection stood.
    pub(crate) fn is_connect(&self) -> bool {
        !matches!(self, Self::Lost(_))
    }

    /// Whether a connection did not stand in time.
    pub(crate) fn is_timeout(&self) -> bool {
        causes(self).any(|cause| cause.is::<NotInTime>())
    }
}

/// Connecting took too long.
#[derive(Debug, Error)]
#[error("the connection did not stand in time")]
pub(super) struct NotInTime;

#[cfg(test)]
mod tests {
    use std::io;

    use super::*;

    #[test]
    fn a_cause_is_found_however_it_is_wrapped() {
        let wrapped = io::Error::other(io::Error::new(io::ErrorKind::InvalidData, NotInTime));
        for source in [Box::new(NotInTime) as BoxError, Box::new(wrapped)] {
            assert!(SendError::Connect(source).is_timeout());
        }
        assert!(!SendError::Connect(Box::new(io::Error::other("something else"))).is_timeout());
    }
}
