//! Files that providers were given, by provider, key and content: what each is called there, and until when.

use std::sync::Arc;

use crate::database::{Database, Row, Statement, StoreFailed};

/// A file at a provider.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GivenFile {
    /// The provider.
    pub provider: String,
    /// What the key is known by that it was given with.
    pub key_print: String,
    /// The hash of its bytes.
    pub content: String,
    /// What it is called there.
    pub name: String,
    /// Until when it is there, in seconds since 1970.
    pub until: i64,
}

/// The files of one database that providers were given. Cheap to clone.
#[derive(Debug, Clone)]
pub struct GivenFiles(Arc<Database>);

const COLUMNS: &str = "provider, key_print, content, name, until_at";

impl GivenFiles {
    /// Those of a database.
    #[must_use]
    pub fn of(database: Arc<Database>) -> Self {
        Self(database)
    }

    /// What a file is called with a provider's key, as long as it is there.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn find(
        &self,
        (provider, key_print): (&str, &str),
        content: &str,
        now: i64,
    ) -> Result<Option<String>, StoreFailed> {
        let sql = "SELECT name FROM given_files WHERE provider = ? AND key_print = ? AND content = ? AND until_at > ?";
        let statement = Statement::new(sql).with(provider).with(key_print).with(content).with(now);
        Ok(self.0.read(statement, |row| row.try_get(0)).await?.pop())
    }

    /// Notes that a provider was given a file.
    ///
    /// # Errors
    /// When it cannot be written.
    pub async fn keep(&self, file: GivenFile) -> Result<(), StoreFailed> {
        let GivenFile { provider, key_print, content, name, until } = file;
        let sql = "INSERT INTO given_files (provider, key_print, content, name, until_at) VALUES (?, ?, ?, ?, ?) \
                   ON CONFLICT (provider, key_print, content) \
                   DO UPDATE SET name = excluded.name, until_at = excluded.until_at";
        let statement = Statement::new(sql).with(provider).with(key_print).with(content).with(name).with(until);
        self.0.write(vec![statement]).await.map(drop)
    }

    /// Forgets a file that a provider was given.
    ///
    /// # Errors
    /// When it cannot be written.
    pub async fn forget(&self, provider: &str, key_print: &str, content: &str) -> Result<(), StoreFailed> {
        let sql = "DELETE FROM given_files WHERE provider = ? AND key_print = ? AND content = ?";
        self.0.write(vec![Statement::new(sql).with(provider).with(key_print).with(content)]).await.map(drop)
    }

    /// All files of these bytes, wherever they are.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn of_content(&self, content: &str) -> Result<Vec<GivenFile>, StoreFailed> {
        let sql = format!("SELECT {COLUMNS} FROM given_files WHERE content = ?");
        self.0.read(Statement::built(sql).with(content), file).await
    }

    /// Some of those whose time is over.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn ended(&self, now: i64, limit: u32) -> Result<Vec<GivenFile>, StoreFailed> {
        let sql = format!("SELECT {COLUMNS} FROM given_files WHERE until_at <= ? ORDER BY until_at LIMIT ?");
        self.0.read(Statement::built(sql).with(now).with(i64::from(limit)), file).await
    }
}

fn file(row: Row<'_>) -> sqlx::Result<GivenFile> {
    Ok(GivenFile {
        provider: row.try_get(0)?,
        key_print: row.try_get(1)?,
        content: row.try_get(2)?,
        name: row.try_get(3)?,
        until: row.try_get(4)?,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::database::Home;

    #[tokio::test]
    async fn a_file_is_found_with_its_key_until_its_time_is_over() {
        for home in Home::each() {
            let files = GivenFiles::of(Arc::new(home.open().await));
            let file = |key: &str, name: &str, until| GivenFile {
                provider: "far".to_owned(),
                key_print: key.to_owned(),
                content: "c".to_owned(),
                name: name.to_owned(),
                until,
            };
            files.keep(file("k", "a", 10)).await.unwrap();
            files.keep(file("other", "b", 20)).await.unwrap();
            let found = async |key: &str, now| files.find(("far", key), "c", now).await.unwrap();
            assert_eq!((found("k", 9).await.as_deref(), found("k", 10).await), (Some("a"), None));
            assert_eq!(found("none", 9).await, None);
            files.keep(file("k", "anew", 30)).await.unwrap();
            assert_eq!(found("k", 20).await.as_deref(), Some("anew"));
            assert_eq!(files.of_content("c").await.unwrap().len(), 2);
            assert_eq!(files.ended(20, 9).await.unwrap(), [file("other", "b", 20)]);
            files.forget("far", "other", "c").await.unwrap();
            assert_eq!(files.of_content("c").await.unwrap(), [file("k", "anew", 30)]);
        }
    }
}
