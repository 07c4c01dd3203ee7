//! What an answer cost, as the vendors count it. A number that is none costs the count, never the answer around it.

use mediary_core::task::Usage;
use serde_json::Value;

/// A usage as it was read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Counted {
    /// What was counted; `None` where it is not to be trusted.
    pub(crate) usage: Option<Usage>,
    /// All numbers were whole and not below zero.
    pub(super) is_canonical: bool,
}

/// What a chat's usage says.
pub(crate) fn counted(usage: &Value) -> Counted {
    let mut numbers = Numbers { is_odd: !usage.is_object(), is_wrong: !usage.is_object() };
    let prompt = numbers.first(usage, &["prompt_tokens", "input_tokens"]);
    let completion = numbers.first(usage, &["completion_tokens", "output_tokens"]);
    let total = numbers.first(usage, &["total_tokens"]);
    let reasoning = numbers
        .first(usage, &["completion_tokens_details/reasoning_tokens", "output_tokens_details/reasoning_tokens"])
        .unwrap_or(0);
    // The names after the first two are DeepSeek's and Mistral's.
    let cached = [
        "prompt_tokens_details/cached_tokens",
        "input_tokens_details/cached_tokens",
        "prompt_cache_hit_tokens",
        "num_cached_tokens",
    ];
    let cached = numbers.first(usage, &cached);
    let (prompt_tokens, total) = (prompt.unwrap_or(0), total.unwrap_or(0));
    let spoken = completion.unwrap_or_else(|| total.saturating_sub(prompt_tokens));
    // Some count thoughts beside the reply; then only the total tells.
    let beside = reasoning > 0 && prompt_tokens.saturating_add(spoken).saturating_add(reasoning) == total;
    let usage = Usage {
        prompt_tokens,
        completion_tokens: if beside { spoken + reasoning } else { spoken },
        cached_tokens: cached.unwrap_or(0),
        // What is said of these here costs what any others do.
        written_tokens: 0,
        reasoning_tokens: reasoning,
        cut_tokens: 0,
        searches: 0,
        estimated: false,
    };
    Counted { usage: (!numbers.is_wrong).then_some(usage), is_canonical: !numbers.is_odd }
}

/// What is counted in a field that may hold other things, such as seconds of a recording. Where nothing is said in reply,
/// the total is the prompt's.
pub(super) fn of_prompt(usage: &Value) -> Option<Usage> {
    let mut numbers = Numbers::default();
    let prompt_tokens = numbers.first(usage, &["prompt_tokens", "input_tokens", "total_tokens"])?;
    let total = numbers.first(usage, &["total_tokens"]).unwrap_or(prompt_tokens);
    let said = numbers.first(usage, &["completion_tokens", "output_tokens"]);
    let completion_tokens = said.unwrap_or_else(|| total.saturating_sub(prompt_tokens));
    counted(usage).usage.map(|counted| Usage { prompt_tokens, completion_tokens, ..counted })
}

#[derive(Debug, Default)]
struct Numbers {
    /// One was not written as a whole number.
    is_odd: bool,
    /// One was none at all.
    is_wrong: bool,
}

impl Numbers {
    /// The first of these fields that is there.
    fn first(&mut self, usage: &Value, places: &[&str]) -> Option<u64> {
        // A field within another has a slash between the two. No pointers: they are taken apart and unescaped each time,
        // which costs a short chat more than the rest of its usage.
        let at = |place: &str| place.split('/').try_fold(usage, |value, name| value.get(name));
        places.iter().find_map(|place| self.number(at(place)?))
    }

    fn number(&mut self, value: &Value) -> Option<u64> {
        if value.is_null() {
            return None;
        }
        if let Some(number) = value.as_u64() {
            return Some(number);
        }
        self.is_odd = true;
        let number = match value {
            Value::String(text) => text.trim().parse::<f64>().ok(),
            other => other.as_f64(),
        };
        let whole = number.filter(|number| number.fract() == 0.0 && (0.0..9e15).contains(number));
        self.is_wrong |= whole.is_none();
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "it was just looked at")]
        whole.map(|number| number as u64)
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn odd_numbers_are_read_where_they_can_be_and_cost_the_count_where_not() {
        let rows = [
            (json!({ "prompt_tokens": 9, "completion_tokens": 2 }), Some((9, 2)), true),
            (json!({ "prompt_tokens": 7.0, "completion_tokens": "2" }), Some((7, 2)), false),
            (json!({ "prompt_tokens": -1, "completion_tokens": 2 }), None, false),
            (json!({ "prompt_tokens": 9, "completion_tokens": 1.5 }), None, false),
            (json!({ "prompt_tokens": "many", "completion_tokens": 2 }), None, false),
            (json!({ "prompt_tokens": {}, "completion_tokens": 2 }), None, false),
            (json!({ "prompt_tokens": null, "completion_tokens": 2 }), Some((0, 2)), true),
            (json!({ "prompt_tokens": 9, "total_tokens": 11 }), Some((9, 2)), true),
            (json!({ "input_tokens": 9, "output_tokens": 2 }), Some((9, 2)), true),
            (json!({ "input_tokens": 9, "output_tokens": 2, "total_tokens": 11 }), Some((9, 2)), true),
            (json!("free"), None, false),
            (json!([]), None, false),
        ];
        for (usage, expected, is_canonical) in rows {
            let counted = counted(&usage);
            let told = counted.usage.map(|usage| (usage.prompt_tokens, usage.completion_tokens));
            assert_eq!((told, counted.is_canonical), (expected, is_canonical), "{usage}");
        }
    }

    #[test]
    fn thoughts_that_are_counted_beside_the_reply_belong_to_it() {
        let usage = json!({ "prompt_tokens": 1, "completion_tokens": 2, "total_tokens": 8,
                            "completion_tokens_details": { "reasoning_tokens": 5 } });
        let counted = counted(&usage).usage.unwrap();
        assert_eq!((counted.completion_tokens, counted.reasoning_tokens), (7, 5));
    }
}
