//! Where a value was written.
//!
//! Every value carries its origin until all is checked, so that each complaint can name the place to repair.
//! `check-config` prints it too.

use std::fmt;
use std::path::{Path, PathBuf};

/// The place a value comes from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Origin {
    /// Nobody wrote it.
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
