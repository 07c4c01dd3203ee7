//! From a TOML value to an entry, with every complaint at its place in the file.
//!
//! Serde stops at its first complaint; what it is about is therefore taken out and the rest read again, so that all of
//! them are made. `${VAR}` is replaced first: a key whose variable is unset does not exist.

use std::ops::Range;
use std::path::Path;

use serde::Deserialize as _;
use serde::de::IntoDeserializer as _;
use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::{ConfiguredProvider, ProviderEntry, check};
use crate::config::environment::Environment;
use crate::config::environment::expand;
use crate::config::keys;
use crate::config::problem::Origin;
use crate::config::problem::Problem;

/// A file in which problems have places.
#[derive(Clone, Copy)]
pub(in crate::config) struct Page<'a> {
    pub(in crate::config) name: &'a Path,
    pub(in crate::config) text: &'a str,
}

impl Page<'_> {
    fn problem(self, offset: usize, message: String) -> Problem {
        Problem { origin: Origin::at(self.name, self.text, offset), key: None, message }
    }
}

/// Reads a catalog.
///
/// # Errors
/// All problems with it, each with its line.
pub fn catalog(name: &Path, text: &str) -> Result<ProviderEntry, Vec<Problem>> {
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let page = Page { name, text };
    let document = DeTable::parse(text).map_err(|error| {
        let offset = error.span().map_or(0, |span| span.start);
        vec![page.problem(offset, format!("not TOML: {}", error.message()))]
    })?;
    let span = document.span();
    let mut problems = Vec::new();
    let entry = entry(page, Spanned::new(span, DeValue::Table(document.into_inner())), &mut problems);
    if let Some(entry) = &entry {
        problems.extend(check::catalog(entry).into_iter().map(|(offset, message)| page.problem(offset, message)));
    }
    entry.filter(|_| problems.is_empty()).ok_or(problems)
}

/// Reads one `[[providers]]`; what is wrong with it is added to `problems`.
pub(in crate::config) fn configured(
    page: Page<'_>,
    mut value: Spanned<DeValue<'_>>,
    env: &Environment,
    problems: &mut Vec<Problem>,
) -> Option<ConfiguredProvider> {
    let origin = Origin::at(page.name, page.text, value.span().start);
    let mut variables = Variables { env, unset: Vec::new(), malformed: Vec::new() };
    let unset_keys = variables.replace_keys(value.get_mut());
    variables.replace_rest(value.get_mut());
    for offset in variables.malformed {
        problems.push(page.problem(offset, "this holds a \"${\" that is not of the form ${NAME}".to_owned()));
    }
    let unset = variables.unset;
    let entry = entry(page, value, problems)?;
    Some(ConfiguredProvider { entry, origin, unset_keys, unset })
}

fn entry(page: Page<'_>, mut value: Spanned<DeValue<'_>>, problems: &mut Vec<Problem>) -> Option<ProviderEntry> {
    let mut found: Vec<(usize, String)> = Vec::new();
    let entry = loop {
        match ProviderEntry::deserialize(value.clone().into_deserializer()) {
            Ok(entry) => break Some(entry),
            Err(error) => {
                let span = error.span().unwrap_or(value.span());
                // What was taken out is missing now, which is no complaint of its own.
                if found.is_empty() || !error.message().starts_with("missing field") {
                    found.push((span.start, unknown(error.message()).unwrap_or_else(|| error.message().to_owned())));
                }
                if !take_out(value.get_mut(), &span) {
                    break None;
                }
            }
        }
    };
    // What is left after that is not what was meant, and is not judged.
    if let Some(entry) = entry.as_ref().filter(|_| found.is_empty()) {
        found.extend(check::entry(entry));
    }
    found.sort_by_key(|(offset, _)| *offset);
    let sound = found.is_empty();
    problems.extend(found.into_iter().map(|(offset, message)| page.problem(offset, message)));
    entry.filter(|_| sound)
}

