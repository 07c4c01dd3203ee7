//! `mediary.toml` as a list of written values.
//!
//! Providers and aliases, whose names are free, are no list of keys; they are read where they stand. Walks the parsed document with the places of its keys and values, so that every complaint names a line; it does not
//! judge values. Unknown keys are all reported, each with the nearest known one.

use std::path::Path;

use mediary_core::Target;
use mediary_core::capability::Tier;
use mediary_core::plan::Aliases;
use serde::Deserialize as _;
use serde::de::IntoDeserializer as _;
use toml::de::{DeTable, DeValue};
use toml::{Spanned, Value};

use super::check::{Change, Written};
use super::environment::{Environment, expand};
use super::problem::{Origin, Problem};
use super::providers::{self, ConfiguredProvider};
use super::schema;

/// What a file holds.
#[derive(Default)]
pub(super) struct Contents {
    pub(super) leaves: Vec<Written>,
    pub(super) providers: Vec<ConfiguredProvider>,
    pub(super) aliases: Aliases,
    /// The providers and aliases, for the list of what was changed.
    pub(super) changes: Vec<Change>,
}

/// Reads `text`, which messages call `name`; what is wrong with it is added to `problems`.
pub(super) fn read(name: &Path, text: &str, env: &Environment, problems: &mut Vec<Problem>) -> Contents {
    // Some editors put a byte order mark in front; it must not count as a column.
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let mut walk = Walk { name, text, env, problems, contents: Contents::default() };
    match DeTable::parse(text) {
        Ok(document) => walk.table("", document.into_inner()),
        Err(error) => {
            let offset = error.span().map_or(0, |span| span.start);
            walk.complain(offset, format!("not TOML: {}", error.message()));
        }
    }
    walk.contents
}

struct Walk<'a> {
    name: &'a Path,
    text: &'a str,
    env: &'a Environment,
    problems: &'a mut Vec<Problem>,
    contents: Contents,
}

impl Walk<'_> {
    fn table(&mut self, section: &str, table: DeTable<'_>) {
        // The map is ordered by name; people read problems in the order of the file.
        let mut entries: Vec<_> = table.into_iter().collect();
        entries.sort_by_key(|(name, _)| name.span().start);
        for (name, value) in entries {
            let path = schema::join(section, name.get_ref());
            let offset = name.span().start;
            if path == "providers" {
                self.providers(value);
            } else if path == "aliases" {
                self.aliases(value);
            } else if let Some(key) = schema::find(&path) {
                let origin = self.place(value.span().start);
                if let Some(value) = plain(value) {
                    self.contents.leaves.push(Written { key, value, origin });
                }
            } else if !schema::is_section(&path) {
                self.complain(offset, unknown(section, name.get_ref(), value.get_ref()));
            } else if let DeValue::Table(below) = value.into_inner() {
                self.table(&path, below);
            } else {
                self.complain(offset, format!("`{path}` must be a section: write [{path}]"));
            }
        }
    }

    fn providers(&mut self, value: Spanned<DeValue<'_>>) {
        let offset = value.span().start;
        let DeValue::Array(items) = value.into_inner() else {
            return self.complain(offset, "`providers` must be a list of tables: write [[providers]]".to_owned());
        };
        let page = providers::Page { name: self.name, text: self.text };
        for item in items {
            let offset = item.span().start;
            let Some(provider) = providers::configured(page, item, self.env, self.problems) else { continue };
            let id = provider.entry.id.as_str();
            if self.contents.providers.iter().any(|other| other.entry.id.as_str() == id) {
                self.complain(offset, format!("the provider `{id}` is listed twice; write its tables as one"));
                continue;
            }
            let (value, origin) = (format!("\"{id}\""), provider.origin.clone());
            self.contents.changes.push(Change { key: "providers", value, origin });
            self.contents.providers.push(provider);
        }
    }

    fn aliases(&mut self, value: Spanned<DeValue<'_>>) {
        let offset = value.span().start;
        let DeValue::Table(table) = value.into_inner() else {
            return self.complain(offset, "`aliases` must be a section: write [aliases]".to_owned());
        };
        let mut entries: Vec<_> = table.into_iter().collect();
        entries.sort_by_key(|(name, _)| name.span().start);
        for (name, value) in entries {
            match targets(name.get_ref(), value.get_ref(), self.env) {
                Ok(targets) => {
                    let names: Vec<String> = targets.iter().map(|target| format!("\"{target}\"")).collect();
                    let value = format!("{{ \"{}\" = [{}] }}", name.get_ref(), names.join(", "));
                    let origin = self.place(name.span().start);
                    self.contents.changes.push(Change { key: "aliases", value, origin });
                    self.contents.aliases.insert(name.into_inner().into_owned(), targets);
                }
                Err(message) => self.complain(name.span().start, message),
            }
        }
    }

    fn complain(&mut self, offset: usize, message: String) {
        self.problems.push(Problem { origin: self.place(offset), key: None, message });
    }

    fn place(&self, offset: usize) -> Origin {
        Origin::at(self.name, self.text, offset)
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
    let hint = match schema::nearest(section, name) {
        Some(path) => format!("did you mean {}?", spelled(section, &path)),
        None => format!("known are {}", schema::names_in(section).join(", ")),
    };
    format!("unknown {kind} `{name}`{place}; {hint}")
}

/// How `path` is written within `section`.
fn spelled(section: &str, path: &str) -> String {
    if let Some((_, written)) = schema::OPEN.iter().find(|(name, _)| *name == path) {
        return (*written).to_owned();
    }
    if schema::is_section(path) {
        return format!("[{path}]");
    }
    match path.rsplit_once('.') {
        Some((its, name)) if its == section => format!("`{name}`"),
        Some((its, name)) => format!("`{name}` in [{its}]"),
        None => format!("`{path}`"),
    }
}

/// Reads what one name of `[aliases]` stands for.
///
/// # Errors
/// A sentence that says what would be right.
fn targets(name: &str, value: &DeValue<'_>, env: &Environment) -> Result<Vec<Target>, String> {
    let wants =
        || format!("the alias `{name}` must be a target such as \"gemini/gemini-2.5-flash\", or a list of them");
    if Tier::named(name).is_some() {
        return Err(format!("`{name}` is a tier; give the alias another name"));
    }
    let texts = match value {
        DeValue::String(text) => vec![text.as_ref()],
        DeValue::Array(items) => {
            items.iter().map(|item| item.get_ref().as_str()).collect::<Option<_>>().ok_or_else(wants)?
        }
        _ => return Err(wants()),
    };
    if name.trim().is_empty() || texts.is_empty() {
        return Err(wants());
    }
    texts.into_iter().map(|text| target(name, text, env)).collect()
}

fn target(name: &str, text: &str, env: &Environment) -> Result<Target, String> {
    let expanded = expand(text, env)
        .map_err(|_| format!("the alias `{name}` holds a \"${{\" that is not of the form ${{NAME}}"))?;
    if let Some(missing) = expanded.missing.first() {
        return Err(format!("the alias `{name}` needs the environment variable {missing}, which is not set"));
    }
    expanded.text.parse().map_err(|error| format!("the alias `{name}`: {error}"))
}
