//! What the cache had to do with an answer, for headers, the request log and metrics.

use std::time::Duration;

use mediary_core::capability::Usd;

/// What a request wants of the cache.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum CacheWish {
    /// What the operator has chosen.
    #[default]
    Usual,
    /// An answer that is kept, and else that the new one is kept.
    Use,
    /// A new answer, which is kept.
    Refresh,
    /// Nothing.
    Off,
}

/// Where an answer comes from, as far as the cache has to do with it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CacheOutcome {
    /// From a target: nothing was kept.
    Miss,
    /// From a target, as was asked.
    Refresh,
    /// From the cache.
    Hit,
    /// From the cache, where it is the answer to other words that mean the same: how near they are, in thousandths.
    Alike(u16),
    /// From a call that was under way for another request.
    Shared,
}

impl CacheOutcome {
    /// Its name in metrics and sums.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Miss => "miss",
            Self::Refresh => "refresh",
            Self::Hit => "hit",
            Self::Alike(_) => "alike",
            Self::Shared => "shared",
        }
    }

    /// Whether no call was made for it.
    #[must_use]
    pub fn is_saved(self) -> bool {
        matches!(self, Self::Hit | Self::Alike(_) | Self::Shared)
    }
}

/// What is noted of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CacheNote {
    /// Where the answer comes from.
    pub outcome: CacheOutcome,
    /// What its call cost that need not be made again; `None`: that is not known, or none was saved.
    pub saved_usd: Option<Usd>,
    /// How many tokens it had.
    pub saved_tokens: u64,
    /// How old it is.
    pub age: Option<Duration>,
}

impl CacheNote {
    /// That a target was called.
    #[must_use]
    pub fn called(outcome: CacheOutcome) -> Self {
        Self { outcome, saved_usd: None, saved_tokens: 0, age: None }
    }
}