/// Says which key was meant, out of serde's message, which lists those there are. A test holds on to its form.
fn unknown(message: &str) -> Option<String> {
    let mut names = message.split_once("unknown field ")?.1.split('`').skip(1).step_by(2);
    let name = names.next()?;
    let known: Vec<&str> = names.collect();
    let hint = match keys::nearest_of(&known, name) {
        Some(near) => format!("did you mean `{near}`?"),
        None => format!("known are {}", known.join(", ")),
    };
    Some(format!("unknown key `{name}`; {hint}"))
}

/// Takes the key at this place, or whose value is at it, out of the table that holds it.
fn take_out(value: &mut DeValue<'_>, place: &Range<usize>) -> bool {
    match value {
        DeValue::Table(table) => {
            let found = table.iter().find(|(name, below)| name.span() == *place || below.span() == *place);
            match found.map(|(name, _)| name.get_ref().to_string()) {
                Some(name) => table.remove(name.as_str()).is_some(),
                None => table.iter_mut().any(|(_, below)| take_out(below.get_mut(), place)),
            }
        }
        DeValue::Array(items) => items.iter_mut().any(|below| take_out(below.get_mut(), place)),
        DeValue::String(_) | DeValue::Integer(_) | DeValue::Float(_) | DeValue::Boolean(_) | DeValue::Datetime(_) => {
            false
        }
    }
}

/// Replaces variables, and remembers those without a value.
struct Variables<'a> {
    env: &'a Environment,
    unset: Vec<String>,
    malformed: Vec<usize>,
}

impl Variables<'_> {
    /// Drops the keys whose variables are unset, and names those.
    fn replace_keys(&mut self, entry: &mut DeValue<'_>) -> Vec<String> {
        let DeValue::Table(table) = entry else { return Vec::new() };
        let Some(keys) = table.get_mut("api_keys") else { return Vec::new() };
        if let DeValue::String(_) = keys.get_ref() {
            let single = keys.clone();
            *keys.get_mut() = DeValue::Array([single].into_iter().collect());
        }
        let DeValue::Array(items) = keys.get_mut() else { return Vec::new() };
        let mut kept = Vec::new();
        let mut all_unset = Vec::new();
        for mut item in std::mem::replace(items, [].into_iter().collect()) {
            let outer = std::mem::take(&mut self.unset);
            self.replace(&mut item);
            let unset = std::mem::replace(&mut self.unset, outer);
            if unset.is_empty() {
                kept.push(item);
            }
            all_unset.extend(unset);
        }
        *items = kept.into_iter().collect();
        all_unset
    }

    /// A key with a hole in its value is dropped: it cannot be judged, and the provider is off or refused anyway.
    fn replace_rest(&mut self, entry: &mut DeValue<'_>) {
        let DeValue::Table(table) = entry else { return };
        let mut holed = Vec::new();
        for (name, value) in table.iter_mut() {
            let before = (self.unset.len(), self.malformed.len());
            self.replace(value);
            if (self.unset.len(), self.malformed.len()) != before {
                holed.push(name.get_ref().to_string());
            }
        }
        for name in holed {
            table.remove(name.as_str());
        }
    }

    fn replace(&mut self, value: &mut Spanned<DeValue<'_>>) {
        let offset = value.span().start;
        match value.get_mut() {
            DeValue::String(text) => {
                let Ok(new) = expand(text, self.env) else {
                    self.malformed.push(offset);
                    return;
                };
                self.unset.extend(new.missing.iter().map(|name| (*name).to_owned()));
                let new = new.text.into_owned();
                *text = new.into();
            }
            DeValue::Array(items) => items.iter_mut().for_each(|item| self.replace(item)),
            DeValue::Table(table) => table.iter_mut().for_each(|(_, below)| self.replace(below)),
            DeValue::Integer(_) | DeValue::Float(_) | DeValue::Boolean(_) | DeValue::Datetime(_) => {}
        }
    }
}
