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
    /// The tool as its client wrote it, where that says more.
    pub original: Option<Original>,
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
