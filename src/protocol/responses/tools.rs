//! Tools as clients of the Responses API offer them, and whether they are called.

use bytes::Bytes;
use mediary_core::task::{FreeText, HostedTool, Original, Tool, ToolChoice};
use serde_json::{Value, json};

use super::{WIRE_FORMAT, bad, namespaces};
use crate::protocol::openai::{custom, withhold};
use crate::protocol::process::BadField;

/// What is offered.
#[derive(Debug, Default)]
pub(super) struct Offered {
    pub(super) functions: Vec<Tool>,
    /// Those that may not be called this time, with their places.
    pub(super) withheld: Vec<(usize, Tool)>,
    pub(super) hosted: Vec<HostedTool>,
    /// Those whose input is free text.
    pub(super) custom: Vec<String>,
    /// What only a target of this format is told, and no other misses: definitions, and the path of each.
    pub(super) optional: Vec<Value>,
    pub(super) dropped: Vec<String>,
}

impl Offered {
    pub(super) fn of(tools: &[Value]) -> Result<Self, BadField> {
        let mut offered = Self::default();
        for (index, tool) in tools.iter().enumerate() {
            offered.tool(tool, &format!("tools[{index}]"))?;
        }
        Ok(offered)
    }

    fn tool(&mut self, tool: &Value, path: &str) -> Result<(), BadField> {
        let text = |field: &str| tool[field].as_str().map(str::to_owned);
        let kind = tool["type"].as_str().unwrap_or("function");
        let name = || {
            text("name")
                .filter(|name| !name.is_empty())
                .ok_or_else(|| bad(format!("{path}.name"), "a tool needs a `name`"))
        };
        match kind {
            "function" => self.functions.push(Tool {
                name: name()?,
                description: text("description"),
                parameters: tool.get("parameters").filter(|schema| !schema.is_null()).cloned(),
                strict: tool["strict"].as_bool(),
                original: original(tool),
                ..Tool::default()
            }),
            "custom" => {
                let name = name()?;
                let mut description = text("description");
                let mut free = FreeText { description: description.clone(), ..FreeText::default() };
                // Functions have no grammars: the model is told of it in words, and nothing holds it to them.
                if let Some(grammar) = tool.pointer("/format/definition").and_then(Value::as_str) {
                    let syntax = tool.pointer("/format/syntax").and_then(Value::as_str);
                    let before = description.unwrap_or_default();
                    let called = syntax.unwrap_or("the");
                    description = Some(format!("{before}\n\nThe input follows this {called} grammar:\n{grammar}"));
                    let format = json!({ "syntax": syntax, "definition": grammar });
                    free.format = Some(json!({ "type": "grammar", "grammar": format }));
                    free.worded = Some(format!("{path}.format"));
                }
                self.custom.push(name.clone());
                self.functions.push(Tool { original: original(tool), ..custom::tool(name, description, free) });
            }
            "namespace" => {
                for (index, tool) in namespaces::tools(tool).enumerate() {
                    self.tool(&tool, &format!("{path}.tools[{index}]"))?;
                }
            }
            "mcp" => {
                let message = "tools of type `mcp` are not called from here; connect the server to your client, and offer \
                               its tools as functions";
                return Err(bad(format!("{path}.type"), message));
            }
            // A search that must not go to the web looks into its vendor's own store. Coding clients put it into every
            // request, to whichever target; to have no such store is no loss.
            "web_search" if tool["external_web_access"] == false => self.optional(tool, path),
            // Coding clients offer the drawing of pictures in every request, too. Other targets answer in words then.
            "image_generation" => self.optional(tool, path),
            kind => self.hosted.push(HostedTool {
                wire_format: WIRE_FORMAT,
                kind: kind.to_owned(),
                definition: tool.clone(),
            }),
        }
        Ok(())
    }

    fn optional(&mut self, tool: &Value, path: &str) {
        self.optional.push(tool.clone());
        self.dropped.push(path.to_owned());
    }
}

/// A definition as its client wrote it, where that says more than the words that all share: that nothing is said of its
/// strictness means another thing here than elsewhere.
fn original(tool: &Value) -> Option<Original> {
    const SHARED: [&str; 5] = ["type", "name", "description", "parameters", "strict"];
    let says_more = tool.as_object().into_iter().flatten().any(|(name, _)| !SHARED.contains(&name.as_str()));
    let is_whole = !says_more && tool["strict"].is_boolean() && tool["parameters"].is_object();
    let pieces = vec![Bytes::from(tool.to_string())];
    (!is_whole).then(|| Original { wire_format: WIRE_FORMAT, pieces, ..Original::default() })
}

/// Whether functions are called. The ones that are allowed are the only ones that are offered then.
pub(super) fn choice(choice: Option<&Value>, offered: &mut Offered) -> Result<ToolChoice, BadField> {
    let Some(choice) = choice.filter(|choice| !choice.is_null()) else { return Ok(ToolChoice::Auto) };
    match (choice.as_str(), choice["type"].as_str(), choice["name"].as_str()) {
        (Some("auto"), ..) => Ok(ToolChoice::Auto),
        (Some("none"), ..) => Ok(ToolChoice::None),
        (Some("required"), ..) => Ok(ToolChoice::Required),
        (None, Some("function" | "custom"), Some(name)) => Ok(ToolChoice::Named(name.to_owned())),
        (None, Some("allowed_tools"), _) => {
            let listed = choice["tools"].as_array().map(Vec::as_slice).unwrap_or_default();
            let names: Vec<&str> = listed.iter().filter_map(|tool| tool["name"].as_str()).collect();
            if let Some(unknown) = names.iter().find(|name| offered.functions.iter().all(|tool| tool.name != **name)) {
                return Err(bad("tool_choice.tools", format!("`{unknown}` is allowed but not among `tools`")));
            }
            offered.withheld = withhold(&mut offered.functions, &names);
            Ok(if choice["mode"] == "required" { ToolChoice::Required } else { ToolChoice::Auto })
        }
        // One that its provider runs.
        (None, Some(kind), None) if offered.hosted.iter().any(|tool| tool.kind == kind) => Ok(ToolChoice::Auto),
        _ => {
            let message = "`tool_choice` must be auto, none, required or {\"type\":\"function\",\"name\":…}";
            Err(bad("tool_choice", message))
        }
    }
}

/// A choice as it is repeated in answers.
pub(super) fn told(choice: Option<&Value>) -> Value {
    choice.filter(|choice| !choice.is_null()).cloned().unwrap_or_else(|| json!("auto"))
}
