//! How work fails: a kind that callers decide on, and a sentence that tells the user what to do.
//!
//! A failure carries blame and advice, not a status code: the door that spoke with the client turns
//! kinds into statuses. Making a failure has no side effects; it is logged once, at the door.

mod consequence;
mod kind;

use std::fmt;

use thiserror::Error;

use crate::quota::Axis;
use crate::task::PartPath;

pub use consequence::{Consequence, Cooldown, Next};
pub use kind::FailureKind;

/// A failure: its kind, and what to tell the user.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub struct Failure {
    /// What to decide on.
    pub kind: FailureKind,
    /// One sentence that says what was wrong and what to do about it.
    pub detail: String,
    /// The part of the request that it is about, named before the sentence wherever a failure is written.
    pub place: Option<PartPath>,
    /// The limit that was reached, where the provider named it.
    pub limit: Option<(Axis, u64)>,
}

impl fmt::Display for Failure {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(place) = self.place {
            write!(formatter, "{place}: ")?;
        }
        formatter.write_str(&self.detail)
    }
}

impl Failure {
    /// A failure of the given kind, with its sentence.
    pub fn new(kind: FailureKind, detail: impl Into<String>) -> Self {
        Self { kind, detail: detail.into(), place: None, limit: None }
    }

    /// The request itself is wrong.
    pub fn malformed(detail: impl Into<String>) -> Self {
        Self::new(FailureKind::Malformed, detail)
    }

    /// The medium cannot be used for this work.
    pub fn unsupported(detail: impl Into<String>) -> Self {
        Self::new(FailureKind::UnsupportedMedium, detail)
    }

    /// A limit was passed.
    pub fn too_large(detail: impl Into<String>) -> Self {
        Self::new(FailureKind::TooLarge, detail)
    }

    /// The medium is damaged, encrypted or empty.
    pub fn unreadable(detail: impl Into<String>) -> Self {
        Self::new(FailureKind::Unreadable, detail)
    }

    /// A fault of ours.
    pub fn broken(detail: impl Into<String>) -> Self {
        Self::new(FailureKind::Broken, detail)
    }

    /// The same, about a part of the request.
    #[must_use]
    pub fn at(self, place: PartPath) -> Self {
        Self { place: Some(place), ..self }
    }

    /// The client went away.
    #[must_use]
    pub fn client_gone() -> Self {
        Self::new(FailureKind::ClientGone, "the client closed the connection")
    }
}
