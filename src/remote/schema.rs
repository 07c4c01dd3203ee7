//! Schemas as a vendor takes them: what it knows of JSON Schema is a table, what it does not is said in words.
//!
//! A constraint that a vendor refuses moves into the description beside it, where the model reads it; what was changed is
//! named, so that the client can be told. Which table applies is the dialect's affair.

use serde_json::{Map, Value, json};

/// What a vendor takes of JSON Schema.
#[derive(Debug)]
pub(crate) struct Known {
    /// Keywords that stay as they are. Those that hold schemas are gone into besides.
    pub(crate) keywords: &'static [&'static str],
    /// Formats of texts that it knows.
    pub(crate) formats: &'static [&'static str],
    /// The most that `minItems` may ask for.
    pub(crate) most_min_items: u64,
    /// Whether every object has to say that it has no other properties.
    pub(crate) closes_objects: bool,
}

/// Keywords that say nothing about values: they go without a word.
const WITHOUT_MEANING: [&str; 8] =
    ["$schema", "$id", "$comment", "$anchor", "readOnly", "writeOnly", "deprecated", "discriminator"];
/// Keywords whose value is a schema, a list of schemas, or an object of schemas.
const HOLD_ONE: [&str; 1] = ["items"];
const HOLD_MANY: [&str; 3] = ["anyOf", "allOf", "oneOf"];
const HOLD_NAMED: [&str; 3] = ["properties", "$defs", "definitions"];
/// Deeper schemas than this are left as they are.
const DEEPEST: u32 = 64;

/// A schema as the vendor takes it. `changed` is given the keywords that were moved into words, each once.
pub(crate) fn adapted(schema: &Value, known: &Known, changed: &mut Vec<&'static str>) -> Value {
    let mut names = Vec::new();
    let schema = adapt(schema, known, &mut names, DEEPEST);
    for name in names {
        if !changed.contains(&name) {
            changed.push(name);
        }
    }
    schema
}

fn adapt(schema: &Value, known: &Known, changed: &mut Vec<&'static str>, depth: u32) -> Value {
    let Some(fields) = schema.as_object().filter(|_| depth > 0) else { return schema.clone() };
    // Beside a reference nothing else is looked at.
    if let Some(reference) = fields.get("$ref") {
        let mut kept = Map::new();
        kept.insert("$ref".into(), reference.clone());
        for name in HOLD_NAMED.iter().filter(|name| **name != "properties") {
            if let Some(named) = fields.get(*name) {
                kept.insert((*name).into(), within_named(named, known, changed, depth));
            }
        }
        return Value::Object(kept);
    }
    let mut kept = Map::new();
    let mut words = Vec::new();
    for (name, value) in fields {
        let name = name.as_str();
        // One of several is told from any of several only by checking.
        let name = if name == "oneOf" && !known.keywords.contains(&"oneOf") { "anyOf" } else { name };
        let stays = match name {
            "additionalProperties" if known.closes_objects => continue,
            "format" => value.as_str().is_some_and(|format| known.formats.contains(&format)),
            "minItems" => value.as_u64().is_some_and(|least| least <= known.most_min_items),
            name => known.keywords.contains(&name),
        };
        if stays {
            kept.insert(name.into(), within(name, value, known, changed, depth));
        } else if !WITHOUT_MEANING.contains(&name) {
            words.push(format!("{name}: {value}"));
            changed.extend(keyword(name));
        }
    }
    let is_object = fields.get("type").is_some_and(|its| its == "object") || fields.contains_key("properties");
    if known.closes_objects && is_object {
        match fields.get("additionalProperties") {
            Some(Value::Bool(false)) => {}
            Some(others @ Value::Object(_)) => {
                words.push(format!("additionalProperties: {others}"));
                changed.push("additionalProperties");
            }
            Some(_) | None => changed.push("additionalProperties"),
        }
        kept.insert("additionalProperties".into(), false.into());
    }
    if !words.is_empty() {
        describe(&mut kept, &format!("({})", words.join(", ")));
    }
    Value::Object(kept)
}

fn within(name: &str, value: &Value, known: &Known, changed: &mut Vec<&'static str>, depth: u32) -> Value {
    if HOLD_ONE.contains(&name) {
        return adapt(value, known, changed, depth - 1);
    }
    if HOLD_NAMED.contains(&name) {
        return within_named(value, known, changed, depth);
    }
    match value.as_array().filter(|_| HOLD_MANY.contains(&name)) {
        Some(schemas) => schemas.iter().map(|schema| adapt(schema, known, changed, depth - 1)).collect(),
        None => value.clone(),
    }
}

