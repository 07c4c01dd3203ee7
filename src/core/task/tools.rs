//! Functions a model may call, and its calls.

use serde_json::Value;

use super::Original;

/// A function that is offered to the model.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Tool {
    /// What it is called.
    pub name: String,
    /// When to call it.
    pub description: Option<String>,
    /// Its arguments as a JSON Schema.
    pub parameters: Option<Value>,
    /// Whether arguments must fit the schema exactly.
    pub strict: Option<bool>,
    /// That its provider is to keep the prompt up to here, in Anthropic's words.
    pub cache_control: Option<Value>,
    /// What else there is to say to targets that know tools whose input is free text, if it is one. To all others it is a
    /// function with one field, [`FreeText::INPUT`].
    pub free_text: Option<FreeText>,
    /// The tool as its client wrote it, where that says more.
    pub original: Option<Original>,
}

/// A tool whose input is free text.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct FreeText {
    /// When to call it, without what functions have to be told of its format in words.
    pub description: Option<String>,
    /// What its input has to look like, in OpenAI's words.
    pub format: Option<Value>,
    /// Whether words do not do: the model has to be held to the format.
    pub is_bound: bool,
    /// What is left out where words have to do, by the name of its field.
    pub worded: Option<String>,
}

impl FreeText {
    /// The one field of the function in its place.
    pub const INPUT: &str = "input";

    /// The input in the arguments of such a function; the arguments themselves if a model wrote something else.
    #[must_use]
    pub fn input_of(arguments: &str) -> String {
        let parsed: Option<Value> = serde_json::from_str(arguments).ok();
        let input = parsed.and_then(|arguments| arguments[Self::INPUT].as_str().map(str::to_owned));
        input.unwrap_or_else(|| arguments.to_owned())
    }
}

/// Whether functions are called.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub enum ToolChoice {
    /// As the model sees fit.
    #[default]
    Auto,
    /// Not at all.
    None,
    /// At least one.
    Required,
    /// This one.
    Named(String),
}

/// A call the model made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ToolCall {
    /// What the result must name.
    pub id: String,
    /// Which function.
    pub name: String,
    /// The arguments as the model wrote them: JSON, if all went well.
    pub arguments: String,
    /// What its provider wants back with the call, as it gave it.
    pub signature: Option<String>,
}
