//! One value as somebody wrote it: the common shape of file, environment and flags.
//!
//! Having one shape means one way to expand, type-check and complain, whatever the source. Values are still TOML here;
//! `load` turns them into the checked types.

use toml::Value;

use super::error::Problem;
use super::keys::Key;
use super::origin::Origin;

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
