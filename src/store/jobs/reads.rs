//! Looking at jobs: one, a page of an owner's, and those that are still open.

use super::row;
use super::{JobRow, Jobs};
use crate::database::{Statement, StoreFailed};

impl Jobs {
    /// A job of this owner's.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn get(&self, id: &str, owner: &[u8]) -> Result<Option<JobRow>, StoreFailed> {
        let statement = Statement::new(row::SELECT_ONE).with(id).with(owner.to_vec());
        Ok(self.0.read(statement, JobRow::of).await?.pop())
    }

    /// The job of this id, of any owner.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn find(&self, id: &str) -> Result<Option<JobRow>, StoreFailed> {
        let statement = Statement::new(row::SELECT_ANY).with(id);
        Ok(self.0.read(statement, JobRow::of).await?.pop())
    }

    /// Jobs of an owner's, by their ids and so by their age: up to `limit` of those behind `after`.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn list(
        &self,
        owner: &[u8],
        after: Option<&str>,
        limit: u32,
        newest_first: bool,
    ) -> Result<Vec<JobRow>, StoreFailed> {
        let (sql, first) = if newest_first { (row::SELECT_NEWEST, "\u{10FFFF}") } else { (row::SELECT_OLDEST, "") };
        let after = after.unwrap_or(first);
        let statement = Statement::new(sql).with(owner.to_vec()).with(after).with(i64::from(limit));
        self.0.read(statement, JobRow::of).await
    }

    /// The picture a job starts from.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn input(&self, id: &str) -> Result<Option<Vec<u8>>, StoreFailed> {
        let statement = Statement::new("SELECT input FROM jobs WHERE id = ?").with(id);
        let inputs = self.0.read(statement, |row| row.try_get::<Option<Vec<u8>>, _>(0)).await?;
        Ok(inputs.into_iter().flatten().next())
    }
}
