//! Why something was not done with an account of Google's: each time with what its client, its user or the operator can do.

use mediary_core::Failure;
use mediary_remote::GoogleFeature;
use mediary_store::{KeyFailed, StoreFailed};
use thiserror::Error;

/// Why something was not done with an account.
#[derive(Debug, Error)]
pub enum NoGoogle {
    /// The operator does not have it.
    #[error("`{0}` is not among the features of [google] on this server; its operator may add it there")]
    FeatureOff(GoogleFeature),
    /// No account is connected.
    #[error(
        "no account of Google's is connected with this key; POST /v1/google/connect gives the address at which its owner consents"
    )]
    NotConnected,
    /// There was one, and its tokens are not good any more.
    #[error(
        "the connection to Google has ended: it was taken back there, or was not used for too long; connect the account again \
         with POST /v1/google/connect"
    )]
    Ended,
    /// It was not connected for this.
    #[error(
        "the account is not connected for `{0}`, which needs the scope {scope}; connect it again with \
         POST /v1/google/connect and \"features\": [\"{0}\"]",
        scope = .0.scope()
    )]
    Missing(GoogleFeature),
    /// Nothing is known of where the user comes back from.
    #[error(
        "this way back from Google is not known here: it was used before, is too old, or was never begun; begin anew"
    )]
    UnknownState,
    /// The user did not consent.
    #[error("the account was not connected: consent was not given at Google's")]
    Declined,
    /// Too much is under way.
    #[error("too much of this was begun with this key and not ended; wait ten minutes")]
    TooMany,
    /// What is to be sent was not confirmed as it is.
    #[error(
        "the confirmation is not one of this mail: it was used before, is too old, or the mail is not the one that it was given \
         for; send the mail without `confirmation` for another"
    )]
    Unconfirmed,
    /// Google failed, or what came of it is of no use.
    #[error(transparent)]
    Failed(#[from] Failure),
    /// The store is of no use at the moment.
    #[error("{0}")]
    Store(String),
}

impl From<StoreFailed> for NoGoogle {
    fn from(error: StoreFailed) -> Self {
        Self::Store(error.to_string())
    }
}

impl From<KeyFailed> for NoGoogle {
    fn from(error: KeyFailed) -> Self {
        Self::Store(error.to_string())
    }
}
