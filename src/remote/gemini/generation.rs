//! Generations of models, told by their names, and how each wants to be told how long to think.
//!
//! Names are the only place where the API says this; a name that is not understood counts as new.

use mediary_core::task::Effort;
use serde_json::Value;

use super::wire::Thinking;

/// What depends on a model's generation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Generation {
    /// It takes a level of thinking and checks the signatures of thoughts: 3 and later.
    is_third: bool,
    /// Of the larger kind, which cannot do without thinking.
    is_pro: bool,
    /// An open model, which knows no system instruction.
    pub is_gemma: bool,
}

impl Generation {
    pub(super) fn of(model: &str) -> Self {
        let model = model.trim_start_matches("models/");
        let digit = model.strip_prefix("gemini-").and_then(|rest| rest.chars().next()).and_then(|c| c.to_digit(10));
        Self {
            is_third: digit.is_none_or(|generation| generation >= 3),
            is_pro: model.contains("-pro"),
            is_gemma: model.starts_with("gemma"),
        }
    }

    /// Whether a call sent back without its signature is refused.
    pub(super) fn checks_signatures(self) -> bool {
        self.is_third && !self.is_gemma
    }

    /// Whether it understands how another client of this format put it. Older models know no levels, the larger ones only
    /// two for certain; a number of tokens all of them take.
    pub(super) fn thinks_as(self, asked: &Value) -> bool {
        let level = asked.get("thinkingLevel").or_else(|| asked.get("thinking_level")).and_then(Value::as_str);
        let level = level.map(str::to_uppercase);
        match level.as_deref() {
            None | Some("THINKING_LEVEL_UNSPECIFIED") => true,
            Some("LOW" | "HIGH") => self.is_third,
            Some(_) => self.is_third && !self.is_pro,
        }
    }

    /// How many tokens can be granted for thinking, at least and at most; later generations take as many as those before.
    pub(super) fn budgets(self) -> (u32, u32) {
        if self.is_pro { (128, 32_768) } else { (1, 24_576) }
    }

    /// An effort in this generation's terms. The tokens are those the vendor's own OpenAI endpoint maps efforts to.
    pub(super) fn thinking(self, effort: Effort) -> Thinking {
        match (self.is_third, self.is_pro) {
            (true, false) => Thinking::ThinkingLevel(match effort {
                Effort::None | Effort::Minimal => "MINIMAL",
                Effort::Low => "LOW",
                Effort::Medium => "MEDIUM",
                Effort::High | Effort::XHigh | Effort::Max => "HIGH",
            }),
            // The larger ones know only two levels for certain.
            (true, true) => Thinking::ThinkingLevel(match effort {
                Effort::None | Effort::Minimal | Effort::Low => "LOW",
                Effort::Medium | Effort::High | Effort::XHigh | Effort::Max => "HIGH",
            }),
            (false, is_pro) => Thinking::ThinkingBudget(match effort {
                Effort::None if is_pro => 128,
                Effort::None => 0,
                Effort::Minimal => 512,
                Effort::Low => 1024,
                Effort::Medium => 8192,
                Effort::XHigh | Effort::Max if is_pro => 32_768,
                Effort::High | Effort::XHigh | Effort::Max => 24_576,
            }),
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn what_a_client_asked_for_holds_where_it_is_understood() {
        let table = [
            ("gemini-2.5-flash", json!({ "thinkingBudget": 0, "includeThoughts": true }), true),
            ("gemini-2.5-flash", json!({ "thinkingLevel": "LOW" }), false),
            ("gemini-3-flash", json!({ "thinkingBudget": 512 }), true),
            ("gemini-3-flash", json!({ "thinking_level": "minimal" }), true),
            ("gemini-3.1-pro", json!({ "thinkingLevel": "HIGH" }), true),
            ("gemini-3.1-pro", json!({ "thinkingLevel": "MEDIUM" }), false),
        ];
        for (model, asked, expected) in table {
            assert_eq!(Generation::of(model).thinks_as(&asked), expected, "{model} {asked}");
        }
    }

    #[test]
    fn each_generation_is_told_in_its_own_terms() {
        use Effort::{High, Low, Max, Medium, Minimal, None};
        let level = Thinking::ThinkingLevel;
        let budget = Thinking::ThinkingBudget;
        let table = [
            ("gemini-2.5-flash", None, budget(0)),
            ("gemini-2.5-pro", None, budget(128)),
            ("gemini-2.5-flash", Low, budget(1024)),
            ("gemini-2.5-flash", Max, budget(24_576)),
            ("models/gemini-2.5-pro", Max, budget(32_768)),
            ("gemini-3-flash-preview", None, level("MINIMAL")),
            ("gemini-3.5-flash", Medium, level("MEDIUM")),
            ("gemini-3.1-pro", Minimal, level("LOW")),
            ("gemini-3.1-pro", Medium, level("HIGH")),
            ("gemini-flash-latest", High, level("HIGH")),
        ];
        for (model, effort, thinking) in table {
            assert_eq!(Generation::of(model).thinking(effort), thinking, "{model} {effort:?}");
        }
    }
}
