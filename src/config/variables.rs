//! Configuration keys set by environment variables: `MEDIARY_SERVER__PORT=9000`.
//!
//! Two underscores stand for the dot of the key. Names without them (`MEDIARY_HOME`, `MEDIARY_API_KEY`, and whatever a
//! container platform adds on its own) are no keys and are left alone.

use toml::Value;

use super::environment::Environment;
use super::error::Problem;
use super::keys::{self, Key};
use super::origin::Origin;
use super::raw::Raw;
use super::written::Written;

const PREFIX: &str = "MEDIARY_";

/// All keys set in the environment; what is wrong is added to `problems`.
pub(super) fn read(env: &Environment, problems: &mut Vec<Problem>) -> Vec<Written> {
    let mut leaves = Vec::new();
    for (variable, text) in env.starting_with(PREFIX) {
        let name = variable[PREFIX.len()..].to_lowercase();
        if !name.contains("__") {
            continue;
        }
        let origin = Origin::Variable(variable.to_owned());
        let path = name.replace("__", ".");
        match (keys::find(&path), text) {
            (Some(key), Some(text)) => leaves.push(Written { key, value: value(key, text), origin }),
            (key, _) => problems.push(Problem {
                origin,
                key: key.map(|key| key.path),
                message: match key {
                    Some(_) => "the value is not UTF-8 text".to_owned(),
                    None => unknown(&path),
                },
            }),
        }
    }
    leaves
}

/// The value as TOML if it fits so, else as the text it is: nobody wants to quote quotes in a shell.
fn value(key: &Key, text: &str) -> Value {
    let is_list = Raw::fits(key.path, &Value::Array(Vec::new()));
    match text.parse::<Value>().ok() {
        Some(value) if Raw::fits(key.path, &value) => value,
        // A list without brackets, split at commas; its items are texts.
        _ if is_list => text
            .split(',')
            .map(str::trim)
            .filter(|item| !item.is_empty())
            .map(|item| Value::String(item.to_owned()))
            .collect::<Vec<_>>()
            .into(),
        Some(value) if !Raw::fits(key.path, &Value::String(text.to_owned())) => value,
        _ => Value::String(text.to_owned()),
    }
}

fn unknown(path: &str) -> String {
    let (section, name) = path.rsplit_once('.').unwrap_or(("", path));
    // When the section is misspelt itself, the whole path is compared.
    let nearest = keys::nearest(section, name).and_then(|path| keys::find(&path)).or_else(|| keys::nearest_path(path));
    let hint = match nearest {
        Some(key) => format!("did you mean {}?", key.variable()),
        None => "docs/configuration.md lists all keys".to_owned(),
    };
    format!("unknown key `{path}`; {hint}")
}
