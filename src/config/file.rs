//! `mediary.toml` as a list of written values.
//!
//! Walks the parsed document with the places of its keys and values, so that every complaint names a line; it does not
//! judge values. Unknown keys are all reported, each with the nearest known one.

use std::path::Path;

use serde::Deserialize as _;
use serde::de::IntoDeserializer as _;
use toml::de::{DeTable, DeValue};
use toml::{Spanned, Value};

use super::error::Problem;
use super::keys;
use super::origin::Origin;
use super::written::Written;

/// Reads `text`, which messages call `name`; what is wrong with it is added to `problems`.
pub(super) fn read(name: &Path, text: &str, problems: &mut Vec<Problem>) -> Vec<Written> {
    // Some editors put a byte order mark in front; it must not count as a column.
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let mut walk = Walk { name, text, problems, leaves: Vec::new() };
    match DeTable::parse(text) {
        Ok(document) => walk.table("", document.into_inner()),
        Err(error) => {
            let offset = error.span().map_or(0, |span| span.start);
            walk.complain(offset, format!("not TOML: {}", error.message()));
        }
    }
    walk.leaves
}

struct Walk<'a> {
    name: &'a Path,
    text: &'a str,
    problems: &'a mut Vec<Problem>,
    leaves: Vec<Written>,
}

impl Walk<'_> {
    fn table(&mut self, section: &str, table: DeTable<'_>) {
        // The map is ordered by name; people read problems in the order of the file.
        let mut entries: Vec<_> = table.into_iter().collect();
        entries.sort_by_key(|(name, _)| name.span().start);
        for (name, value) in entries {
            let path = keys::join(section, name.get_ref());
            let offset = name.span().start;
            if let Some(key) = keys::find(&path) {
                let origin = self.place(value.span().start);
                if let Some(value) = plain(value) {
                    self.leaves.push(Written { key, value, origin });
                }
            } else if !keys::is_section(&path) {
                self.complain(offset, unknown(section, name.get_ref(), value.get_ref()));
            } else if let DeValue::Table(below) = value.into_inner() {
                self.table(&path, below);
            } else {
                self.complain(offset, format!("`{path}` must be a section: write [{path}]"));
            }
        }
    }

    fn complain(&mut self, offset: usize, message: String) {
        self.problems.push(Problem { origin: self.place(offset), key: None, message });
    }

    fn place(&self, offset: usize) -> Origin {
        let before = self.text.get(..offset).unwrap_or(self.text);
        let line_start = before.rfind('\n').map_or(0, |newline| newline + 1);
        Origin::Place {
            file: self.name.to_owned(),
            line: before.matches('\n').count() + 1,
            column: before[line_start..].chars().count() + 1,
        }
    }
}

/// Every TOML value that parsed is one; an integer beyond 64 bits is kept as text and refused by its type later.
fn plain(value: Spanned<DeValue<'_>>) -> Option<Value> {
    let digits = match value.get_ref() {
        DeValue::Integer(integer) => Some(integer.as_str().to_owned()),
        _ => None,
    };
    Value::deserialize(value.into_deserializer()).ok().or_else(|| digits.map(Value::String))
}

fn unknown(section: &str, name: &str, value: &DeValue<'_>) -> String {
    let kind = match value {
        DeValue::Table(_) => "section",
        _ => "key",
    };
    let place = match section {
        "" => String::new(),
        _ => format!(" in [{section}]"),
    };
    let hint = match keys::nearest(section, name) {
        Some(path) => format!("did you mean {}?", spelled(section, &path)),
        None => format!("known are {}", keys::names_in(section).join(", ")),
    };
    format!("unknown {kind} `{name}`{place}; {hint}")
}

/// How `path` is written within `section`.
fn spelled(section: &str, path: &str) -> String {
    if keys::is_section(path) {
        return format!("[{path}]");
    }
    match path.rsplit_once('.') {
        Some((its, name)) if its == section => format!("`{name}`"),
        Some((its, name)) => format!("`{name}` in [{its}]"),
        None => format!("`{path}`"),
    }
}