fn within_named(value: &Value, known: &Known, changed: &mut Vec<&'static str>, depth: u32) -> Value {
    let Some(named) = value.as_object() else { return value.clone() };
    let adapted = named.iter().map(|(name, schema)| (name.clone(), adapt(schema, known, changed, depth - 1)));
    Value::Object(adapted.collect())
}

/// Adds words to a schema's description.
fn describe(schema: &mut Map<String, Value>, words: &str) {
    let described = match schema.get("description").and_then(Value::as_str) {
        Some(before) if !before.is_empty() => format!("{before} {words}"),
        _ => words.to_owned(),
    };
    schema.insert("description".into(), described.into());
}

/// The keyword as it may be told: one of JSON Schema's, and no word of the client's own.
fn keyword(name: &str) -> Option<&'static str> {
    const TOLD: [&str; 28] = [
        "minimum",
        "maximum",
        "exclusiveMinimum",
        "exclusiveMaximum",
        "multipleOf",
        "minLength",
        "maxLength",
        "pattern",
        "format",
        "minItems",
        "maxItems",
        "uniqueItems",
        "prefixItems",
        "contains",
        "minContains",
        "maxContains",
        "minProperties",
        "maxProperties",
        "patternProperties",
        "propertyNames",
        "dependentRequired",
        "dependentSchemas",
        "not",
        "if",
        "then",
        "else",
        "examples",
        "contentEncoding",
    ];
    TOLD.into_iter().find(|told| *told == name)
}

/// A schema whose root is one object, for vendors that take no alternatives there: the properties of all alternatives,
/// of which those are required that all require. With it what that does not say, in words. `None`: it has none there.
pub(crate) fn without_alternatives(schema: &Map<String, Value>) -> Option<(Map<String, Value>, Option<String>)> {
    let (name, branches) = HOLD_MANY.iter().find_map(|name| Some((*name, schema.get(*name)?.as_array()?)))?;
    let mut merged = schema.clone();
    for name in HOLD_MANY {
        merged.remove(name);
    }
    let branches: Vec<&Map<String, Value>> = branches.iter().filter_map(|branch| resolved(schema, branch)).collect();
    let mut properties = own_properties(schema);
    for branch in &branches {
        for (name, value) in own_properties(branch) {
            match properties.get_mut(&name) {
                None => drop(properties.insert(name, value)),
                Some(known) if *known == value => {}
                Some(known) => {
                    let both = json!({ "anyOf": [known.take(), value] });
                    *known = both;
                }
            }
        }
    }
    let is_all = name == "allOf";
    let mut required = required_of(schema);
    for name in properties.keys() {
        let requires = |branch: &&Map<String, Value>| required_of(branch).contains(name);
        let is_required = match is_all {
            true => branches.iter().any(requires),
            false => !branches.is_empty() && branches.iter().all(requires),
        };
        if is_required && !required.contains(name) {
            required.push(name.clone());
        }
    }
    merged.insert("type".into(), "object".into());
    merged.insert("properties".into(), Value::Object(properties));
    if !required.is_empty() {
        merged.insert("required".into(), required.into());
    }
    let alternatives: Vec<String> = branches.iter().map(|branch| required_of(branch).join(" and ")).collect();
    let alternatives: Vec<String> = alternatives.into_iter().filter(|names| !names.is_empty()).collect();
    let is_told = !is_all && alternatives.len() > 1;
    let words = is_told.then(|| format!("(One of these sets of properties: {})", alternatives.join("; ")));
    Some((merged, words))
}

fn own_properties(schema: &Map<String, Value>) -> Map<String, Value> {
    schema.get("properties").and_then(Value::as_object).cloned().unwrap_or_default()
}

fn required_of(schema: &Map<String, Value>) -> Vec<String> {
    let names = schema.get("required").and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
    names.iter().filter_map(Value::as_str).map(str::to_owned).collect()
}

/// A branch, or the definition of the same schema that it names.
fn resolved<'a>(root: &'a Map<String, Value>, branch: &'a Value) -> Option<&'a Map<String, Value>> {
    let branch = branch.as_object()?;
    let Some(reference) = branch.get("$ref").and_then(Value::as_str) else { return Some(branch) };
    let mut steps = reference.strip_prefix("#/")?.split('/');
    root.get(steps.next()?)?.get(steps.next()?)?.as_object()
}

