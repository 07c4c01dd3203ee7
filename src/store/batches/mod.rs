//! Batches as they are kept: what was asked, line by line, and what came of each line.
//!
//! What the texts in a row mean is the gateway's affair. Each change says in which states it may be made, so that a batch
//! that was cancelled or removed meanwhile stays so. Lines are kept until their batch has ended.

mod claims;
mod ends;
mod handed;
mod lines;
mod rows;
#[cfg(test)]
mod tests;

pub use handed::{HandedJob, HandedLine};
pub use lines::{BatchLine, LineCounts, LineState, NewLine, WaitingLine};
pub use rows::{BatchEnd, BatchKind, BatchList, BatchRow, BatchState, NewBatch};

use std::sync::Arc;

use crate::database::{Database, Statement, StoreFailed};

/// The batches of one database, as one process sees them. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Batches(Arc<Database>, Arc<str>);

impl Batches {
    /// The batches of a database, for a process that has this name and no other has.
    #[must_use]
    pub fn of(database: Arc<Database>, process: &str) -> Self {
        Self(database, process.into())
    }

    /// Whether no other server works on the same batches.
    #[must_use]
    pub fn are_alone(&self) -> bool {
        self.0.is_alone()
    }

    async fn change(&self, statement: Statement) -> Result<bool, StoreFailed> {
        let rows = self.0.write(vec![statement]).await?;
        Ok(rows.first().is_some_and(|rows| *rows > 0))
    }
}
