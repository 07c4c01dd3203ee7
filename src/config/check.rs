//! A value as it was written, and the list of problems while written values become checked ones.
//!
//! File, environment and flags all give [`Written`] values, so there is one way to expand, type-check and complain,
//! whatever the source. The sections say which key holds or fails; this file knows where it was written, what it was and
//! what it must be, and so makes the message. All problems are kept: nothing stops at the first.

use std::collections::BTreeMap;

use toml::Value;

use super::keys::Key;
use super::problem::{Origin, Problem};

/// A value for a known key, with the place it was written at.
///
/// It has no `Debug`, since the value of a secret key is in plain sight here.
#[derive(Clone)]
pub(super) struct Written {
    pub(super) key: &'static Key,
    pub(super) value: Value,
    pub(super) origin: Origin,
}

impl Written {
    /// The value for a message, or stars.
    pub(super) fn shown(&self) -> String {
        show(self.key, &self.value)
    }

    /// "this is wrong, and that would be right", with the place.
    pub(super) fn refused(&self) -> Problem {
        let path = self.key.path;
        self.problem(format!("`{path}` is {}, but must be {}", self.shown(), self.key.wants))
    }

    /// A problem at this place.
    pub(super) fn problem(&self, message: String) -> Problem {
        Problem { origin: self.origin.clone(), key: Some(self.key.path), message }
    }
}

/// A value as TOML on one line; a secret one only by its count.
pub(super) fn show(key: &Key, value: &Value) -> String {
    match value {
        Value::Array(keys) if key.secret => format!("{} × ***", keys.len()),
        _ if key.secret => "***".to_owned(),
        Value::Table(_) => "a section".to_owned(),
        _ => value.to_string(),
    }
}

/// A key whose value differs from its default.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Change {
    /// The dotted key.
    pub key: &'static str,
    /// The value as TOML; stars for secrets.
    pub value: String,
    /// Where it was set.
    pub origin: Origin,
}

/// Collects what the checks of the sections find.
pub(super) struct Check<'a> {
    settled: &'a BTreeMap<&'static str, Written>,
    problems: Vec<Problem>,
}

impl<'a> Check<'a> {
    /// `settled` is the winning value of every key; `problems` what was found before.
    pub(super) fn new(settled: &'a BTreeMap<&'static str, Written>, problems: Vec<Problem>) -> Self {
        Self { settled, problems }
    }

    /// Complains about the value of `key` unless `holds`.
    pub(super) fn require(&mut self, key: &'static str, holds: bool) {
        if !holds {
            self.problems.push(self.written(key).refused());
        }
    }

    /// Passes a checked value on, or complains about `key` when there is none.
    pub(super) fn accept<T>(&mut self, key: &'static str, checked: Option<T>) -> Option<T> {
        self.require(key, checked.is_some());
        checked
    }

    /// Complains, at the first of `keys`, that these keys do not go together. Silent when one of them is wrong already:
    /// what was meant is not known then.
    pub(super) fn contradict(&mut self, keys: &[&'static str], why: &str) {
        let known_wrong = |problem: &Problem| problem.key.is_some_and(|key| keys.contains(&key));
        if self.problems.iter().any(known_wrong) {
            return;
        }
        if let Some(first) = keys.first() {
            let written = self.written(first);
            let message = format!("`{first}` is {}, but {why}", written.shown());
            self.problems.push(written.problem(message));
        }
    }

    pub(super) fn into_problems(self) -> Vec<Problem> {
        self.problems
    }

    fn written(&self, key: &str) -> &'a Written {
        self.settled.get(key).expect("every key has a value, at least its default")
    }
}
