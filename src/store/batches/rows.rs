//! The rows of batches: made, found, listed.

use super::Batches;
use crate::database::{Row, Statement, StoreFailed};

/// In whose words a batch was asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum BatchKind {
    /// OpenAI's.
    OpenAi,
    /// Anthropic's.
    Anthropic,
}

impl BatchKind {
    /// Its name in the database.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::OpenAi => "openai",
            Self::Anthropic => "anthropic",
        }
    }

    fn named(name: &str) -> Self {
        if name == Self::Anthropic.name() { Self::Anthropic } else { Self::OpenAi }
    }
}

/// How far a batch is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum BatchState {
    /// Its lines are looked at.
    Validating,
    /// They are answered.
    InProgress,
    /// It is to end; what is under way is waited for.
    Cancelling,
    /// What came of it is written down.
    Finalizing,
    /// All of it was answered.
    Completed,
    /// Its lines were not what they should be.
    Failed,
    /// Its time was over before all of it was answered.
    Expired,
    /// It was ended by its client.
    Cancelled,
}

impl BatchState {
    /// All of them.
    pub const ALL: [Self; 8] = [
        Self::Validating,
        Self::InProgress,
        Self::Cancelling,
        Self::Finalizing,
        Self::Completed,
        Self::Failed,
        Self::Expired,
        Self::Cancelled,
    ];

    /// As it is written, here and for clients.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Validating => "validating",
            Self::InProgress => "in_progress",
            Self::Cancelling => "cancelling",
            Self::Finalizing => "finalizing",
            Self::Completed => "completed",
            Self::Failed => "failed",
            Self::Expired => "expired",
            Self::Cancelled => "cancelled",
        }
    }

    /// The state of a name.
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|state| state.name() == name)
    }

    /// Whether nothing more happens to it.
    #[must_use]
    pub fn is_over(self) -> bool {
        match self {
            Self::Validating | Self::InProgress | Self::Cancelling | Self::Finalizing => false,
            Self::Completed | Self::Failed | Self::Expired | Self::Cancelled => true,
        }
    }
}

/// A batch to be kept. Times are seconds since 1970.
#[derive(Debug)]
#[expect(missing_docs, reason = "the columns are described in the schema")]
pub struct NewBatch {
    pub id: String,
    pub owner: Vec<u8>,
    pub kind: BatchKind,
    pub created_at: i64,
    pub expires_at: i64,
    pub request: String,
    pub times: String,
    pub bytes: i64,
}

/// A batch as it is kept.
#[derive(Debug, Clone, PartialEq, Eq)]
#[expect(missing_docs, reason = "the columns are described in the schema")]
pub struct BatchRow {
    pub id: String,
    pub owner: Vec<u8>,
    pub kind: BatchKind,
    pub state: BatchState,
    pub created_at: i64,
    pub expires_at: i64,
    pub ended_at: Option<i64>,
    pub request: String,
    pub times: String,
    pub outcome: Option<String>,
    pub total: i64,
    pub completed: i64,
    pub failed: i64,
}

/// How a batch ends.
#[derive(Debug)]
pub struct BatchEnd {
    /// How.
    pub state: BatchState,
    /// When, in seconds since 1970.
    pub at: i64,
    /// When it came into which state.
    pub times: String,
    /// Its files, or what is wrong with it.
    pub outcome: String,
}

/// Which batches are listed: by their ids, and so by their age, the newest first.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct BatchList {
    /// Only those that come after this one, in the order of the list.
    pub after: Option<String>,
    /// Only those that come before this one.
    pub before: Option<String>,
    /// So many at most.
    pub limit: u32,
}

pub(super) const COLUMNS: &str = "id, owner, kind, state, created_at, expires_at, ended_at, request, times, outcome, \
                                  total, completed, failed";

