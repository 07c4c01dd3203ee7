//! The kinds of failure.

use std::time::Duration;

/// What went wrong, as far as a caller decides differently on it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum FailureKind {
    /// The request would fail anywhere: a bad field, a bad value, nothing to read.
    Malformed,
    /// The bytes are a medium or a format that this work cannot use.
    UnsupportedMedium,
    /// A limit on bytes, pixels or pages was passed; the detail names it.
    TooLarge,
    /// The medium is of the right format but cannot be read: encrypted, damaged, empty.
    Unreadable,
    /// No such model, engine or page.
    Unknown,
    /// Every place is taken. Worth trying again after the given time.
    Busy {
        /// When a place is likely to be free.
        retry_after: Duration,
    },
    /// An engine's library or weights are not on this machine.
    NotInstalled,
    /// The work took longer than its limit and was ended.
    TimedOut,
    /// Another machine cannot be reached. Worth trying again later.
    Unreachable,
    /// The connection to another machine ended before an answer began.
    Lost,
    /// A provider will not take a medium, its size, their count or a parameter; another may.
    Unacceptable,
    /// The request is too long for the model.
    ContextTooLong,
    /// The provider will not answer this with any key.
    ContentRefused,
    /// The provider has no such model, or no longer.
    ModelGone,
    /// The provider does not know the key, or the key may not do this.
    BadKey,
    /// The key has asked too often.
    RateLimited {
        /// When it may ask again, if the provider said.
        retry_after: Option<Duration>,
    },
    /// The key's quota or credit is spent.
    QuotaSpent {
        /// When there will be more, if the provider said.
        resets_in: Option<Duration>,
    },
    /// The provider has more work than it can do, or broke down over this.
    Overloaded {
        /// When to try again, if the provider said.
        retry_after: Option<Duration>,
    },
    /// The provider's answer cannot be understood, or broke off.
    Garbled,
    /// The provider answered with nothing.
    EmptyAnswer,
    /// The client's own budget is spent.
    OverBudget {
        /// When it begins anew.
        resets_in: Duration,
    },
    /// The client may not ask for this.
    NotAllowed,
    /// The client went away; the answer is not read.
    ClientGone,
    /// A fault of ours: a crashed worker, a panicking engine, a full disk.
    Broken,
}

impl FailureKind {
    /// Whether a provider may have done the work all the same, and charge for it.
    #[must_use]
    pub fn may_be_billed(&self) -> bool {
        matches!(self, Self::Lost | Self::TimedOut | Self::Garbled | Self::EmptyAnswer)
    }

    /// Its name in answers, logs and metrics.
    #[must_use]
    pub fn name(&self) -> &'static str {
        match self {
            Self::Malformed => "malformed",
            Self::UnsupportedMedium => "unsupported_medium",
            Self::TooLarge => "too_large",
            Self::Unreadable => "unreadable",
            Self::Unknown => "unknown",
            Self::Busy { .. } => "busy",
            Self::NotInstalled => "not_installed",
            Self::TimedOut => "timed_out",
            Self::Unreachable => "unreachable",
            Self::Lost => "lost",
            Self::Unacceptable => "unacceptable",
            Self::ContextTooLong => "context_too_long",
            Self::ContentRefused => "content_refused",
            Self::ModelGone => "model_gone",
            Self::BadKey => "bad_key",
            Self::RateLimited { .. } => "rate_limited",
            Self::QuotaSpent { .. } => "quota_spent",
            Self::Overloaded { .. } => "overloaded",
            Self::Garbled => "garbled",
            Self::EmptyAnswer => "empty_answer",
            Self::OverBudget { .. } => "over_budget",
            Self::NotAllowed => "not_allowed",
            Self::ClientGone => "client_gone",
            Self::Broken => "broken",
        }
    }
}