#[cfg(test)]
mod tests {
    use super::*;

    const STRICT: Known = Known {
        keywords: &["type", "properties", "required", "items", "anyOf", "$defs", "description", "enum"],
        formats: &["date"],
        most_min_items: 1,
        closes_objects: true,
    };

    #[test]
    fn what_is_not_known_moves_into_words() {
        let rows = [
            (json!({ "type": "string", "format": "date" }), json!({ "type": "string", "format": "date" }), ""),
            (
                json!({ "type": "integer", "minimum": 1, "description": "A page." }),
                json!({ "type": "integer", "description": "A page. (minimum: 1)" }),
                "minimum",
            ),
            (
                json!({ "type": "string", "minLength": 2, "pattern": "^a", "$comment": "x" }),
                json!({ "type": "string", "description": "(minLength: 2, pattern: \"^a\")" }),
                "minLength pattern",
            ),
            (json!({ "type": "array", "minItems": 1 }), json!({ "type": "array", "minItems": 1 }), ""),
            (
                json!({ "type": "array", "minItems": 2, "items": { "type": "string", "format": "phone" } }),
                json!({ "type": "array", "items": { "type": "string", "description": "(format: \"phone\")" },
                        "description": "(minItems: 2)" }),
                "minItems format",
            ),
            (
                json!({ "type": "object", "properties": { "minimum": { "type": "string" } } }),
                json!({ "type": "object", "properties": { "minimum": { "type": "string" } }, "additionalProperties": false }),
                "additionalProperties",
            ),
            (
                json!({ "type": "object", "additionalProperties": { "type": "string" } }),
                json!({ "type": "object", "additionalProperties": false,
                        "description": "(additionalProperties: {\"type\":\"string\"})" }),
                "additionalProperties",
            ),
            (
                json!({ "oneOf": [{ "type": "string", "maxLength": 3 }, { "$ref": "#/$defs/x", "title": "t" }],
                        "$defs": { "x": { "type": "number", "maximum": 1 } } }),
                json!({ "anyOf": [{ "type": "string", "description": "(maxLength: 3)" }, { "$ref": "#/$defs/x" }],
                        "$defs": { "x": { "type": "number", "description": "(maximum: 1)" } } }),
                "maxLength maximum",
            ),
            (json!(true), json!(true), ""),
        ];
        for (schema, expected, names) in rows {
            let mut changed = Vec::new();
            let adapted = adapted(&schema, &STRICT, &mut changed);
            assert_eq!(adapted, expected, "{schema}");
            let mut names: Vec<&str> = names.split_whitespace().collect();
            names.sort_unstable();
            changed.sort_unstable();
            assert_eq!(changed, names, "{schema}");
        }
    }

    #[test]
    fn alternatives_at_the_root_become_one_object() {
        let of = |schema: Value| {
            let schema = schema.as_object().unwrap().clone();
            without_alternatives(&schema).map(|(schema, words)| (Value::Object(schema), words))
        };
        assert_eq!(of(json!({ "type": "object", "properties": {} })), None);
        let any = of(json!({ "anyOf": [
            { "type": "object", "properties": { "kind": { "const": "a" }, "x": { "type": "string" } }, "required": ["kind", "x"] },
            { "$ref": "#/$defs/B" },
        ], "$defs": { "B": { "properties": { "kind": { "const": "b" } }, "required": ["kind"] } } }));
        let (any, words) = any.unwrap();
        assert_eq!(any["type"], "object");
        assert_eq!(any["required"], json!(["kind"]));
        assert_eq!(any["properties"]["kind"], json!({ "anyOf": [{ "const": "a" }, { "const": "b" }] }));
        assert_eq!(any["properties"]["x"], json!({ "type": "string" }));
        assert_eq!(words.as_deref(), Some("(One of these sets of properties: kind and x; kind)"));
        assert!(any.get("anyOf").is_none());
        let all = of(json!({ "properties": { "a": {} }, "allOf": [
            { "properties": { "b": {} }, "required": ["b"] }, { "required": ["a"] },
        ] }));
        let (all, words) = all.unwrap();
        assert_eq!((&all["required"], words), (&json!(["a", "b"]), None));
    }
}
