//! Generations of models, told by the version in their names, and what each takes.
//!
//! The API says this nowhere but in its documentation; a name without a version counts as new.

use mediary_core::task::Effort;
use serde_json::Value;

/// What depends on a model's generation: its version, such as 4.5.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Generation {
    major: u32,
    minor: u32,
}

/// The least that can be granted for thinking.
pub(super) const LEAST_BUDGET_TOKENS: u32 = 1024;

impl Generation {
    /// `claude-sonnet-4-5-20250929` is 4.5, `claude-3-7-sonnet-latest` 3.7, `claude-sonnet-5` 5.0.
    pub(super) fn of(model: &str) -> Self {
        let numbers = model.split(['-', '.', '@', '/']).filter(|piece| piece.len() <= 2);
        let mut numbers = numbers.filter_map(|piece| piece.parse().ok());
        match numbers.next() {
            Some(major) => Self { major, minor: numbers.next().unwrap_or(0) },
            None => Self { major: u32::MAX, minor: 0 },
        }
    }

    fn is_at_least(self, major: u32, minor: u32) -> bool {
        self >= Self { major, minor }
    }

    /// Whether it decides by itself how long to think, told an effort; older ones are granted tokens.
    pub(super) fn is_adaptive(self) -> bool {
        self.is_at_least(4, 6)
    }

    /// Whether it can be told to think in these words of a client's.
    pub(super) fn thinks_as(self, asked: &Value) -> bool {
        match asked["type"].as_str() {
            Some("adaptive") => self.is_adaptive(),
            // Granted tokens are taken as long as sampling is.
            Some("enabled") => self.takes_sampling(),
            Some("disabled") => true,
            _ => false,
        }
    }

    /// Whether temperature and the like are taken at all.
    pub(super) fn takes_sampling(self) -> bool {
        !self.is_at_least(4, 7)
    }

    /// Whether temperature and `top_p` are taken together.
    pub(super) fn takes_both(self) -> bool {
        !self.is_at_least(4, 0)
    }

    /// An effort by the vendor's name for it.
    pub(super) fn effort(self, effort: Effort) -> &'static str {
        match effort {
            Effort::None | Effort::Minimal | Effort::Low => "low",
            Effort::Medium => "medium",
            Effort::XHigh if self.is_at_least(4, 7) => "xhigh",
            Effort::High | Effort::XHigh => "high",
            Effort::Max => "max",
        }
    }
}

/// The tokens granted for an effort. Room for as many is also left in a reply whose length is not limited.
pub(super) fn budget_tokens(effort: Effort) -> u32 {
    match effort {
        Effort::None => 0,
        Effort::Minimal => LEAST_BUDGET_TOKENS,
        Effort::Low => 2048,
        Effort::Medium => 8192,
        Effort::High => 16_384,
        Effort::XHigh => 24_576,
        Effort::Max => 32_768,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_generation_is_read_from_the_name() {
        let table = [
            ("claude-3-haiku-20240307", (3, 0)),
            ("claude-3-7-sonnet-latest", (3, 7)),
            ("claude-opus-4-20250514", (4, 0)),
            ("claude-sonnet-4-5-20250929", (4, 5)),
            ("anthropic/claude-opus-4.6", (4, 6)),
            ("claude-sonnet-5", (5, 0)),
            ("claude-latest", (u32::MAX, 0)),
        ];
        for (model, (major, minor)) in table {
            assert_eq!(Generation::of(model), Generation { major, minor }, "{model}");
        }
        assert!(!Generation::of("claude-opus-4-5").is_adaptive());
        assert!(Generation::of("claude-opus-4-6").is_adaptive());
    }
}
