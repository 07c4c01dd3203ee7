//! Keys that are written out in a configuration file that others can read.

use std::path::Path;

use crate::config::Source;

/// Warns of a configuration file with keys in it that other users can read.
pub(super) fn warn_of_open_secrets(source: &Source, cwd: &Path) {
    use std::os::unix::fs::MetadataExt;
    let Source::File(path) = source else { return };
    let path = cwd.join(path);
    let is_open = std::fs::metadata(&path).is_ok_and(|metadata| metadata.mode() & 0o044 != 0);
    if is_open && std::fs::read_to_string(&path).is_ok_and(|text| holds_keys(&text)) {
        tracing::warn!(
            config.file = %path.display(),
            "the configuration holds API keys and others can read it; make it yours alone (chmod 600), or name \
             environment variables in it instead: \"${{NAME}}\""
        );
    }
}

/// Whether a key is written out in a configuration, rather than named by its variable.
fn holds_keys(text: &str) -> bool {
    fn written_out(value: &toml::Value) -> bool {
        match value {
            toml::Value::String(text) => !text.is_empty() && !text.contains("${"),
            toml::Value::Array(items) => items.iter().any(written_out),
            _ => false,
        }
    }
    fn found_in(table: &toml::Table) -> bool {
        table.iter().any(|(name, value)| match value {
            toml::Value::Table(below) => found_in(below),
            toml::Value::Array(items) if name == "providers" => {
                items.iter().filter_map(toml::Value::as_table).any(found_in)
            }
            value => name == "api_keys" && written_out(value),
        })
    }
    text.parse::<toml::Table>().is_ok_and(|table| found_in(&table))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_are_told_from_names_of_variables() {
        let rows = [
            ("[server]\napi_keys = [\"${MEDIARY_API_KEY}\"]", false),
            ("[server]\napi_keys = [\"${A}\", \"sk-1\"]", true),
            ("[[providers]]\nid = \"groq\"\napi_keys = [\"gsk-1\"]", true),
            ("[[providers]]\nid = \"groq\"\napi_keys = \"${GROQ}\"", false),
            ("[server]\napi_keys = []\nport = 1", false),
            ("not TOML", false),
        ];
        for (text, expected) in rows {
            assert_eq!(holds_keys(text), expected, "{text}");
        }
    }
}
