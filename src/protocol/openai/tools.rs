//! The tools that a request offers, and which of them may be called.
//!
//! Tools that run at OpenAI cannot be passed on. One of them, which agents offer with every request, is left out and named.

use mediary_core::task::{Extras, Tool, ToolChoice};
use serde_json::Value;

use super::decode::bad;
use super::wire::{WireFunction, WireTool};
use crate::protocol::Open;
use crate::protocol::process::BadField;

/// A tool that runs at OpenAI, and only in its newer format.
const IMAGE_TOOL: &str = "image_generation";

/// The tools of a request, and the paths of what is left out of them.
///
/// # Errors
/// When one of them cannot be passed on.
pub(super) fn offered(all: Vec<Open<WireTool>>) -> Result<(Vec<Tool>, Vec<String>), BadField> {
    let (mut tools, mut names) = (Vec::new(), Vec::new());
    for (index, Open { known: tool, others }) in all.into_iter().enumerate() {
        match tool.r#type.as_deref() {
            Some(IMAGE_TOOL) => names.push(format!("tools[{index}]")),
            _ => {
                // OpenAI itself refuses what it does not know there, and so do its like.
                let within = tool.function.iter().flat_map(|function| said(&function.others));
                names.extend(within.map(|name| format!("tools[{index}].function.{name}")));
                names.extend(said(&others).map(|name| format!("tools[{index}].{name}")));
                tools.push(self::tool(tool, index)?);
            }
        }
    }
    Ok((tools, names))
}

fn tool(tool: WireTool, index: usize) -> Result<Tool, BadField> {
    let kind = tool.r#type.as_deref().unwrap_or("function");
    if let Some(custom) = tool.custom.filter(|_| kind == "custom") {
        return custom.into_tool(&format!("tools[{index}]"));
    }
    match tool.function {
        Some(function) if kind == "function" => {
            let cache_control = tool.cache_control.filter(|control| !control.is_null());
            let tool = self::function(function.known);
            Ok(Tool { cache_control: cache_control.or(tool.cache_control), ..tool })
        }
        _ => {
            let message =
                format!("tools of type `{kind}` cannot be passed on; send tools of type `function` or `custom`");
            Err(bad(format!("tools[{index}].type"), message))
        }
    }
}

/// The names of fields that say something.
fn said(fields: &Extras) -> impl Iterator<Item = &String> {
    fields.iter().filter(|(_, value)| !value.is_null()).map(|(name, _)| name)
}

/// A function as it is offered.
pub(super) fn function(function: WireFunction) -> Tool {
    let WireFunction { name, description, parameters, strict, cache_control } = function;
    Tool { name, description, parameters, strict, cache_control, free_text: None, original: None }
}

/// The name of a tool as choices spell it.
fn name_in(tool: &Value) -> Option<&str> {
    let nested = tool.pointer("/function/name").or_else(|| tool.pointer("/custom/name"));
    nested.or_else(|| tool.get("name"))?.as_str()
}

/// Which tools may be called, or have to be.
///
/// # Errors
/// When it says nothing of that.
pub(super) fn choice(choice: &Value) -> Result<ToolChoice, BadField> {
    let named = name_in(choice);
    match (choice.as_str(), named) {
        (Some("auto"), _) => Ok(ToolChoice::Auto),
        (Some("none"), _) => Ok(ToolChoice::None),
        (Some("required" | "any"), _) => Ok(ToolChoice::Required),
        (None, Some(name)) => Ok(ToolChoice::Named(name.to_owned())),
        _ => {
            let message =
                "`tool_choice` must be auto, none, required or {\"type\":\"function\",\"function\":{\"name\":…}}";
            Err(bad("tool_choice", message))
        }
    }
}

/// Takes the tools that are not named out of all of them, each with its place.
pub(in crate::protocol) fn withhold(tools: &mut Vec<Tool>, names: &[impl AsRef<str>]) -> Vec<(usize, Tool)> {
    let is_named = |tool: &Tool| names.iter().any(|name| name.as_ref() == tool.name);
    let (kept, withheld): (Vec<_>, Vec<_>) =
        std::mem::take(tools).into_iter().enumerate().partition(|(_, its)| is_named(its));
    tools.extend(kept.into_iter().map(|(_, tool)| tool));
    withheld
}

/// The tools that may be called are the only ones that are offered; the others are `withheld`, for targets that are told of
/// both. Nothing is lost by that.
///
/// # Errors
/// When they are not among those of the request.
pub(super) fn allowed(
    choice: &Value,
    tools: &mut Vec<Tool>,
    withheld: &mut Vec<(usize, Tool)>,
) -> Result<ToolChoice, BadField> {
    let allowed = choice.get("allowed_tools").unwrap_or(choice);
    let listed = allowed.get("tools").and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
    let names: Vec<String> = listed.iter().filter_map(|tool| name_in(tool).map(str::to_owned)).collect();
    if let Some(unknown) = names.iter().find(|name| tools.iter().all(|tool| tool.name != **name)) {
        return Err(bad("tool_choice.allowed_tools.tools", format!("`{unknown}` is allowed but not among `tools`")));
    }
    if names.is_empty() {
        return Err(bad("tool_choice.allowed_tools.tools", "name at least one function of `tools`"));
    }
    *withheld = withhold(tools, &names);
    match allowed.get("mode").and_then(Value::as_str) {
        Some("required") => Ok(ToolChoice::Required),
        Some("auto") | None => Ok(ToolChoice::Auto),
        Some(other) => {
            Err(bad("tool_choice.allowed_tools.mode", format!("`{other}` is no mode; use auto or required")))
        }
    }
}
