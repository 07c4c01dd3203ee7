//! Tools as clients of the Messages API offer them.

use bytes::Bytes;
use mediary_core::task::{HostedTool, Original, Tool, ToolChoice};
use serde_json::Value;
use serde_json::value::RawValue;

use super::wire::{Choice, WireTool};
use super::{inside, schemas, signed};
use crate::protocol::process::BadField;
use crate::protocol::{Open, from_json, piece};

/// What is offered.
#[derive(Debug, Default)]
pub(super) struct Offered {
    pub(super) functions: Vec<Tool>,
    pub(super) hosted: Vec<HostedTool>,
    /// What no target is told.
    pub(super) dropped: Vec<String>,
}

impl Offered {
    pub(super) fn of(tools: Vec<&RawValue>, body: &Bytes) -> Result<Self, BadField> {
        let mut offered = Self::default();
        for (index, raw) in tools.into_iter().enumerate() {
            let path = format!("tools[{index}]");
            let read = from_json(raw.get().as_bytes(), "a tool");
            let tool: Open<WireTool> = read.map_err(|bad| inside(&path, bad))?;
            match &tool.known.r#type {
                Some(kind) if kind != "custom" => {
                    let definition: Value = from_json(raw.get().as_bytes(), "a tool")?;
                    let kind = kind.clone();
                    offered.hosted.push(HostedTool { wire_format: signed::OWN, kind, definition });
                }
                _ => offered.function(tool, piece(body, raw), &path)?,
            }
        }
        Ok(offered)
    }

    fn function(&mut self, tool: Open<WireTool>, raw: Bytes, path: &str) -> Result<(), BadField> {
        let Open { known: tool, others } = tool;
        let Some(name) = tool.name.filter(|name| !name.is_empty()) else {
            return Err(BadField { field: format!("{path}.name"), message: "a tool needs a `name`".to_owned() });
        };
        let mut raw = raw;
        let parameters = match tool.input_schema.filter(|schema| !schema.is_null()).map(schemas::mended) {
            None => None,
            Some(Some((schema, left_out))) => {
                if !left_out.is_empty() {
                    // What goes to a target of this format as it was written goes with the mended schema.
                    let mut whole: Value = from_json(&raw, "a tool")?;
                    whole["input_schema"] = schema.clone();
                    raw = Bytes::from(whole.to_string());
                }
                self.dropped.extend(left_out.into_iter().map(|keyword| format!("tools.{name}.{keyword}")));
                Some(schema)
            }
            Some(None) => {
                self.dropped.push(format!("tools.{name}"));
                return Ok(());
            }
        };
        let names: Vec<String> = others.keys().map(|field| format!("{path}.{field}")).collect();
        let pieces = vec![raw];
        let original = Original { wire_format: signed::OWN, pieces, names, ..Original::default() };
        self.functions.push(Tool {
            name,
            description: tool.description,
            parameters,
            strict: tool.strict,
            cache_control: tool.cache_control.filter(|control| !control.is_null()),
            free_text: None,
            original: (!others.is_empty()).then_some(original),
        });
        Ok(())
    }
}

/// Whether they are called, and whether several at once.
pub(super) fn choice(choice: Choice) -> Result<(ToolChoice, Option<bool>), BadField> {
    let parallel = (choice.disable_parallel_tool_use == Some(true)).then_some(false);
    let choice = match (choice.r#type.as_str(), choice.name) {
        ("auto", _) => ToolChoice::Auto,
        ("any", _) => ToolChoice::Required,
        ("none", _) => ToolChoice::None,
        ("tool", Some(name)) => ToolChoice::Named(name),
        ("tool", None) => {
            let message = "a choice of type `tool` needs the tool's `name`".to_owned();
            return Err(BadField { field: "tool_choice.name".to_owned(), message });
        }
        (other, _) => {
            let message = format!("`{other}` is no choice; use auto, any, tool or none");
            return Err(BadField { field: "tool_choice.type".to_owned(), message });
        }
    };
    Ok((choice, parallel))
}
