//! The rows of jobs, and how they are selected.

use crate::database::Row;

/// How far a job is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum JobState {
    /// It is to be sent to a target.
    Queued,
    /// It is being sent; whether it arrived is not known until the answer is here.
    Submitting,
    /// A provider works on it.
    Running,
    /// What it was to make is here.
    Completed,
    /// It was given up.
    Failed,
}

impl JobState {
    /// Its name in the database.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Queued => "queued",
            Self::Submitting => "submitting",
            Self::Running => "running",
            Self::Completed => "completed",
            Self::Failed => "failed",
        }
    }

    fn named(name: &str) -> sqlx::Result<Self> {
        let all = [Self::Queued, Self::Submitting, Self::Running, Self::Completed, Self::Failed];
        let unknown = || sqlx::Error::Decode(format!("`{name}` is no state of a job").into());
        all.into_iter().find(|state| state.name() == name).ok_or_else(unknown)
    }

    /// Whether nothing more happens to it.
    #[must_use]
    pub fn is_over(self) -> bool {
        match self {
            Self::Queued | Self::Submitting | Self::Running => false,
            Self::Completed | Self::Failed => true,
        }
    }
}

/// A job to be kept. Times are seconds since 1970.
#[derive(Debug)]
pub struct NewJob {
    /// Its id. Ids are sorted as texts, so they should begin with the time.
    pub id: String,
    /// Whose it is.
    pub owner: Vec<u8>,
    /// What is made.
    pub kind: &'static str,
    /// Now.
    pub created_at: i64,
    /// What was asked.
    pub request: String,
    /// The picture it starts from.
    pub input: Option<Vec<u8>>,
    /// The id of the message that will tell its end, and where to.
    pub webhook: Option<(String, String)>,
}

/// How a job ended.
#[derive(Debug, Default)]
pub struct Ended {
    /// When, in seconds since 1970.
    pub at: i64,
    /// Where it ran, if that is not kept yet.
    pub ticket: Option<String>,
    /// The targets that failed, if they are others than are kept already.
    pub tried: Option<String>,
    /// What was made.
    pub result: Option<String>,
    /// A code and a sentence, if nothing was.
    pub error: Option<(String, String)>,
    /// What a webhook is told.
    pub told: String,
}

/// A job as it is kept.
#[derive(Debug, Clone, PartialEq, Eq)]
#[expect(missing_docs, reason = "the columns are described in the schema")]
pub struct JobRow {
    pub id: String,
    pub owner: Vec<u8>,
    pub state: JobState,
    pub created_at: i64,
    pub completed_at: Option<i64>,
    pub progress: i64,
    pub request: String,
    pub ticket: Option<String>,
    pub tried: String,
    pub result: Option<String>,
    pub error: Option<(String, String)>,
}

/// A job that has not ended, as far as is needed to go on with it.
#[derive(Debug, Clone, PartialEq, Eq)]
#[expect(missing_docs, reason = "the columns are described in the schema")]
pub struct OpenJob {
    pub id: String,
    pub state: JobState,
    pub created_at: i64,
    pub progress: i64,
    pub ticket: Option<String>,
}

macro_rules! select {
    ($rest:literal) => {
        concat!(
            "SELECT id, owner, state, created_at, completed_at, progress, request, ticket, tried, result, error_code, \
             error_message FROM jobs ",
            $rest
        )
    };
}

pub(super) const SELECT_ONE: &str = select!("WHERE id = ? AND owner = ?");
pub(super) const SELECT_ANY: &str = select!("WHERE id = ?");
pub(super) const SELECT_NEWEST: &str = select!("WHERE owner = ? AND id < ? ORDER BY id DESC LIMIT ?");
pub(super) const SELECT_OLDEST: &str = select!("WHERE owner = ? AND id > ? ORDER BY id LIMIT ?");
pub(super) const COLUMNS_OF_OPEN: &str = "SELECT id, state, created_at, progress, ticket FROM jobs \
                                          WHERE state IN ('queued', 'submitting', 'running') ORDER BY id";

impl JobRow {
    pub(super) fn of(row: Row<'_>) -> sqlx::Result<Self> {
        let code: Option<String> = row.try_get("error_code")?;
        let message: Option<String> = row.try_get("error_message")?;
        Ok(Self {
            id: row.try_get("id")?,
            owner: row.try_get("owner")?,
            state: JobState::named(&row.try_get::<String, _>("state")?)?,
            created_at: row.try_get("created_at")?,
            completed_at: row.try_get("completed_at")?,
            progress: row.try_get("progress")?,
            request: row.try_get("request")?,
            ticket: row.try_get("ticket")?,
            tried: row.try_get("tried")?,
            result: row.try_get("result")?,
            error: code.map(|code| (code, message.unwrap_or_default())),
        })
    }
}

impl OpenJob {
    pub(super) fn of(row: Row<'_>) -> sqlx::Result<Self> {
        Ok(Self {
            id: row.try_get("id")?,
            state: JobState::named(&row.try_get::<String, _>("state")?)?,
            created_at: row.try_get("created_at")?,
            progress: row.try_get("progress")?,
            ticket: row.try_get("ticket")?,
        })
    }
}
