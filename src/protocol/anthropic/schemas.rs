//! Schemas of tools that no vendor would take: one of sixty must not cost a request.
//!
//! Only what JSON Schema itself does not allow is mended, by leaving the keyword out; what a single vendor does not know
//! is its dialect's affair.

use serde_json::{Map, Value};

/// A tool's schema as an object's, with the keywords that had to be left out by their paths. `None`: it is none.
pub(super) fn mended(schema: Value) -> Option<(Value, Vec<String>)> {
    let Value::Object(mut schema) = schema else { return None };
    let mut left_out = Vec::new();
    mend(&mut schema, "", &mut left_out);
    if schema.get("type").is_none_or(|kind| kind != "object") {
        let is_missing = !schema.contains_key("type");
        // Without a type it says the same; another type says what cannot be called.
        if !is_missing {
            left_out.push("type".to_owned());
        }
        schema.insert("type".to_owned(), "object".into());
    }
    Some((Value::Object(schema), left_out))
}

fn mend(schema: &mut Map<String, Value>, path: &str, left_out: &mut Vec<String>) {
    let bad: Vec<String> =
        schema.iter().filter(|(name, value)| !fits(name, value)).map(|(name, _)| name.clone()).collect();
    for name in bad {
        // The order of the others is the order in which a model writes them.
        schema.shift_remove(&name);
        left_out.push(at(path, &name));
    }
    for (name, value) in schema.iter_mut() {
        let here = at(path, name);
        match (name.as_str(), value) {
            ("properties" | "$defs" | "definitions" | "patternProperties", Value::Object(named)) => {
                named.retain(|name, inner| {
                    let is_schema = inner.is_object() || inner.is_boolean();
                    if !is_schema {
                        left_out.push(at(&here, name));
                    }
                    is_schema
                });
                for (name, inner) in named.iter_mut() {
                    if let Value::Object(inner) = inner {
                        mend(inner, &at(&here, name), left_out);
                    }
                }
            }
            ("items" | "additionalProperties" | "not", Value::Object(inner)) => mend(inner, &here, left_out),
            ("anyOf" | "oneOf" | "allOf" | "prefixItems", Value::Array(all)) => {
                for (index, inner) in all.iter_mut().enumerate() {
                    if let Value::Object(inner) = inner {
                        mend(inner, &at(&here, &index.to_string()), left_out);
                    }
                }
            }
            _ => {}
        }
    }
}

fn at(path: &str, name: &str) -> String {
    if path.is_empty() { name.to_owned() } else { format!("{path}.{name}") }
}

/// Whether a keyword has a value that it may have.
fn fits(name: &str, value: &Value) -> bool {
    let is_text = |value: &Value| value.is_string();
    let texts = |value: &Value| value.as_array().is_some_and(|all| all.iter().all(is_text));
    let is_type = |value: &Value| {
        let known = ["object", "array", "string", "number", "integer", "boolean", "null"];
        value.as_str().is_some_and(|name| known.contains(&name))
    };
    match name {
        "type" => is_type(value) || value.as_array().is_some_and(|all| !all.is_empty() && all.iter().all(is_type)),
        "properties" | "$defs" | "definitions" | "patternProperties" => value.is_object(),
        "required" => texts(value),
        "enum" => value.as_array().is_some_and(|all| !all.is_empty()),
        "items" | "additionalProperties" | "not" => value.is_object() || value.is_boolean() || value.is_array(),
        "anyOf" | "oneOf" | "allOf" => value
            .as_array()
            .is_some_and(|all| !all.is_empty() && all.iter().all(|one| one.is_object() || one.is_boolean())),
        "description" | "title" | "pattern" | "format" | "$ref" => value.is_string(),
        "minimum" | "maximum" | "minLength" | "maxLength" | "minItems" | "maxItems" | "multipleOf" => value.is_number(),
        _ => true,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn what_json_schema_does_not_allow_is_left_out_by_its_path() {
        let rows = [
            (json!({ "type": "object", "properties": { "a": { "type": "string" } } }), "", true),
            (json!({ "properties": {} }), "", false),
            (json!({ "type": "string" }), "type", false),
            (json!({ "type": "object", "properties": [] }), "properties", false),
            (json!({ "type": "object", "required": true }), "required", false),
            (json!({ "type": "object", "properties": { "a": { "type": "text" } } }), "properties.a.type", false),
            (json!({ "type": "object", "properties": { "a": null } }), "properties.a", false),
            (json!({ "type": "object", "anyOf": [{ "enum": [] }] }), "anyOf.0.enum", false),
        ];
        for (schema, left_out, is_same) in rows {
            let (mended, found) = mended(schema.clone()).unwrap();
            assert_eq!(found.join(","), left_out, "{schema}");
            assert_eq!(mended == schema, is_same, "{schema} became {mended}");
            assert_eq!(mended["type"], "object");
        }
        assert!(super::mended(json!("no schema")).is_none());
    }
}
