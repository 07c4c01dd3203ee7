//! Tools as clients of this format offer them: functions, and what runs at the provider.

use bytes::Bytes;
use mediary_core::task::{HostedTool, Original, Tool, ToolChoice};
use serde_json::value::RawValue;
use serde_json::{Map, Value, json};

use super::wire::{Declaration, camel, elements};
use super::{WIRE_FORMAT, bad, inside, schemas};
use crate::protocol::process::BadField;
use crate::protocol::{Open, from_json, piece};

const FUNCTIONS: &str = "functionDeclarations";

/// What is offered.
#[derive(Debug, Default)]
pub(super) struct Offered {
    pub(super) functions: Vec<Tool>,
    pub(super) hosted: Vec<HostedTool>,
}

impl Offered {
    pub(super) fn of(raw: Option<&RawValue>, body: &Bytes) -> Result<Self, BadField> {
        let mut offered = Self::default();
        for (index, raw) in elements(raw, "tools")?.into_iter().enumerate() {
            let path = format!("tools[{index}]");
            let kinds: std::collections::BTreeMap<String, &RawValue> =
                from_json(raw.get().as_bytes(), "a tool").map_err(|bad| inside(&path, bad))?;
            for (name, raw) in kinds.into_iter().filter(|(_, raw)| raw.get() != "null") {
                match camel(&name) {
                    name if name == FUNCTIONS => offered.functions(raw, &format!("{path}.{name}"), body)?,
                    kind => {
                        let its: Value = from_json(raw.get().as_bytes(), "a tool")?;
                        let definition = json!({ kind.as_str(): its });
                        offered.hosted.push(HostedTool { wire_format: WIRE_FORMAT, kind, definition });
                    }
                }
            }
        }
        Ok(offered)
    }

    fn functions(&mut self, raw: &RawValue, path: &str, body: &Bytes) -> Result<(), BadField> {
        for (index, raw) in elements(Some(raw), path)?.into_iter().enumerate() {
            let path = format!("{path}[{index}]");
            let Open { known, others }: Open<Declaration> =
                from_json(raw.get().as_bytes(), "a function").map_err(|bad| inside(&path, bad))?;
            let Declaration { name, description, parameters, parameters_json_schema } = known;
            let parameters = match parameters_json_schema.filter(|schema| !schema.is_null()) {
                Some(schema) => Some(schema),
                None => {
                    let theirs = parameters.filter(|schema| !schema.is_null());
                    let plain = theirs.as_ref().map(schemas::plain).transpose();
                    plain.map_err(|bad| inside(&format!("{path}.parameters"), bad))?
                }
            };
            let others = others.without_nulls();
            let names = others.keys().map(|field| format!("{path}.{}", camel(field))).collect();
            let original =
                Original { wire_format: WIRE_FORMAT, pieces: vec![piece(body, raw)], names, ..Original::default() };
            let original = Some(original);
            self.functions.push(Tool { name, description, parameters, original, ..Tool::default() });
        }
        Ok(())
    }
}

/// Whether functions are called; those that may not be are no longer offered. What else is said of tools is named.
pub(super) fn choice(
    config: Option<&Value>,
    functions: &mut Vec<Tool>,
    names: &mut Vec<String>,
) -> Result<ToolChoice, BadField> {
    const PATH: &str = "toolConfig.functionCallingConfig";
    let Some(fields) = config.and_then(Value::as_object) else { return Ok(ToolChoice::Auto) };
    let fields: Map<String, Value> = fields.iter().map(|(name, value)| (camel(name), value.clone())).collect();
    let others = fields.iter().filter(|(name, value)| *name != "functionCallingConfig" && !value.is_null());
    names.extend(others.map(|(name, _)| format!("toolConfig.{name}")));
    let calling = fields.get("functionCallingConfig").and_then(Value::as_object);
    let Some(calling) = calling else { return Ok(ToolChoice::Auto) };
    let field = |camel: &str, snake: &str| calling.get(camel).or_else(|| calling.get(snake));
    let allowed = field("allowedFunctionNames", "allowed_function_names").and_then(Value::as_array);
    let allowed: Vec<&str> = allowed.into_iter().flatten().filter_map(Value::as_str).collect();
    if let Some(unknown) = allowed.iter().find(|name| functions.iter().all(|tool| tool.name != **name)) {
        let message = format!("`{unknown}` is allowed but not among the functions of `tools`");
        return Err(bad(format!("{PATH}.allowedFunctionNames"), message));
    }
    let mode = field("mode", "mode").and_then(Value::as_str).unwrap_or("AUTO");
    match mode.to_uppercase().as_str() {
        "AUTO" | "MODE_UNSPECIFIED" => Ok(ToolChoice::Auto),
        "NONE" => Ok(ToolChoice::None),
        "VALIDATED" => {
            names.push(format!("{PATH}.mode"));
            Ok(ToolChoice::Auto)
        }
        "ANY" => {
            if let [only] = allowed.as_slice() {
                return Ok(ToolChoice::Named((*only).to_owned()));
            }
            if !allowed.is_empty() {
                functions.retain(|tool| allowed.contains(&tool.name.as_str()));
            }
            Ok(ToolChoice::Required)
        }
        other => {
            let message = format!("`{other}` is no mode; use AUTO, ANY, NONE or VALIDATED");
            Err(bad(format!("{PATH}.mode"), message))
        }
    }
}
