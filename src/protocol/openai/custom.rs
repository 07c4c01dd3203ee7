//! Tools whose input is free text (`type: custom`): every target knows functions, so they are offered as functions with
//! one field, and calls of them are written back as their client knows them. Nothing is lost by that. A grammar for the
//! input cannot be kept that way, and is refused.

use std::collections::BTreeMap;

use mediary_core::task::{Tool, ToolCall};
use serde::Deserialize;
use serde_json::{Value, json};

use crate::protocol::process::BadField;

/// The one field of such a function.
pub(in crate::protocol) const INPUT: &str = "input";

/// A tool as it is offered.
#[derive(Debug, Deserialize)]
pub(super) struct WireCustom {
    name: String,
    #[serde(default)]
    description: Option<String>,
    #[serde(default)]
    format: Option<Value>,
}

/// A call of one, in the history.
#[derive(Debug, Deserialize)]
pub(super) struct WireCustomCall {
    name: String,
    #[serde(default)]
    input: String,
}

impl WireCustom {
    /// What it is called.
    pub(super) fn name(&self) -> &str {
        &self.name
    }

    /// The tool as a function.
    ///
    /// # Errors
    /// When its input has to follow a grammar.
    pub(super) fn into_function(self, path: &str) -> Result<Tool, BadField> {
        let format = self.format.as_ref().and_then(|format| format["type"].as_str()).unwrap_or("text");
        if format != "text" {
            let message = format!("an input of format `{format}` cannot be passed on; use text, or a function");
            return Err(BadField { field: format!("{path}.custom.format"), message });
        }
        Ok(function(self.name, self.description))
    }
}

/// A function in the place of a tool whose input is free text.
pub(in crate::protocol) fn function(name: String, description: Option<String>) -> Tool {
    let parameters = json!({
        "type": "object",
        "properties": { INPUT: { "type": "string", "description": "The whole input, as free text." } },
        "required": [INPUT],
        "additionalProperties": false,
    });
    Tool { name, description, parameters: Some(parameters), ..Tool::default() }
}

impl WireCustomCall {
    /// The call as one of a function.
    pub(super) fn into_call(self, id: String) -> ToolCall {
        let arguments = json!({ INPUT: self.input }).to_string();
        ToolCall { id, name: self.name, arguments, signature: None }
    }
}

/// The input in a call's arguments; the arguments themselves if a model wrote something else.
pub(in crate::protocol) fn input_of(arguments: &str) -> String {
    let parsed: Option<Value> = serde_json::from_str(arguments).ok();
    parsed.and_then(|arguments| arguments[INPUT].as_str().map(str::to_owned)).unwrap_or_else(|| arguments.to_owned())
}

/// Rewrites the calls of a whole answer.
pub(super) fn whole(body: &mut Value, names: &[String]) {
    for choice in body["choices"].as_array_mut().into_iter().flatten() {
        let calls = choice.pointer_mut("/message/tool_calls").and_then(Value::as_array_mut);
        for call in calls.into_iter().flatten() {
            let name = call["function"]["name"].as_str().unwrap_or_default().to_owned();
            if names.contains(&name) {
                let input = input_of(call["function"]["arguments"].as_str().unwrap_or_default());
                *call = json!({ "id": call["id"], "type": "custom", "custom": { "name": name, "input": input } });
            }
        }
    }
}

/// The calls of such tools in a stream. What a piece of JSON says is known at its end, so an input leaves in one piece.
#[derive(Debug, Default)]
pub(super) struct CustomCalls {
    names: Vec<String>,
    /// The arguments so far, by reply and call.
    open: BTreeMap<(u32, u32), String>,
}

impl CustomCalls {
    pub(super) fn of(names: Vec<String>) -> Self {
        Self { names, open: BTreeMap::new() }
    }

    /// What is to be written for a piece of a call: nothing yet, or its beginning. `None`: it is another tool's.
    pub(super) fn takes(
        &mut self,
        (choice, index): (u32, u32),
        id: Option<&str>,
        name: Option<&str>,
        arguments: &str,
    ) -> Option<Option<Value>> {
        if let Some(open) = self.open.get_mut(&(choice, index)) {
            open.push_str(arguments);
            return Some(None);
        }
        let name = name.filter(|name| self.names.iter().any(|its| its == name))?;
        self.open.insert((choice, index), arguments.to_owned());
        let custom = json!({ "name": name, "input": "" });
        Some(Some(json!({ "index": index, "id": id, "type": "custom", "custom": custom })))
    }

    /// The inputs of a reply that has ended.
    pub(super) fn ended(&mut self, choice: u32) -> Vec<Value> {
        let of_reply: Vec<_> = self.open.keys().copied().filter(|(its, _)| *its == choice).collect();
        let inputs = of_reply.into_iter().filter_map(|key| self.open.remove(&key).map(|arguments| (key.1, arguments)));
        inputs
            .map(|(index, arguments)| json!({ "index": index, "custom": { "input": input_of(&arguments) } }))
            .collect()
    }
}
