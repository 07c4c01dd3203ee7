//! `${VAR}` inside written texts, replaced from the environment.
//!
//! There are no default values, no nesting and no bare `$VAR`: what needs more is better written out. `load` calls it on
//! every text, also those inside lists.

use std::borrow::Cow;

use super::environment::Environment;

/// A text after replacement.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Expanded<'a> {
    pub(super) text: Cow<'a, str>,
    /// Variables that had a value.
    pub(super) used: Vec<&'a str>,
    /// Variables that are unset or empty.
    pub(super) missing: Vec<&'a str>,
}

/// Replaces every `${NAME}`; a missing variable counts as empty text and is reported.
///
/// # Errors
/// A `${` without a name and a closing brace; the text from there on is returned.
pub(super) fn expand<'a>(text: &'a str, env: &Environment) -> Result<Expanded<'a>, &'a str> {
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
