//! What follows from a failed call: which target is asked next, and what cools down.
//!
//! This is the table that every attempt goes by. It decides by the kind alone; dialects make kinds out of what
//! their providers say, and the ledger knows how long a cooldown is whose end was not stated.

use std::time::Duration;

use super::FailureKind;

/// What follows from a failed call.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Consequence {
    /// What is asked next.
    pub next: Next,
    /// What cools down.
    pub cooldown: Cooldown,
    /// Whether the target's row is marked doubtful for the media it was sent.
    pub doubt: bool,
    /// Whether the same target is asked once more, at once and on a fresh connection, before anything else follows.
    pub again: bool,
}

/// What is asked after a failure.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Next {
    /// Nothing: it would fail anywhere, or the client has left.
    Stop,
    /// The next key of the same target, then the next target.
    Key,
    /// The next target.
    Target,
    /// The next target that can hold more.
    LargerTarget,
}

/// What is not asked for a while.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Cooldown {
    /// Nothing.
    None,
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
    /// The target, for seconds at first, twice as long each time; an answer ends it.
    Growing {
        /// What the provider said.
        stated: Option<Duration>,
    },
    /// The same for all targets of the host: nothing reaches it.
    Host,
}

impl FailureKind {
    /// What follows when a call to a provider fails in this way.
    #[must_use]
    pub fn consequence(&self) -> Consequence {
        let of = |next, cooldown| Consequence { next, cooldown, doubt: false, again: false };
        match self {
            Self::Malformed | Self::ContentRefused | Self::ClientGone => of(Next::Stop, Cooldown::None),
            // It is about the client, not about any target.
            Self::OverBudget { .. } | Self::NotAllowed => of(Next::Stop, Cooldown::None),
            Self::Unacceptable => Consequence { doubt: true, ..of(Next::Target, Cooldown::None) },
            // A treatment that failed for this target; another may want the part in another form.
            Self::UnsupportedMedium | Self::TooLarge | Self::Unreadable => of(Next::Target, Cooldown::None),
            Self::NotInstalled | Self::Unknown | Self::Busy { .. } | Self::Broken => of(Next::Target, Cooldown::None),
            Self::ContextTooLong => of(Next::LargerTarget, Cooldown::None),
            Self::ModelGone => of(Next::Target, Cooldown::Model),
            Self::BadKey => of(Next::Key, Cooldown::Key),
            Self::RateLimited { retry_after } => {
                of(Next::Key, Cooldown::KeyAndModel { stated: *retry_after, quota: false })
            }
            Self::QuotaSpent { resets_in } => of(Next::Key, Cooldown::KeyAndModel { stated: *resets_in, quota: true }),
            Self::Overloaded { retry_after } => {
                let usual = of(Next::Target, Cooldown::Growing { stated: *retry_after });
                // A provider that says when to come back is taken at its word.
                Consequence { again: retry_after.is_none(), ..usual }
            }
            Self::Lost => Consequence { again: true, ..of(Next::Target, Cooldown::Growing { stated: None }) },
            Self::TimedOut | Self::Garbled | Self::EmptyAnswer => of(Next::Target, Cooldown::Growing { stated: None }),
            Self::Unreachable => of(Next::Target, Cooldown::Host),
        }
    }

    /// Whether it is a provider's verdict on a request or a key, which shows that the provider works.
    #[must_use]
    pub fn is_verdict(&self) -> bool {
        matches!(
            self,
            Self::Malformed
                | Self::Unacceptable
                | Self::ContextTooLong
                | Self::ContentRefused
                | Self::ModelGone
                | Self::BadKey
                | Self::RateLimited { .. }
                | Self::QuotaSpent { .. }
        )
    }
}
