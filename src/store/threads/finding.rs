//! Threads are found by words, and by vectors of what was said. What both mean is the gateway's affair.

use super::Threads;
use crate::database::{Row, Statement, StoreFailed};

/// A thread in which words were found.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ThreadFound {
    /// Which.
    pub thread: i64,
    /// How many of the words it has.
    pub words: i64,
    /// How often they were said together.
    pub count: i64,
}

/// A message whose vector is to be made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ToEmbed {
    /// Which.
    pub message: i64,
    /// Of which thread.
    pub thread: i64,
    /// Whose that is.
    pub owner: Vec<u8>,
    /// What it says.
    pub said: String,
}

/// The vector of a message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeptVector {
    /// Of which.
    pub message: i64,
    /// Of which thread.
    pub thread: i64,
    /// The short form of its owner.
    pub short_owner: i64,
    /// A byte a dimension.
    pub vector: Vec<u8>,
}

impl Threads {
    /// Threads in which words were said: those with the most of them first, and of these where they were said the most.
    /// The last word may be the beginning of one.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn with_words(
        &self,
        short_owner: i64,
        words: &[String],
        limit: u32,
    ) -> Result<Vec<ThreadFound>, StoreFailed> {
        let Some((last, whole)) = words.split_last() else { return Ok(Vec::new()) };
        // Of each word one row a thread, so that a word that was said in several forms counts once.
        let one = "SELECT thread, count FROM thread_words WHERE owner = ? AND word = ?";
        let beginning = "SELECT thread, CAST(sum(count) AS BIGINT) AS count FROM thread_words \
                         WHERE owner = ? AND word >= ? AND word < ? GROUP BY thread";
        let mut all: Vec<&str> = whole.iter().map(|_| one).collect();
        all.push(beginning);
        let sql = format!(
            "SELECT thread, count(*) AS words, CAST(sum(count) AS BIGINT) AS times FROM ({}) AS found \
             GROUP BY thread ORDER BY words DESC, times DESC, thread DESC LIMIT ?",
            all.join(" UNION ALL ")
        );
        let statement =
            whole.iter().fold(Statement::built(sql), |statement, word| statement.with(short_owner).with(word.as_str()));
        let beyond = format!("{last}{}", char::MAX);
        let statement = statement.with(short_owner).with(last.as_str()).with(beyond).with(i64::from(limit));
        let found =
            |row: Row<'_>| Ok(ThreadFound { thread: row.try_get(0)?, words: row.try_get(1)?, count: row.try_get(2)? });
        self.0.read(statement, found).await
    }

    /// Threads of this owner's whose titles have all of these words, each of which may be the beginning of one.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn titled(&self, owner: &[u8], words: &[String], limit: u32) -> Result<Vec<i64>, StoreFailed> {
        if words.is_empty() {
            return Ok(Vec::new());
        }
        let each = " AND title_words LIKE ? ESCAPE '!'".repeat(words.len());
        let sql = format!("SELECT seq FROM threads WHERE owner = ?{each} ORDER BY updated_at DESC, seq DESC LIMIT ?");
        let statement = Statement::built(sql).with(owner.to_vec());
        let plain = |word: &str| word.replace('!', "!!").replace('%', "!%").replace('_', "!_");
        let statement = words.iter().fold(statement, |statement, word| statement.with(format!("% {}%", plain(word))));
        self.0.read(statement.with(i64::from(limit)), |row| row.try_get(0)).await
    }

    /// Some messages whose vectors are to be made, the oldest first.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn to_embed(&self, limit: u32) -> Result<Vec<ToEmbed>, StoreFailed> {
        let sql = "SELECT thread_messages.seq, thread, owner, said FROM thread_messages JOIN threads \
                   ON threads.seq = thread_messages.thread WHERE is_embedded = 0 ORDER BY thread_messages.seq LIMIT ?";
        let one = |row: Row<'_>| {
            Ok(ToEmbed {
                message: row.try_get(0)?,
                thread: row.try_get(1)?,
                owner: row.try_get(2)?,
                said: row.try_get(3)?,
            })
        };
        self.0.read(Statement::new(sql).with(i64::from(limit)), one).await
    }

    /// Keeps vectors of messages. Those whose messages have gone meanwhile are left out.
    ///
    /// # Errors
    /// When they cannot be written.
    pub async fn keep_vectors(&self, vectors: Vec<KeptVector>) -> Result<(), StoreFailed> {
        let statements = vectors.into_iter().flat_map(|KeptVector { message, thread, short_owner, vector }| {
            let sql = "INSERT INTO thread_vectors (message, thread, owner, vector) SELECT seq, thread, ?, ? \
                       FROM thread_messages WHERE seq = ? AND thread = ? ON CONFLICT (message) DO NOTHING";
            let kept = Statement::new(sql).with(short_owner).with(vector).with(message).with(thread);
            let done = Statement::new("UPDATE thread_messages SET is_embedded = 1 WHERE seq = ? AND thread = ?");
            let done = done.with(message).with(thread);
            [kept, done]
        });
        self.0.write(statements.collect()).await.map(drop)
    }

    /// Vectors of this owner's messages after one, the oldest first: of which thread, and the vector.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn vectors(&self, short_owner: i64, after: i64, limit: u32) -> Result<Vec<KeptVector>, StoreFailed> {
        let sql = "SELECT message, thread, vector FROM thread_vectors WHERE owner = ? AND message > ? \
                   ORDER BY message LIMIT ?";
        let one = |row: Row<'_>| {
            Ok(KeptVector { message: row.try_get(0)?, thread: row.try_get(1)?, short_owner, vector: row.try_get(2)? })
        };
        self.0.read(Statement::new(sql).with(short_owner).with(after).with(i64::from(limit)), one).await
    }
}
