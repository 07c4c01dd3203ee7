//! About how many tokens a text has.

use crate::task::Chat;

/// About how many tokens a chat's texts have, tools included.
#[must_use]
pub fn estimate_tokens(_chat: &Chat) -> u32 {
    0
}