impl Batches {
    /// Keeps a new batch; on the disk when it resolves. It is this process's to work on.
    ///
    /// # Errors
    /// When it cannot be written.
    pub async fn create(&self, batch: NewBatch) -> Result<(), StoreFailed> {
        let NewBatch { id, owner, kind, created_at, expires_at, request, times, bytes } = batch;
        let sql = "INSERT INTO batches (id, owner, kind, state, created_at, expires_at, request, times, bytes, \
                   claimed_by, claimed_until) VALUES (?, ?, ?, 'validating', ?, ?, ?, ?, ?, ?, ?)";
        let insert = Statement::new(sql).with(id).with(owner).with(kind.name()).with(created_at).with(expires_at);
        let insert =
            insert.with(request).with(times).with(bytes).with(self.1.as_ref()).with(Self::claimed_until(created_at));
        self.0.write(vec![insert]).await.map(drop)
    }

    /// A batch of this owner's and kind.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn get(&self, id: &str, owner: &[u8], kind: BatchKind) -> Result<Option<BatchRow>, StoreFailed> {
        let sql = format!("SELECT {COLUMNS} FROM batches WHERE id = ? AND owner = ? AND kind = ?");
        let statement = Statement::built(sql).with(id).with(owner.to_vec()).with(kind.name());
        Ok(self.0.read(statement, read).await?.pop())
    }

    /// The batch of this id, of any owner.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn find(&self, id: &str) -> Result<Option<BatchRow>, StoreFailed> {
        let sql = format!("SELECT {COLUMNS} FROM batches WHERE id = ?");
        Ok(self.0.read(Statement::built(sql).with(id), read).await?.pop())
    }

    /// Batches of an owner's, and whether there are more.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn list(
        &self,
        owner: &[u8],
        kind: BatchKind,
        list: &BatchList,
    ) -> Result<(Vec<BatchRow>, bool), StoreFailed> {
        // What comes before is read from its end and turned round.
        let is_backwards = list.before.is_some() && list.after.is_none();
        let mut sql = format!("SELECT {COLUMNS} FROM batches WHERE owner = ? AND kind = ?");
        let mut values = Vec::new();
        for (id, beyond) in [(&list.after, " AND id < ?"), (&list.before, " AND id > ?")] {
            if let Some(id) = id {
                sql.push_str(beyond);
                values.push(id.as_str());
            }
        }
        sql.push_str(if is_backwards { " ORDER BY id LIMIT ?" } else { " ORDER BY id DESC LIMIT ?" });
        let statement = Statement::built(sql).with(owner.to_vec()).with(kind.name());
        let statement = values.into_iter().fold(statement, Statement::with);
        let mut rows = self.0.read(statement.with(i64::from(list.limit) + 1), read).await?;
        let most = usize::try_from(list.limit).unwrap_or(usize::MAX);
        let has_more = rows.len() > most;
        rows.truncate(most);
        if is_backwards {
            rows.reverse();
        }
        Ok((rows, has_more))
    }

    /// How many batches of an owner's have not ended, and how many bytes of lines they were made with.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn open_of(&self, owner: &[u8]) -> Result<(u64, u64), StoreFailed> {
        let sql = "SELECT count(*), CAST(coalesce(sum(bytes), 0) AS BIGINT) FROM batches \
                   WHERE owner = ? AND ended_at IS NULL";
        let made = |row: Row<'_>| Ok((row.try_get::<i64, _>(0)?, row.try_get::<i64, _>(1)?));
        let found = self.0.read(Statement::new(sql).with(owner.to_vec()), made).await?;
        let (count, bytes) = found.first().copied().unwrap_or_default();
        Ok((u64::try_from(count).unwrap_or(0), u64::try_from(bytes).unwrap_or(0)))
    }
}

pub(super) fn read(row: Row<'_>) -> sqlx::Result<BatchRow> {
    let state: String = row.try_get("state")?;
    let unknown = || sqlx::Error::Decode(format!("`{state}` is no state of a batch").into());
    Ok(BatchRow {
        id: row.try_get("id")?,
        owner: row.try_get("owner")?,
        kind: BatchKind::named(&row.try_get::<String, _>("kind")?),
        state: BatchState::named(&state).ok_or_else(unknown)?,
        created_at: row.try_get("created_at")?,
        expires_at: row.try_get("expires_at")?,
        ended_at: row.try_get("ended_at")?,
        request: row.try_get("request")?,
        times: row.try_get("times")?,
        outcome: row.try_get("outcome")?,
        total: row.try_get("total")?,
        completed: row.try_get("completed")?,
        failed: row.try_get("failed")?,
    })
}
