//! Files that come in parts, one request each, until they are whole.

use std::sync::Arc;

use super::FileRow;
use super::rows::inserted;
use crate::database::{Database, Row, Statement, StoreFailed};

/// A file that comes in parts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UploadRow {
    /// Its id.
    pub id: String,
    /// Whose it is.
    pub owner: Vec<u8>,
    /// What the file is to be called.
    pub name: String,
    /// The media type that was claimed; empty if none was.
    pub mime: String,
    /// What its client wants it for.
    pub purpose: String,
    /// How long it will be.
    pub bytes: i64,
    /// When it was begun, in seconds since 1970.
    pub created_at: i64,
    /// Until when parts are taken.
    pub expires_at: i64,
    /// How long the file is kept, in seconds; `None`: until it is removed.
    pub expires_after: Option<i64>,
    /// How it stands.
    pub status: UploadStatus,
    /// The file that it has become.
    pub file: Option<String>,
}

/// How a file stands that comes in parts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum UploadStatus {
    /// Parts are taken.
    Pending,
    /// It is whole.
    Completed,
    /// It was given up.
    Cancelled,
}

impl UploadStatus {
    /// As it is written, here and for clients.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Pending => "pending",
            Self::Completed => "completed",
            Self::Cancelled => "cancelled",
        }
    }

    fn named(name: &str) -> Self {
        [Self::Pending, Self::Completed].into_iter().find(|status| status.name() == name).unwrap_or(Self::Cancelled)
    }
}

/// A part.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UploadPart {
    /// Its id; ids are sorted by time.
    pub id: String,
    /// How long it is.
    pub bytes: i64,
    /// By what the content store finds it.
    pub hash: String,
}

/// The files of one database that come in parts. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Uploads(Arc<Database>);

const COLUMNS: &str = "id, owner, name, mime, purpose, bytes, created_at, expires_at, expires_after, status, file";

impl Uploads {
    /// The files of a database that come in parts.
    #[must_use]
    pub fn of(database: Arc<Database>) -> Self {
        Self(database)
    }

    /// Begins one.
    ///
    /// # Errors
    /// When it cannot be written.
    pub async fn begin(&self, upload: UploadRow) -> Result<(), StoreFailed> {
        let UploadRow { id, owner, name, mime, purpose, bytes, created_at, expires_at, expires_after, status, file } =
            upload;
        let sql = "INSERT INTO uploads (id, owner, name, mime, purpose, bytes, created_at, expires_at, expires_after, \
                   status, file) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)";
        let statement = Statement::new(sql).with(id).with(owner).with(name).with(mime).with(purpose).with(bytes);
        let statement = statement.with(created_at).with(expires_at).with(expires_after).with(status.name()).with(file);
        self.0.write(vec![statement]).await.map(drop)
    }

    /// One of this owner's.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn get(&self, id: &str, owner: &[u8]) -> Result<Option<UploadRow>, StoreFailed> {
        let sql = format!("SELECT {COLUMNS} FROM uploads WHERE id = ? AND owner = ?");
        Ok(self.0.read(Statement::built(sql).with(id).with(owner.to_vec()), read).await?.pop())
    }

    /// Adds a part.
    ///
    /// # Errors
    /// When it cannot be written, or there is no such upload any more.
    pub async fn add(&self, upload: &str, part: UploadPart) -> Result<(), StoreFailed> {
        let sql = "INSERT INTO upload_parts (id, upload, bytes, hash) VALUES (?, ?, ?, ?)";
        let statement = Statement::new(sql).with(part.id).with(upload).with(part.bytes).with(part.hash);
        self.0.write(vec![statement]).await.map(drop)
    }

    /// The parts that have come, in the order in which they came.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn parts(&self, upload: &str) -> Result<Vec<UploadPart>, StoreFailed> {
        let part = |row: Row<'_>| Ok(UploadPart { id: row.try_get(0)?, bytes: row.try_get(1)?, hash: row.try_get(2)? });
        let statement = Statement::new("SELECT id, bytes, hash FROM upload_parts WHERE upload = ? ORDER BY id");
        self.0.read(statement.with(upload), part).await
    }

    /// It is whole: its parts go, and the file that it has become is there, both or neither. Gives whether it was still
    /// pending.
    ///
    /// # Errors
    /// When it cannot be written.
    pub async fn complete(&self, upload: &str, file: FileRow) -> Result<bool, StoreFailed> {
        let closed =
            Statement::new("UPDATE uploads SET status = 'completed', file = ? WHERE id = ? AND status = 'pending'");
        let closed = closed.with(file.id.as_str()).with(upload);
        let parts = Statement::new("DELETE FROM upload_parts WHERE upload = ?").with(upload);
        let rows = self.0.write(vec![closed, parts, inserted(file)]).await?;
        Ok(rows.first().is_some_and(|rows| *rows > 0))
    }

    /// It is given up, and its parts go. Gives whether it was still pending.
    ///
    /// # Errors
    /// When it cannot be written.
    pub async fn cancel(&self, upload: &str) -> Result<bool, StoreFailed> {
        let closed = Statement::new("UPDATE uploads SET status = 'cancelled' WHERE id = ? AND status = 'pending'");
        let parts = Statement::new("DELETE FROM upload_parts WHERE upload = ?").with(upload);
        let rows = self.0.write(vec![closed.with(upload), parts]).await?;
        Ok(rows.first().is_some_and(|rows| *rows > 0))
    }

    /// Those, of all owners, for which no parts are taken any more.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn ended(&self, now: i64) -> Result<Vec<UploadRow>, StoreFailed> {
        let sql = format!("SELECT {COLUMNS} FROM uploads WHERE expires_at <= ?");
        self.0.read(Statement::built(sql).with(now), read).await
    }

    /// Removes one with its parts.
    ///
    /// # Errors
    /// When it cannot be written.
    pub async fn remove(&self, upload: &str) -> Result<(), StoreFailed> {
        self.0.write(vec![Statement::new("DELETE FROM uploads WHERE id = ?").with(upload)]).await.map(drop)
    }
}

fn read(row: Row<'_>) -> sqlx::Result<UploadRow> {
    Ok(UploadRow {
        id: row.try_get(0)?,
        owner: row.try_get(1)?,
        name: row.try_get(2)?,
        mime: row.try_get(3)?,
        purpose: row.try_get(4)?,
        bytes: row.try_get(5)?,
        created_at: row.try_get(6)?,
        expires_at: row.try_get(7)?,
        expires_after: row.try_get(8)?,
        status: UploadStatus::named(&row.try_get::<String, _>(9)?),
        file: row.try_get(10)?,
    })
}
