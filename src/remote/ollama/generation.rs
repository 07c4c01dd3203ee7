//! How a model is run: how long it thinks, and how long a context it is given.
//!
//! A server gives a model 4096 tokens of context unless told otherwise and cuts longer prompts silently, so the length
//! is always asked for where the most is known; a longer one than needed would only cost memory.

use mediary_core::plan::estimate_tokens;
use mediary_core::task::{Chat, Effort, Part};
use serde_json::Value;

/// What a server gives anyway.
const LEAST_CONTEXT_TOKENS: u32 = 4096;
/// Room for a reply whose length is not limited.
const REPLY_TOKENS: u32 = 2048;
/// What an image takes, about; models differ, and too much is better than too little.
const IMAGE_TOKENS: u32 = 1536;

/// An effort, as `think` has it.
pub(super) fn think(effort: Effort) -> Value {
    match effort {
        Effort::None => false.into(),
        Effort::Minimal | Effort::Low => "low".into(),
        Effort::Medium => "medium".into(),
        // The level above it is not known to older servers.
        Effort::High | Effort::XHigh => "high".into(),
        Effort::Max => "max".into(),
    }
}

/// About how many tokens a chat and its reply take.
pub(super) fn needed_tokens(chat: &Chat) -> u32 {
    let parts = chat.messages.iter().flat_map(|message| &message.parts);
    let images = parts.filter(|part| !matches!(part, Part::Text(_))).count();
    let images = u32::try_from(images).unwrap_or(u32::MAX).saturating_mul(IMAGE_TOKENS);
    let reply = chat.sampling.max_tokens.unwrap_or(REPLY_TOKENS);
    // Estimates err; an eighth more keeps the beginning of the prompt from being what pays for it.
    let text = estimate_tokens(chat);
    text.saturating_add(text / 8).saturating_add(images).saturating_add(reply)
}

/// The context to ask for: in powers of two, since each change of it makes the server load the model anew.
pub(super) fn context_tokens(needed: u32, most: u32) -> u32 {
    needed.max(LEAST_CONTEXT_TOKENS).checked_next_power_of_two().unwrap_or(u32::MAX).min(most)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_context_is_no_longer_than_it_must_be() {
        let table = [
            (0, 131_072, 4096),
            (4096, 131_072, 4096),
            (4097, 131_072, 8192),
            (90_000, 131_072, 131_072),
            (90_000, 40_960, 40_960),
            (10, 2048, 2048),
            (u32::MAX, u32::MAX, u32::MAX),
        ];
        for (needed, most, given) in table {
            assert_eq!(context_tokens(needed, most), given, "{needed} of {most}");
        }
    }
}
