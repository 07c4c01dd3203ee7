//! Settings that are kept: texts by their names.

#[cfg(test)]
mod tests;

use std::sync::Arc;

use crate::database::{Database, Statement, StoreFailed};

/// The settings of one database. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Settings(Arc<Database>);

impl Settings {
    /// The settings of a database.
    #[must_use]
    pub fn of(database: Arc<Database>) -> Self {
        Self(database)
    }

    /// What a setting is.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn find(&self, name: &str) -> Result<Option<String>, StoreFailed> {
        let statement = Statement::new("SELECT value FROM settings WHERE name = ?").with(name);
        Ok(self.0.read(statement, |row| row.try_get(0)).await?.pop())
    }

    /// Sets it; on the disk when this resolves.
    ///
    /// # Errors
    /// When the database cannot be written.
    pub async fn set(&self, name: &str, value: &str, now: i64) -> Result<(), StoreFailed> {
        let sql = "INSERT INTO settings (name, value, updated_at) VALUES (?, ?, ?) \
                   ON CONFLICT (name) DO UPDATE SET value = excluded.value, updated_at = excluded.updated_at";
        self.0.write(vec![Statement::new(sql).with(name).with(value).with(now)]).await.map(drop)
    }

    /// Sets it if it is what it was before; `None`: it was not set. Gives whether it was.
    ///
    /// # Errors
    /// When the database cannot be written.
    pub async fn replace(&self, name: &str, before: Option<&str>, value: &str, now: i64) -> Result<bool, StoreFailed> {
        let Some(before) = before else { return self.set_once(name, value, now).await };
        let sql = "UPDATE settings SET value = ?, updated_at = ? WHERE name = ? AND value = ?";
        let statement = Statement::new(sql).with(value).with(now).with(name).with(before);
        let changed = self.0.write(vec![statement]).await?;
        Ok(changed.first().is_some_and(|rows| *rows > 0))
    }

    /// Sets it if it is not set yet. Gives whether it was not.
    ///
    /// # Errors
    /// When the database cannot be written.
    pub async fn set_once(&self, name: &str, value: &str, now: i64) -> Result<bool, StoreFailed> {
        let sql = "INSERT INTO settings (name, value, updated_at) VALUES (?, ?, ?) ON CONFLICT (name) DO NOTHING";
        let changed = self.0.write(vec![Statement::new(sql).with(name).with(value).with(now)]).await?;
        Ok(changed.first().is_some_and(|rows| *rows > 0))
    }
}
