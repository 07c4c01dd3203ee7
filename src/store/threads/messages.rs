//! What was said in a thread: in short, to see what is new in a request; and message by message.

use super::{ThreadMedium, Threads, marks};
use crate::database::{Row, Statement, StoreFailed};

/// A message in short.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MessageMark {
    /// What it is known by.
    pub seq: i64,
    /// Whose it is.
    pub role: String,
    /// About how many tokens it has.
    pub tokens: i64,
    /// By which the same is known when its client sends it again.
    pub digest: Vec<u8>,
}

/// A message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MessageRow {
    /// What it is known by; in a thread they are in this order.
    pub seq: i64,
    /// Of which thread it is.
    pub thread: i64,
    /// What came in one request and its answer has the same.
    pub turn: i64,
    /// Whose it is.
    pub role: String,
    /// What said it, if a model did.
    pub model: String,
    /// Whether it broke off.
    pub is_incomplete: bool,
    /// When it was kept, in seconds since 1970.
    pub created_at: i64,
    /// The message, as JSON.
    pub body: String,
    /// Its words.
    pub said: String,
}

const COLUMNS: &str = "seq, thread, turn, role, model, is_incomplete, created_at, body, said";

impl Threads {
    /// The messages of a thread in short, in their order.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn marks(&self, thread: i64) -> Result<Vec<MessageMark>, StoreFailed> {
        let sql = "SELECT seq, role, tokens, digest FROM thread_messages WHERE thread = ? ORDER BY seq";
        let mark = |row: Row<'_>| {
            Ok(MessageMark {
                seq: row.try_get(0)?,
                role: row.try_get(1)?,
                tokens: row.try_get(2)?,
                digest: row.try_get(3)?,
            })
        };
        self.0.read(Statement::new(sql).with(thread), mark).await
    }

    /// Messages of a thread beyond one, in this order, and whether there are more.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn messages(
        &self,
        thread: i64,
        after: Option<i64>,
        is_ascending: bool,
        limit: u32,
    ) -> Result<(Vec<MessageRow>, bool), StoreFailed> {
        let (beyond, order) = if is_ascending { (">", "ASC") } else { ("<", "DESC") };
        let bound = if after.is_some() { format!(" AND seq {beyond} ?") } else { String::new() };
        let sql = format!("SELECT {COLUMNS} FROM thread_messages WHERE thread = ?{bound} ORDER BY seq {order} LIMIT ?");
        let statement = Statement::built(sql).with(thread);
        let statement = after.into_iter().fold(statement, Statement::with);
        let mut messages = self.0.read(statement.with(i64::from(limit) + 1), read).await?;
        let most = usize::try_from(limit).unwrap_or(usize::MAX);
        let has_more = messages.len() > most;
        messages.truncate(most);
        Ok((messages, has_more))
    }

    /// The words of the messages of threads, the oldest first: of which thread, and what was said.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn said(&self, threads: &[i64], limit: u32) -> Result<Vec<(i64, String)>, StoreFailed> {
        let sql = format!(
            "SELECT thread, said FROM thread_messages WHERE thread IN ({}) ORDER BY seq LIMIT ?",
            marks(threads.len())
        );
        let statement = threads.iter().fold(Statement::built(sql), |statement, seq| statement.with(*seq));
        self.0.read(statement.with(i64::from(limit)), |row| Ok((row.try_get(0)?, row.try_get(1)?))).await
    }

    /// The media of a thread.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn media(&self, thread: i64) -> Result<Vec<ThreadMedium>, StoreFailed> {
        let sql = "SELECT hash, mime, bytes FROM thread_media WHERE thread = ? ORDER BY hash";
        let medium =
            |row: Row<'_>| Ok(ThreadMedium { hash: row.try_get(0)?, mime: row.try_get(1)?, bytes: row.try_get(2)? });
        self.0.read(Statement::new(sql).with(thread), medium).await
    }

    /// Whether any thread has these bytes.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn has_bytes(&self, hash: &str) -> Result<bool, StoreFailed> {
        let sql = "SELECT hash FROM thread_media WHERE hash = ? LIMIT 1";
        let found = self.0.read(Statement::new(sql).with(hash), |row| row.try_get::<String, _>(0)).await?;
        Ok(!found.is_empty())
    }
}

fn read(row: Row<'_>) -> sqlx::Result<MessageRow> {
    Ok(MessageRow {
        seq: row.try_get(0)?,
        thread: row.try_get(1)?,
        turn: row.try_get(2)?,
        role: row.try_get(3)?,
        model: row.try_get(4)?,
        is_incomplete: row.is_set(5)?,
        created_at: row.try_get(6)?,
        body: row.try_get(7)?,
        said: row.try_get(8)?,
    })
}
