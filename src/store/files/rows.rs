//! What is written and read of files.

use std::sync::Arc;

use super::{FileList, FileRow, Files};
use crate::database::{Database, Row, Statement, StoreFailed};

const COLUMNS: &str = "id, owner, name, mime, purpose, bytes, hash, created_at, expires_at";

impl Files {
    /// The files of a database.
    #[must_use]
    pub fn of(database: Arc<Database>) -> Self {
        Self(database)
    }

    /// Keeps a file; on the disk when it resolves.
    ///
    /// # Errors
    /// When it cannot be written.
    pub async fn keep(&self, file: FileRow) -> Result<(), StoreFailed> {
        self.0.write(vec![inserted(file)]).await.map(drop)
    }

    /// A file of this owner's that is there at a time.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn get(&self, id: &str, owner: &[u8], now: i64) -> Result<Option<FileRow>, StoreFailed> {
        let sql = format!(
            "SELECT {COLUMNS} FROM files WHERE id = ? AND owner = ? AND (expires_at IS NULL OR expires_at > ?)"
        );
        let statement = Statement::built(sql).with(id).with(owner.to_vec()).with(now);
        Ok(self.0.read(statement, read).await?.pop())
    }

    /// Files of this owner's that are there at a time, and whether there are more.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn list(&self, owner: &[u8], list: &FileList, now: i64) -> Result<(Vec<FileRow>, bool), StoreFailed> {
        let mut sql = format!("SELECT {COLUMNS} FROM files WHERE owner = ? AND (expires_at IS NULL OR expires_at > ?)");
        let mut values = Vec::new();
        // What comes before is read from its end and turned round.
        let is_backwards = list.before.is_some() && list.after.is_none();
        let is_rising = list.is_ascending != is_backwards;
        let bounds = [(&list.after, list.is_ascending), (&list.before, !list.is_ascending)];
        for (id, is_rising) in bounds {
            if let Some(id) = id {
                sql.push_str(if is_rising { " AND id > ?" } else { " AND id < ?" });
                values.push(id.as_str());
            }
        }
        if let Some(purpose) = &list.purpose {
            sql.push_str(" AND purpose = ?");
            values.push(purpose);
        }
        sql.push_str(if is_rising { " ORDER BY id LIMIT ?" } else { " ORDER BY id DESC LIMIT ?" });
        let statement = Statement::built(sql).with(owner.to_vec()).with(now);
        let statement = values.into_iter().fold(statement, Statement::with);
        let most = usize::try_from(list.limit).unwrap_or(usize::MAX);
        let mut files = self.0.read(statement.with(i64::from(list.limit) + 1), read).await?;
        let has_more = files.len() > most;
        files.truncate(most);
        if is_backwards {
            files.reverse();
        }
        Ok((files, has_more))
    }

    /// Removes a file of this owner's; gives it, if there was one.
    ///
    /// # Errors
    /// When the database cannot be written.
    pub async fn remove(&self, id: &str, owner: &[u8]) -> Result<Option<FileRow>, StoreFailed> {
        let sql = format!("SELECT {COLUMNS} FROM files WHERE id = ? AND owner = ?");
        let found = self.0.read(Statement::built(sql).with(id).with(owner.to_vec()), read).await?.pop();
        let Some(file) = found else { return Ok(None) };
        let removed = Statement::new("DELETE FROM files WHERE id = ? AND owner = ?").with(id).with(owner.to_vec());
        let rows = self.0.write(vec![removed]).await?;
        // Of two that remove it at once, one has.
        Ok(Some(file).filter(|_| rows.first().is_some_and(|rows| *rows > 0)))
    }

    /// Files, of all owners, whose time is over.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn ended(&self, now: i64) -> Result<Vec<FileRow>, StoreFailed> {
        let sql = format!("SELECT {COLUMNS} FROM files WHERE expires_at <= ?");
        self.0.read(Statement::built(sql).with(now), read).await
    }

    /// How many bytes all files have together that are there at a time, and the parts of those that are not whole yet. What has
    /// ended takes no one's room, whether it was removed already or not.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn bytes(&self, now: i64) -> Result<u64, StoreFailed> {
        let sql = "SELECT CAST(coalesce(sum(bytes), 0) AS BIGINT) FROM \
                   (SELECT bytes FROM files WHERE expires_at IS NULL OR expires_at > ? \
                    UNION ALL SELECT p.bytes FROM upload_parts p JOIN uploads u ON u.id = p.upload \
                    WHERE u.expires_at > ?) AS kept";
        let statement = Statement::new(sql).with(now).with(now);
        let found = self.0.read(statement, |row| row.try_get::<i64, _>(0)).await?;
        Ok(found.first().and_then(|bytes| u64::try_from(*bytes).ok()).unwrap_or(0))
    }

    /// Whether any file, or part of one, has these bytes.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn has_bytes(&self, hash: &str) -> Result<bool, StoreFailed> {
        let sql =
            "SELECT hash FROM files WHERE hash = ? UNION ALL SELECT hash FROM upload_parts WHERE hash = ? LIMIT 1";
        let found = self.0.read(Statement::new(sql).with(hash).with(hash), |row| row.try_get::<String, _>(0)).await?;
        Ok(!found.is_empty())
    }
}

pub(super) fn inserted(file: FileRow) -> Statement {
    let FileRow { id, owner, name, mime, purpose, bytes, hash, created_at, expires_at } = file;
    let sql = "INSERT INTO files (id, owner, name, mime, purpose, bytes, hash, created_at, expires_at) \
               VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)";
    let statement = Statement::new(sql).with(id).with(owner).with(name).with(mime).with(purpose);
    statement.with(bytes).with(hash).with(created_at).with(expires_at)
}

fn read(row: Row<'_>) -> sqlx::Result<FileRow> {
    Ok(FileRow {
        id: row.try_get(0)?,
        owner: row.try_get(1)?,
        name: row.try_get(2)?,
        mime: row.try_get(3)?,
        purpose: row.try_get(4)?,
        bytes: row.try_get(5)?,
        hash: row.try_get(6)?,
        created_at: row.try_get(7)?,
        expires_at: row.try_get(8)?,
    })
}
