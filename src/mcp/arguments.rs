//! What a tool takes and gives, described by its types: arguments are read strictly, and a schema says what may stand there.

use rmcp::model::JsonObject;
use schemars::JsonSchema;
use schemars::generate::SchemaSettings;
use serde::de::DeserializeOwned;
use serde_json::Value;

use super::trouble::Trouble;

/// The arguments of a tool.
///
/// # Errors
/// When a field is wrong, lacks, or is not known.
pub(super) fn read<T: DeserializeOwned>(arguments: JsonObject) -> Result<T, Trouble> {
    serde_path_to_error::deserialize(Value::Object(arguments)).map_err(|error| {
        let (path, inner) = (error.path().to_string(), error.inner().to_string());
        let what = inner.split(" at line ").next().unwrap_or(&inner).to_owned();
        match path.as_str() {
            "." => Trouble::new(format!("The arguments are wrong: {what}.")),
            path => Trouble::new(format!("The argument `{path}` is wrong: {what}.")),
        }
    })
}

/// The schema of arguments, without what only takes room in a model's context.
pub(super) fn schema<T: JsonSchema>() -> JsonObject {
    written::<T>(SchemaSettings::draft2020_12())
}

/// The schema of what a tool gives, likewise.
pub(super) fn result<T: JsonSchema>() -> JsonObject {
    written::<T>(SchemaSettings::draft2020_12().for_serialize())
}

fn written<T: JsonSchema>(settings: SchemaSettings) -> JsonObject {
    let settings = settings.with(|settings| settings.inline_subschemas = true);
    let schema = settings.into_generator().into_root_schema_for::<T>();
    let mut value = schema.to_value();
    plain(&mut value);
    match value {
        Value::Object(mut object) => {
            for name in ["$schema", "title", "description"] {
                object.remove(name);
            }
            // There are clients that look for it even where there is nothing to say.
            object.entry("properties").or_insert_with(|| Value::Object(JsonObject::new()));
            object
        }
        _ => JsonObject::new(),
    }
}

/// The schema of arguments, with the properties of another type among them.
pub(super) fn joined(mut one: JsonObject, other: &JsonObject) -> JsonObject {
    let more = other.get("properties").and_then(Value::as_object).cloned().unwrap_or_default();
    let own = one.get("properties").and_then(Value::as_object).cloned().unwrap_or_default();
    let all: JsonObject = more.into_iter().chain(own).collect();
    one.insert("properties".to_owned(), Value::Object(all));
    one
}

/// A schema that every client understands: a field that may be left out is not also null, and numbers are numbers.
fn plain(schema: &mut Value) {
    match schema {
        Value::Object(fields) => {
            // What is named like a keyword may be a property, whose value is a schema.
            if fields.get("format").is_some_and(Value::is_string) {
                fields.remove("format");
            }
            if let Some(Value::Array(types)) = fields.get_mut("type") {
                types.retain(|name| name != "null");
                if let [only] = types.as_slice() {
                    let only = only.clone();
                    fields.insert("type".to_owned(), only);
                }
            }
            if let Some(Value::Array(choices)) = fields.get_mut("enum") {
                choices.retain(|choice| !choice.is_null());
            }
            if let Some(Value::Array(choices)) = fields.get_mut("anyOf") {
                choices.retain(|choice| choice.get("type").is_none_or(|name| name != "null"));
                if let [Value::Object(only)] = choices.as_slice() {
                    let only = only.clone();
                    fields.remove("anyOf");
                    only.into_iter().for_each(|(name, value)| {
                        fields.entry(name).or_insert(value);
                    });
                }
            }
            if fields.get("default").is_some_and(Value::is_null) {
                fields.remove("default");
            }
            fields.values_mut().for_each(plain);
        }
        Value::Array(values) => values.iter_mut().for_each(plain),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}

#[cfg(test)]
mod tests {
    use serde::Deserialize;
    use serde_json::json;

    use super::*;

    #[derive(Debug, Deserialize, JsonSchema)]
    #[serde(deny_unknown_fields)]
    #[expect(dead_code, reason = "only its shape counts")]
    struct Wanted {
        /// How many.
        count: Option<u32>,
        kind: Option<Kind>,
        texts: Vec<String>,
    }

    #[derive(Debug, Deserialize, JsonSchema)]
    #[serde(rename_all = "lowercase")]
    enum Kind {
        One,
        Two,
    }

    #[test]
    fn a_schema_says_no_more_than_what_may_stand_there() {
        let expected = json!({
            "type": "object",
            "properties": {
                "count": { "description": "How many.", "type": "integer", "minimum": 0 },
                "kind": { "type": "string", "enum": ["one", "two"] },
                "texts": { "type": "array", "items": { "type": "string" } },
            },
            "required": ["texts"],
            "additionalProperties": false,
        });
        assert_eq!(Value::Object(schema::<Wanted>()), expected);
    }

    #[test]
    fn wrong_arguments_are_named() {
        let rows = [
            (json!({"texts": ["a"], "count": "three"}), "`count` is wrong: invalid type: string"),
            (json!({"texts": ["a"], "kind": "three"}), "expected `one` or `two`"),
            (json!({"texts": ["a"], "number": 3}), "unknown field `number`, expected one of `count`, `kind`, `texts`"),
            (json!({}), "missing field `texts`"),
        ];
        for (arguments, expected) in rows {
            let Value::Object(arguments) = arguments else { unreachable!() };
            let error = read::<Wanted>(arguments).unwrap_err().to_string();
            assert!(error.contains(expected), "{error}");
        }
    }
}
