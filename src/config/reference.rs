//! The table of all keys for `docs/configuration.md`.
//!
//! Names and meanings come from the sections' key lists, defaults from the structs; a test holds both and the page
//! against each other. `Config::reference` calls it.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use super::raw::Raw;
use super::{keys, providers};

/// Key, default, meaning, as Markdown.
pub(super) fn table() -> String {
    let defaults: BTreeMap<_, _> = Raw::default().flattened().into_iter().collect();
    let mut table = String::from("| key | default | meaning |\n|---|---|---|\n");
    for key in keys::all() {
        let default = defaults.get(key.path).map_or_else(String::new, toml::Value::to_string);
        let meaning = key.meaning.replace('|', "\\|");
        writeln!(table, "| `{}` | `{default}` | {meaning} |", key.path).expect("writing to a String cannot fail");
    }
    for (path, default, meaning) in providers::ROWS {
        writeln!(table, "| `{path}` | {default} | {meaning} |").expect("writing to a String cannot fail");
    }
    table
}
