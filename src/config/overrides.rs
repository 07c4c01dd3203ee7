//! What overrules the file: flags, and environment variables such as `MEDIARY_SERVER__PORT=9000`.
//!
//! Flags are plain values, so that this folder needs no argument parser; the subcommands in `cli/` fill them in. They win
//! over the environment. In a variable's name two underscores stand for the dot of the key; names without them
//! (`MEDIARY_HOME`, `MEDIARY_API_KEY`, and what a container platform adds on its own) are no keys and are left alone.

use std::path::PathBuf;

use toml::Value;

use super::check::Written;
use super::environment::Environment;
use super::keys::Key;
use super::problem::{Origin, Problem};
use super::schema::{self, Raw};

/// The flags that overrule configuration keys; `None` means not given.
#[derive(Debug, Clone, Default)]
pub struct Overrides {
    /// `--config FILE`: read this file and no other.
    pub config_file: Option<PathBuf>,
    /// `--host`: overrules `server.host`.
    pub host: Option<String>,
    /// `--port`: overrules `server.port`.
    pub port: Option<u16>,
    /// `--log-level`: overrules `server.log_level`.
    pub log_level: Option<String>,
}

impl Overrides {
    pub(super) fn layer(&self) -> Vec<Written> {
        let flags: [(&str, &'static str, Option<toml::Value>); 3] = [
            ("server.host", "--host", self.host.clone().map(Into::into)),
            ("server.port", "--port", self.port.map(|port| i64::from(port).into())),
            ("server.log_level", "--log-level", self.log_level.clone().map(Into::into)),
        ];
        flags
            .into_iter()
            .filter_map(|(path, flag, value)| {
                Some(Written { key: schema::find(path)?, value: value?, origin: Origin::Flag(flag) })
            })
            .collect()
    }
}

const PREFIX: &str = "MEDIARY_";

/// All keys set in the environment; what is wrong is added to `problems`.
pub(super) fn variables(env: &Environment, problems: &mut Vec<Problem>) -> Vec<Written> {
    let mut leaves = Vec::new();
    for (variable, text) in env.starting_with(PREFIX) {
        let name = variable[PREFIX.len()..].to_lowercase();
        if !name.contains("__") {
            continue;
        }
        let origin = Origin::Variable(variable.to_owned());
        let path = name.replace("__", ".");
        match (schema::find(&path), text) {
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

/// The value as TOML if it fits so, else as the text it is, so that quotes need no quoting in a shell.
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
    let nearest =
        schema::nearest(section, name).and_then(|path| schema::find(&path)).or_else(|| schema::nearest_path(path));
    let hint = match nearest {
        Some(key) => format!("did you mean {}?", key.variable()),
        None => "docs/configuration.md lists all keys".to_owned(),
    };
    format!("unknown key `{path}`; {hint}")
}
