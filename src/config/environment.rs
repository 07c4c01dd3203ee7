//! The environment of the process, as a value, and `${VAR}` inside written texts.
//!
//! Captured once by `main`, so that everything below is a function of its arguments and tests need no global state.
//! This is the only place in the project that reads the real environment. `${VAR}` has no default values and no nesting,
//! and a bare `$VAR` is left alone: what needs more is better written out.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::ffi::OsString;
use std::fmt;
use std::path::PathBuf;

/// Names and values of the environment variables.
#[derive(Clone, Default)]
pub struct Environment {
    variables: BTreeMap<String, OsString>,
}

impl Environment {
    /// Reads the environment of this process.
    #[expect(clippy::disallowed_methods, reason = "the one place that reads the environment")]
    pub fn capture() -> Self {
        let variables =
            std::env::vars_os().filter_map(|(name, value)| Some((name.into_string().ok()?, value))).collect();
        Self { variables }
    }

    /// Sets a variable in this value; the process's own environment is not touched.
    pub fn set(&mut self, name: &str, value: impl Into<OsString>) {
        self.variables.insert(name.to_owned(), value.into());
    }

    /// The value of `name`; `None` when it is unset, empty or not Unicode.
    pub fn text(&self, name: &str) -> Option<&str> {
        self.variables.get(name)?.to_str().filter(|value| !value.is_empty())
    }

    /// The value of `name` as a path; `None` when it is unset or empty.
    pub fn path(&self, name: &str) -> Option<PathBuf> {
        let value = self.variables.get(name)?;
        (!value.is_empty()).then(|| PathBuf::from(value))
    }

    /// All variables whose names begin with `prefix`, in the order of their names; values that are not Unicode are `None`.
    pub(super) fn starting_with<'a>(&'a self, prefix: &'a str) -> impl Iterator<Item = (&'a str, Option<&'a str>)> {
        self.variables
            .range(prefix.to_owned()..)
            .take_while(move |(name, _)| name.starts_with(prefix))
            .map(|(name, value)| (name.as_str(), value.to_str()))
    }
}

impl<const N: usize> From<[(&str, &str); N]> for Environment {
    fn from(pairs: [(&str, &str); N]) -> Self {
        let variables = pairs.into_iter().map(|(name, value)| (name.to_owned(), OsString::from(value))).collect();
        Self { variables }
    }
}

impl fmt::Debug for Environment {
    /// Names only: values may be keys.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_set().entries(self.variables.keys()).finish()
    }
}

/// A text after replacement.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Expanded<'a> {
    pub(crate) text: Cow<'a, str>,
    /// Variables that had a value.
    pub(crate) used: Vec<&'a str>,
    /// Variables that are unset or empty.
    pub(crate) missing: Vec<&'a str>,
}

/// Replaces every `${NAME}`; a missing variable counts as empty text and is reported.
///
/// # Errors
/// A `${` without a name and a closing brace; the text from there on is returned.
pub(crate) fn expand<'a>(text: &'a str, env: &Environment) -> Result<Expanded<'a>, &'a str> {
    let mut expanded = Expanded { text: Cow::Borrowed(text), used: Vec::new(), missing: Vec::new() };
    if !text.contains("${") {
        return Ok(expanded);
    }
    let mut out = String::new();
    let mut rest = text;
    while let Some(start) = rest.find("${") {
        let (before, from) = rest.split_at(start);
        let (name, after) = from[2..].split_once('}').ok_or(from)?;
        if !is_name(name) {
            return Err(from);
        }
        out.push_str(before);
        match env.text(name) {
            Some(value) => {
                out.push_str(value);
                expanded.used.push(name);
            }
            None => expanded.missing.push(name),
        }
        rest = after;
    }
    out.push_str(rest);
    expanded.text = Cow::Owned(out);
    Ok(expanded)
}

fn is_name(name: &str) -> bool {
    !name.is_empty()
        && !name.starts_with(|c: char| c.is_ascii_digit())
        && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn variables_are_replaced_and_missing_ones_reported() {
        let env = Environment::from([("A", "one"), ("B", "two"), ("EMPTY", ""), ("LOOP", "${A}")]);
        // The text and how many variables are missing, or the part that is malformed.
        let rows = [
            ("plain $A {A}", Ok(("plain $A {A}", 0))),
            ("${A}", Ok(("one", 0))),
            ("x-${A}/${B}-y", Ok(("x-one/two-y", 0))),
            ("${NONE}", Ok(("", 1))),
            ("${EMPTY}${NONE}", Ok(("", 2))),
            ("${LOOP}", Ok(("${A}", 0))),
            ("a ${A", Err("${A")),
            ("a ${} b", Err("${} b")),
            ("${1A}", Err("${1A}")),
            ("${A-x}", Err("${A-x}")),
        ];
        for (text, expected) in rows {
            let found = expand(text, &env);
            let found =
                found.as_ref().map(|expanded| (expanded.text.as_ref(), expanded.missing.len())).map_err(|rest| *rest);
            assert_eq!(found, expected, "{text:?}");
        }
    }
}
