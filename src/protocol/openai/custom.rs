//! Tools whose input is free text (`type: custom`). Targets that know such tools are offered them as they are; to every
//! other they are functions with one field, and calls of those are written back as their client knows them. Nothing is
//! lost by that, but for a grammar of the input: only targets that hold to it are asked then.

use std::collections::BTreeMap;

use mediary_core::task::{FreeText, Tool, ToolCall};
use serde::Deserialize;
use serde_json::{Value, json};

use crate::protocol::process::BadField;

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

    /// The tool, for whichever target.
    ///
    /// # Errors
    /// When the format of its input is none.
    pub(super) fn into_tool(self, path: &str) -> Result<Tool, BadField> {
        let format = self.format.filter(|format| !format.is_null());
        let is_bound = match format.as_ref().map(|format| format["type"].as_str().unwrap_or_default()) {
            None | Some("text") => false,
            Some("grammar") => true,
            Some(other) => {
                let message = format!("`{other}` is no format of an input; use text or grammar");
                return Err(BadField { field: format!("{path}.custom.format.type"), message });
            }
        };
        let free = FreeText { description: self.description.clone(), format, is_bound, worded: None };
        Ok(tool(self.name, self.description, free))
    }
}

/// A tool whose input is free text. `description` is that of the function in its place.
pub(in crate::protocol) fn tool(name: String, description: Option<String>, free: FreeText) -> Tool {
    let parameters = json!({
        "type": "object",
        "properties": { FreeText::INPUT: { "type": "string", "description": "The whole input, as free text." } },
        "required": [FreeText::INPUT],
        "additionalProperties": false,
    });
    Tool { name, description, parameters: Some(parameters), free_text: Some(free), ..Tool::default() }
}

impl WireCustomCall {
    /// The call as one of a function.
    pub(super) fn into_call(self, id: String) -> ToolCall {
        let arguments = json!({ FreeText::INPUT: self.input }).to_string();
        ToolCall { id, name: self.name, arguments, signature: None }
    }
}

/// Rewrites the calls of a whole answer.
pub(super) fn whole(body: &mut Value, names: &[String]) {
    for choice in body["choices"].as_array_mut().into_iter().flatten() {
        let calls = choice.pointer_mut("/message/tool_calls").and_then(Value::as_array_mut);
        for call in calls.into_iter().flatten() {
            let name = call["function"]["name"].as_str().unwrap_or_default().to_owned();
            if names.contains(&name) {
                let input = FreeText::input_of(call["function"]["arguments"].as_str().unwrap_or_default());
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
            .map(|(index, arguments)| json!({ "index": index, "custom": { "input": FreeText::input_of(&arguments) } }))
            .collect()
    }
}
