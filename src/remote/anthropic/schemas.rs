//! Schemas of replies and of functions, as Anthropic takes them.
//!
//! Where a schema binds, a keyword that is not known is refused with the whole request; and a function's schema has no
//! alternatives at its root, whether it binds or not. Observed in November 2026.

use std::borrow::Cow;

use mediary_core::task::Tool;
use serde_json::{Map, Value, json};

use crate::dialect::ChatCall;
use crate::schema::{self, Known};

/// What a schema that binds may hold.
const BINDING: Known = Known {
    keywords: &[
        "type",
        "properties",
        "required",
        "items",
        "anyOf",
        "allOf",
        "$defs",
        "definitions",
        "enum",
        "const",
        "title",
        "description",
        "default",
    ],
    formats: &["date-time", "time", "date", "duration", "email", "hostname", "uri", "ipv4", "ipv6", "uuid"],
    most_min_items: 1,
    closes_objects: true,
};

/// The schema of a reply.
pub(super) fn of_reply(call: &ChatCall<'_>, schema: &Value) -> Value {
    binding(call, "response_format", schema)
}

/// The schema of a function's arguments: one is required, and it must be an object's. With it the function's description,
/// in which alternatives stand that the schema cannot say.
pub(super) fn of_tool<'a>(call: &ChatCall<'a>, tool: &'a Tool, binds: bool) -> (Value, Option<Cow<'a, str>>) {
    let description = tool.description.as_deref().map(Cow::Borrowed);
    let Some(Value::Object(schema)) = &tool.parameters else {
        return (json!({ "type": "object", "properties": {} }), description);
    };
    let (schema, description) = match schema::without_alternatives(schema) {
        Some((one, words)) => {
            let names = ["anyOf", "oneOf", "allOf"].into_iter().filter(|name| schema.contains_key(*name));
            names.for_each(|name| call.leave_out(format!("tools.{name}")));
            let told = match words {
                Some(words) => Some(join(description, words)),
                None => description,
            };
            (one, told)
        }
        None => (schema.clone(), description),
    };
    let (schema, description) = match is_objects(&schema) {
        true => (with_type(schema), description),
        false => {
            call.leave_out("tools.type");
            let told = format!("(The arguments: {})", Value::Object(schema.clone()));
            (as_objects(schema), Some(join(description, told)))
        }
    };
    let schema = Value::Object(schema);
    let schema = match tool.strict == Some(true) && binds {
        true => binding(call, "tools", &schema),
        false => schema,
    };
    (schema, description)
}

/// Whether the values of a schema are objects, as far as it says.
fn is_objects(schema: &Map<String, Value>) -> bool {
    schema.get("type").is_none_or(|its| its == "object")
}

/// A schema as one of objects: without what it says, unless that is about properties.
fn as_objects(mut schema: Map<String, Value>) -> Map<String, Value> {
    if !schema.contains_key("properties") {
        schema.clear();
        schema.insert("properties".into(), json!({}));
    }
    schema.insert("type".into(), "object".into());
    schema
}

fn join(before: Option<Cow<'_, str>>, words: String) -> Cow<'_, str> {
    match before.filter(|text| !text.is_empty()) {
        Some(text) => Cow::Owned(format!("{text} {words}")),
        None => Cow::Owned(words),
    }
}

fn with_type(mut schema: Map<String, Value>) -> Map<String, Value> {
    schema.entry("type").or_insert_with(|| "object".into());
    schema
}

/// A schema that binds; what had to be said in words is noted by its keyword.
fn binding(call: &ChatCall<'_>, field: &str, schema: &Value) -> Value {
    let mut changed = Vec::new();
    let adapted = schema::adapted(schema, &BINDING, &mut changed);
    changed.into_iter().for_each(|keyword| call.leave_out(format!("{field}.{keyword}")));
    adapted
}
