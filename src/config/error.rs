//! What is wrong with a configuration.
//!
//! A list, because an operator wants to repair everything in one go. Each problem is one line that names the place, the
//! key, the value and what is allowed; values of secret keys are never part of it.

use std::fmt;

use super::origin::Origin;

/// The configuration cannot be used; `Display` gives one line per problem.
#[derive(Debug, thiserror::Error)]
#[error("{}", lines(.problems))]
pub struct ConfigError {
    /// Everything found, in the order of the files and keys; never empty.
    pub problems: Vec<Problem>,
}

/// One thing to repair.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    /// Where it was written.
    pub origin: Origin,
    /// The dotted key it is about, where it is about a known one.
    pub key: Option<&'static str>,
    /// What is wrong and what would be right.
    pub message: String,
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.origin, self.message)
    }
}

fn lines(problems: &[Problem]) -> String {
    let lines: Vec<String> = problems.iter().map(Problem::to_string).collect();
    lines.join("\n")
}
