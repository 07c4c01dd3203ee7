//! The lines of batches: taken in, sent, answered.
//!
//! A line is `sent` before the first byte of it goes to where it may be billed. One that is found so by a later process
//! was under way when the one before was killed, and is told apart from those that still wait.

use super::Batches;
use crate::database::{Row, Statement, StoreFailed};

/// How far a line is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LineState {
    /// It is still to be answered.
    Waiting,
    /// It may be billed from now on.
    Sent,
    /// A provider's batch has it.
    Handed,
    /// It was answered.
    Done,
    /// It was refused, or given up.
    Failed,
}

impl LineState {
    /// Its name in the database.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Waiting => "waiting",
            Self::Sent => "sent",
            Self::Handed => "handed",
            Self::Done => "done",
            Self::Failed => "failed",
        }
    }
}

/// A line to be kept.
#[derive(Debug, Clone, PartialEq, Eq)]
#[expect(missing_docs, reason = "the columns are described in the schema")]
pub struct NewLine {
    pub number: i64,
    pub custom_id: String,
    pub body: String,
}

/// A line that waits, without what it asks: many wait, and only those that are answered are held in memory.
#[derive(Debug, Clone, PartialEq, Eq)]
#[expect(missing_docs, reason = "the columns are described in the schema")]
pub struct WaitingLine {
    pub number: i64,
    /// How many bytes its body has.
    pub bytes: u64,
}

/// A line as it is kept: its body while it waits, or what came of it.
#[derive(Debug, Clone, PartialEq, Eq)]
#[expect(missing_docs, reason = "the columns are described in the schema")]
pub struct BatchLine {
    pub number: i64,
    pub custom_id: String,
    pub text: String,
}

/// How many lines of a batch are how far.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
#[expect(missing_docs, reason = "they are named for the states")]
pub struct LineCounts {
    pub waiting: u64,
    pub sent: u64,
    pub handed: u64,
    pub done: u64,
    pub failed: u64,
}

impl Batches {
    /// Keeps lines of a batch whose lines are looked at; `None`: it is not any more.
    ///
    /// # Errors
    /// When they cannot be written.
    pub async fn add_lines(&self, id: &str, lines: Vec<NewLine>) -> Result<(), StoreFailed> {
        let sql = "INSERT INTO batch_lines (batch, number, custom_id, body) VALUES (?, ?, ?, ?)";
        let insert =
            |line: NewLine| Statement::new(sql).with(id).with(line.number).with(line.custom_id).with(line.body);
        self.0.write(lines.into_iter().map(insert).collect()).await.map(drop)
    }

    /// Forgets the lines of a batch, which are to be looked at anew or were found wanting.
    ///
    /// # Errors
    /// When it cannot be written.
    pub async fn drop_lines(&self, id: &str) -> Result<(), StoreFailed> {
        self.change(Statement::new("DELETE FROM batch_lines WHERE batch = ?").with(id)).await.map(drop)
    }

