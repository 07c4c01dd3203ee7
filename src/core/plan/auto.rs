//! What `auto` makes of a request.

use super::Demand;
use crate::capability::Tier;
use crate::task::Chat;

/// What the last question looks like.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Signs {
    /// It is about a program.
    pub code: bool,
    /// It wants thinking.
    pub reasoning: bool,
    /// It is short and wants a short answer.
    pub brief: bool,
}

impl Signs {
    /// Looks at the last question of a chat.
    #[must_use]
    pub fn of(_chat: &Chat) -> Self {
        Self::default()
    }
}

/// The tier that suits a request, and why.
#[must_use]
pub fn choose_tier(_demand: &Demand) -> (Tier, &'static str) {
    (Tier::Standard, "nothing special about it")
}
