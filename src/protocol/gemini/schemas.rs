//! Gemini's own schemas, a subset of OpenAPI's with types in capitals, as JSON Schema.
//!
//! What is written as JSON Schema already stays so: many clients put that here, and the vendor takes it.

use serde_json::{Map, Value};

use super::wire::camel;
use super::{BadField, bad};

/// Counts of 64 bits, which this format may write as texts.
const COUNTS: [&str; 6] = ["minItems", "maxItems", "minLength", "maxLength", "minProperties", "maxProperties"];
/// Deeper schemas than this are no schemas.
const DEEPEST: u32 = 64;

/// A schema as JSON Schema.
///
/// # Errors
/// When it is none.
pub(super) fn plain(schema: &Value) -> Result<Value, BadField> {
    within(schema, DEEPEST)
}

fn within(schema: &Value, depth: u32) -> Result<Value, BadField> {
    let Value::Object(fields) = schema else {
        return match schema {
            Value::Bool(_) => Ok(schema.clone()),
            _ => Err(bad("", "a schema must be an object")),
        };
    };
    if depth == 0 {
        return Err(bad("", format!("a schema may not be deeper than {DEEPEST}")));
    }
    let mut plain = Map::new();
    let mut is_nullable = false;
    for (name, value) in fields {
        let name = if name.starts_with('$') { name.clone() } else { camel(name) };
        let value = match (name.as_str(), value) {
            (_, Value::Null) => continue,
            ("nullable", value) => {
                is_nullable = *value == Value::Bool(true);
                continue;
            }
            // The order is that of the properties themselves, below.
            ("propertyOrdering", _) => continue,
            ("type", Value::String(kind)) if kind == "TYPE_UNSPECIFIED" => continue,
            ("type", Value::String(kind)) => kind.to_lowercase().into(),
            ("type", Value::Array(kinds)) => kinds
                .iter()
                .map(|kind| kind.as_str().map_or_else(|| kind.clone(), |kind| kind.to_lowercase().into()))
                .collect(),
            // Says of a text only that it is one of a list, which the list says.
            ("format", Value::String(format)) if format == "enum" => continue,
            ("example", value) => {
                plain.insert("examples".to_owned(), Value::Array(vec![value.clone()]));
                continue;
            }
            (count, Value::String(text)) if COUNTS.contains(&count) => {
                text.parse::<u64>().map_or_else(|_| value.clone(), Value::from)
            }
            ("items" | "additionalProperties", value) => within(value, depth - 1)?,
            ("anyOf" | "oneOf" | "allOf" | "prefixItems", Value::Array(all)) => {
                all.iter().map(|one| within(one, depth - 1)).collect::<Result<Vec<_>, _>>()?.into()
            }
            ("properties", Value::Object(all)) => properties(all, fields, depth)?,
            ("$defs" | "definitions" | "defs", Value::Object(all)) => named(all.iter(), depth)?,
            (_, value) => value.clone(),
        };
        plain.insert(name, value);
    }
    if is_nullable {
        allow_null(&mut plain);
    }
    Ok(Value::Object(plain))
}

/// Properties in the order in which a model is to write them.
fn properties(all: &Map<String, Value>, of: &Map<String, Value>, depth: u32) -> Result<Value, BadField> {
    let order = of.get("propertyOrdering").or_else(|| of.get("property_ordering")).and_then(Value::as_array);
    let order: Vec<&str> = order.into_iter().flatten().filter_map(Value::as_str).collect();
    let mut sorted: Vec<(&String, &Value)> = all.iter().collect();
    // Stable: what is not named in it keeps its place behind.
    sorted.sort_by_key(|(name, _)| order.iter().position(|its| its == name).unwrap_or(usize::MAX));
    named(sorted.into_iter(), depth)
}

fn named<'a>(all: impl Iterator<Item = (&'a String, &'a Value)>, depth: u32) -> Result<Value, BadField> {
    let schemas = all.map(|(name, schema)| Ok((name.clone(), within(schema, depth - 1)?)));
    Ok(Value::Object(schemas.collect::<Result<_, _>>()?))
}

fn allow_null(schema: &mut Map<String, Value>) {
    match schema.get_mut("type") {
        Some(Value::Array(kinds)) => kinds.push("null".into()),
        Some(kind) => *kind = Value::Array(vec![kind.take(), "null".into()]),
        None => {
            if let Some(Value::Array(all)) = schema.get_mut("anyOf") {
                all.push(serde_json::json!({ "type": "null" }));
            }
        }
    }
    if let Some(Value::Array(values)) = schema.get_mut("enum") {
        values.push(Value::Null);
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn types_nulls_counts_and_order_are_said_as_json_schema_says_them() {
        let rows = [
            (json!({ "type": "STRING" }), json!({ "type": "string" })),
            (json!({ "type": "string", "$schema": "s" }), json!({ "type": "string", "$schema": "s" })),
            (json!({ "type": "STRING", "nullable": true }), json!({ "type": ["string", "null"] })),
            (
                json!({ "type": "STRING", "format": "enum", "enum": ["a"], "nullable": true }),
                json!({ "type": ["string", "null"], "enum": ["a", null] }),
            ),
            (
                json!({ "any_of": [{ "type": "INTEGER", "format": "int32" }], "nullable": true }),
                json!({ "anyOf": [{ "type": "integer", "format": "int32" }, { "type": "null" }] }),
            ),
            (
                json!({ "type": "ARRAY", "minItems": "2", "items": { "type": "NUMBER", "example": 1 } }),
                json!({ "type": "array", "minItems": 2, "items": { "type": "number", "examples": [1] } }),
            ),
            (json!({ "type": "OBJECT", "title": null }), json!({ "type": "object" })),
            (
                json!({ "type": "OBJECT", "additionalProperties": false }),
                json!({ "type": "object", "additionalProperties": false }),
            ),
        ];
        for (schema, expected) in rows {
            assert_eq!(plain(&schema).unwrap(), expected, "{schema}");
        }
        let ordered = json!({ "type": "OBJECT", "properties": { "snake_case": { "type": "STRING" }, "type": { "type": "STRING" } },
            "propertyOrdering": ["type"], "required": ["type"] });
        let expected = r#"{"type":"object","properties":{"type":{"type":"string"},"snake_case":{"type":"string"}},"required":["type"]}"#;
        assert_eq!(plain(&ordered).unwrap().to_string(), expected);
        assert!(plain(&json!("OBJECT")).is_err());
        let mut deep = json!({});
        (0..100).for_each(|_| deep = json!({ "items": deep.take() }));
        assert!(plain(&deep).is_err());
    }
}
