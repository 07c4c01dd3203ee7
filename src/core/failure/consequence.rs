//! What follows from a failed call: who is asked next, and who rests.
//!
//! This is the table that every attempt goes by. It decides by the kind alone; dialects make kinds out of what
//! their providers say, and the ledger knows how long a rest is that nobody stated.

use std::time::Duration;

use super::FailureKind;

/// What follows from a failed call.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Consequence {
    /// Who is asked next.
    pub next: Next,
    /// Who rests.
    pub rest: Rest,
    /// Whether the target's row is marked doubtful for the media it was sent.
    pub doubt: bool,
}

/// Who is asked after a failure.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Next {
    /// Nobody: it would fail anywhere, or nobody waits any more.
    Nobody,
    /// The next key of the same target, then the next target.
    Key,
    /// The next target.
    Target,
    /// The next target that can hold more.
    LargerTarget,
}

/// Who is not asked for a while.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Rest {
    /// Nobody.
    Nobody,
    /// The key, for every model.
    Key,
    /// The key, for this model; for so long if the provider said, else as its kind has it.
    KeyAndModel {
        /// What the provider said.
        stated: Option<Duration>,
        /// Whether it is about quota, which comes back by the hour rather than by the minute.
        quota: bool,
    },
    /// The model, for long: it is gone.
    Model,
    /// The target, for seconds at first, twice as long each time; success ends it.
    Growing {
        /// What the provider said.
        stated: Option<Duration>,
    },
}

impl FailureKind {
    /// What follows when a call to a provider fails in this way.
    #[must_use]
    pub fn consequence(&self) -> Consequence {
        let of = |next, rest| Consequence { next, rest, doubt: false };
        match self {
            Self::Malformed | Self::ContentRefused | Self::ClientGone => of(Next::Nobody, Rest::Nobody),
            Self::Unacceptable => Consequence { next: Next::Target, rest: Rest::Nobody, doubt: true },
            // A treatment that failed for this target; another may want the part in another form.
            Self::UnsupportedMedium | Self::TooLarge | Self::Unreadable => of(Next::Target, Rest::Nobody),
            Self::NotInstalled | Self::Unknown | Self::Busy { .. } | Self::Broken => of(Next::Target, Rest::Nobody),
            Self::ContextTooLong => of(Next::LargerTarget, Rest::Nobody),
            Self::ModelGone => of(Next::Target, Rest::Model),
            Self::BadKey => of(Next::Key, Rest::Key),
            Self::RateLimited { retry_after } => {
                of(Next::Key, Rest::KeyAndModel { stated: *retry_after, quota: false })
            }
            Self::QuotaSpent { resets_in } => of(Next::Key, Rest::KeyAndModel { stated: *resets_in, quota: true }),
            Self::Overloaded { retry_after } => of(Next::Target, Rest::Growing { stated: *retry_after }),
            Self::Unreachable | Self::TimedOut | Self::Garbled | Self::EmptyAnswer => {
                of(Next::Target, Rest::Growing { stated: None })
            }
        }
    }
}
