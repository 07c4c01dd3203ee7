//! Reminders of clients, what is told of each when it is due, and the addresses at which calendars find them.
//!
//! A reminder belongs to its owner; with any other it does not exist. When it is due next is the caller's reckoning. That it was
//! told of is written in the same change as the time at which it is told next, so that of two servers one tells of it.

mod feeds;
mod notices;
mod rows;
#[cfg(test)]
mod tests;

pub use notices::{DueNotice, Notice};
pub use rows::{ReminderFilter, ReminderRow};

use std::sync::Arc;

use crate::database::{Database, Statement, StoreFailed};

/// The reminders of one database. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Reminders(Arc<Database>);

impl Reminders {
    /// The reminders of a database.
    #[must_use]
    pub fn of(database: Arc<Database>) -> Self {
        Self(database)
    }

    async fn change(&self, statement: Statement) -> Result<bool, StoreFailed> {
        let changed = self.0.write(vec![statement]).await?;
        Ok(changed.first().is_some_and(|rows| *rows > 0))
    }
}
