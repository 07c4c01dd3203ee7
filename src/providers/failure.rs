//! A catalog or a configured provider that cannot be used.

use thiserror::Error;

use crate::config::Problem;

/// Catalogs, or what the configuration adds to them, cannot be used; `Display` gives one line per problem.
#[derive(Debug, Error)]
#[error("{}", lines(.problems))]
pub struct BadCatalog {
    /// Everything found, each with its place; never empty.
    pub problems: Vec<Problem>,
}

fn lines(problems: &[Problem]) -> String {
    let lines: Vec<String> = problems.iter().map(Problem::to_string).collect();
    lines.join("\n")
}
