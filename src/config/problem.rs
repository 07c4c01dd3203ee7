//! What is wrong with a configuration, and where it was written.
//!
//! Every value carries its origin until all is checked, so that each problem is one line that names the place to repair,
//! the key, the value and what is allowed; values of secret keys are never part of it. Problems come as a list, because
//! an operator wants to repair everything in one go. `check-config` prints origins too.

use std::fmt;
use std::path::{Path, PathBuf};

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

/// The place a value comes from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Origin {
    /// Written nowhere.
    Default,
    /// A whole file.
    File(PathBuf),
    /// A place in a file, line and column counted from 1.
    Place {
        /// The file as it was named or found.
        file: PathBuf,
        /// The line.
        line: usize,
        /// The column, in characters.
        column: usize,
    },
    /// An environment variable, by name.
    Variable(String),
    /// A command-line flag.
    Flag(&'static str),
}

impl Origin {
    /// The place of the byte at `offset` in a file's text.
    pub(super) fn at(file: &Path, text: &str, offset: usize) -> Self {
        let before = text.get(..offset).unwrap_or(text);
        let line_start = before.rfind('\n').map_or(0, |newline| newline + 1);
        Self::Place {
            file: file.to_owned(),
            line: before.matches('\n').count() + 1,
            column: before[line_start..].chars().count() + 1,
        }
    }
}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Default => f.write_str("default"),
            Self::File(file) => file.display().fmt(f),
            Self::Place { file, line, column } => {
                write!(f, "{}:{line}:{column}", file.display())
            }
            Self::Variable(name) => write!(f, "${name}"),
            Self::Flag(flag) => f.write_str(flag),
        }
    }
}