    /// The next lines that wait, behind a number; none where the batch is not in progress.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn waiting(&self, id: &str, after: i64, limit: u32) -> Result<Vec<WaitingLine>, StoreFailed> {
        let sql = "SELECT l.number, CAST(octet_length(l.body) AS BIGINT) FROM batch_lines l \
                   JOIN batches b ON b.id = l.batch \
                   WHERE l.batch = ? AND l.state = 'waiting' AND l.number > ? AND b.state = 'in_progress' \
                   ORDER BY l.number LIMIT ?";
        self.0.read(Statement::new(sql).with(id).with(after).with(i64::from(limit)), waiting_line).await
    }

    /// What a line asks that still waits; `None`: it does not any more.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn body(&self, id: &str, number: i64) -> Result<Option<String>, StoreFailed> {
        let sql = "SELECT body FROM batch_lines WHERE batch = ? AND number = ? AND state = 'waiting'";
        let body = |row: Row<'_>| row.try_get::<Option<String>, _>(0);
        Ok(self.0.read(Statement::new(sql).with(id).with(number), body).await?.pop().flatten())
    }

    /// Notes that a line may be billed from now on; on the disk when it resolves. Gives whether it may be sent: it still
    /// waited, and its batch is in progress and this process's.
    ///
    /// # Errors
    /// When it cannot be written; then it must not be sent.
    pub async fn sending(&self, id: &str, number: i64) -> Result<bool, StoreFailed> {
        let sql = "UPDATE batch_lines SET state = 'sent' WHERE batch = ? AND number = ? AND state = 'waiting' \
                   AND batch IN (SELECT id FROM batches WHERE id = ? AND state = 'in_progress' AND claimed_by = ?)";
        self.change(Statement::new(sql).with(id).with(number).with(id).with(self.1.as_ref())).await
    }

    /// Notes that a line that was sent was not taken, and waits again.
    ///
    /// # Errors
    /// When it cannot be written.
    pub async fn waits_again(&self, id: &str, number: i64) -> Result<bool, StoreFailed> {
        let sql =
            "UPDATE batch_lines SET state = 'waiting' WHERE batch = ? AND number = ? AND state IN ('sent', 'waiting')";
        self.change(Statement::new(sql).with(id).with(number)).await
    }

    /// Notes that all lines that were sent are found again, and wait for that.
    ///
    /// # Errors
    /// When it cannot be written.
    pub async fn all_wait_again(&self, id: &str) -> Result<(), StoreFailed> {
        let sql = "UPDATE batch_lines SET state = 'waiting' WHERE batch = ? AND state = 'sent'";
        self.change(Statement::new(sql).with(id)).await.map(drop)
    }

    /// Notes what came of a line, and counts it, once. Gives whether it was still open.
    ///
    /// # Errors
    /// When it cannot be written.
    pub async fn answered(&self, id: &str, number: i64, outcome: String, is_done: bool) -> Result<bool, StoreFailed> {
        // Counted first, while the line shows that it was not.
        let count = "UPDATE batches SET completed = completed + ?, failed = failed + ? WHERE id = ? AND EXISTS \
                     (SELECT 1 FROM batch_lines WHERE batch = ? AND number = ? AND state IN ('waiting', 'sent', 'handed'))";
        let (done, failed) = if is_done { (1_i64, 0_i64) } else { (0, 1) };
        let count = Statement::new(count).with(done).with(failed).with(id).with(id).with(number);
        let sql = "UPDATE batch_lines SET state = ?, outcome = ?, body = NULL \
                   WHERE batch = ? AND number = ? AND state IN ('waiting', 'sent', 'handed')";
        let state = if is_done { LineState::Done } else { LineState::Failed };
        let answer = Statement::new(sql).with(state.name()).with(outcome).with(id).with(number);
        let rows = self.0.write(vec![count, answer]).await?;
        Ok(rows.last().is_some_and(|rows| *rows > 0))
    }

    /// Gives all lines up that are in a state, with this outcome. Gives how many there were.
    ///
    /// # Errors
    /// When it cannot be written.
    pub async fn give_up(&self, id: &str, state: LineState, outcome: &str) -> Result<u64, StoreFailed> {
        let count = "UPDATE batches SET failed = failed + (SELECT count(*) FROM batch_lines WHERE batch = ? AND state = ?) \
                     WHERE id = ?";
        let count = Statement::new(count).with(id).with(state.name()).with(id);
        let sql = "UPDATE batch_lines SET state = 'failed', outcome = ?, body = NULL WHERE batch = ? AND state = ?";
        let answer = Statement::new(sql).with(outcome).with(id).with(state.name());
        let rows = self.0.write(vec![count, answer]).await?;
        Ok(rows.last().copied().unwrap_or(0))
    }

    /// What came of lines, behind a number: of those that were answered, or of the others.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn outcomes(
        &self,
        id: &str,
        state: LineState,
        after: i64,
        limit: u32,
    ) -> Result<Vec<BatchLine>, StoreFailed> {
        let sql = "SELECT number, custom_id, outcome FROM batch_lines WHERE batch = ? AND state = ? AND number > ? \
                   ORDER BY number LIMIT ?";
        let statement = Statement::new(sql).with(id).with(state.name()).with(after).with(i64::from(limit));
        self.0.read(statement, line).await
    }

    /// How many lines of a batch are how far.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn line_counts(&self, id: &str) -> Result<LineCounts, StoreFailed> {
        let sql = "SELECT state, count(*) FROM batch_lines WHERE batch = ? GROUP BY state";
        let made = |row: Row<'_>| Ok((row.try_get::<String, _>(0)?, row.try_get::<i64, _>(1)?));
        let mut counts = LineCounts::default();
        for (state, count) in self.0.read(Statement::new(sql).with(id), made).await? {
            let count = u64::try_from(count).unwrap_or(0);
            match state.as_str() {
                "waiting" => counts.waiting = count,
                "sent" => counts.sent = count,
                "handed" => counts.handed = count,
                "done" => counts.done = count,
                _ => counts.failed = count,
            }
        }
        Ok(counts)
    }
}

pub(super) fn waiting_line(row: Row<'_>) -> sqlx::Result<WaitingLine> {
    let bytes: Option<i64> = row.try_get(1)?;
    let bytes = bytes.and_then(|bytes| u64::try_from(bytes).ok()).unwrap_or(0);
    Ok(WaitingLine { number: row.try_get(0)?, bytes })
}

pub(super) fn line(row: Row<'_>) -> sqlx::Result<BatchLine> {
    let text: Option<String> = row.try_get(2)?;
    Ok(BatchLine { number: row.try_get(0)?, custom_id: row.try_get(1)?, text: text.unwrap_or_default() })
}
