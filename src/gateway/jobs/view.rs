//! A job as its owner sees it.

use mediary_core::Failure;
use mediary_store::{JobRow, JobState};

use super::record::{self, Asked, Made, Ticket, Tried};

/// A job for a video.
#[derive(Debug, Clone, PartialEq)]
pub struct VideoJob {
    /// Its id.
    pub id: String,
    /// How far it is.
    pub progress: VideoProgress,
    /// In percent.
    pub percent: u8,
    /// When it was made, in seconds since 1970.
    pub created_at: i64,
    /// When it ended.
    pub completed_at: Option<i64>,
    /// The model that was asked for; empty if none was.
    pub model: String,
    /// What it shows.
    pub prompt: String,
    /// How long it is, as far as is known.
    pub seconds: Option<u32>,
    /// Its size, likewise.
    pub size: Option<String>,
    /// The job whose video it is made of.
    pub remixes: Option<String>,
    /// The target that works on it, or did.
    pub target: Option<String>,
    /// What of it is not as it was asked for, by names of the request's fields.
    pub changed: Vec<String>,
    /// What its target does not know, likewise.
    pub dropped: Vec<String>,
    /// The targets that failed, each with a kind and a sentence.
    pub tried: Vec<(String, String, String)>,
}

/// How far a job is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum VideoProgress {
    /// It is on its way to a target.
    Queued,
    /// A target works on it.
    Running,
    /// The video is here.
    Completed(VideoFile),
    /// It was given up.
    Failed {
        /// What programs can tell failures apart by.
        code: String,
        /// A sentence.
        message: String,
    },
}

/// A video that was made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct VideoFile {
    /// Under which the content store gives it out.
    pub token: String,
    /// How long it is.
    pub bytes: u64,
    /// Until when it is kept, in seconds since 1970.
    pub expires_at: i64,
}

impl VideoJob {
    /// Whether nothing more happens to it.
    #[must_use]
    pub fn is_over(&self) -> bool {
        match self.progress {
            VideoProgress::Queued | VideoProgress::Running => false,
            VideoProgress::Completed(_) | VideoProgress::Failed { .. } => true,
        }
    }

    pub(super) fn of(row: JobRow) -> Result<Self, Failure> {
        let asked: Asked = record::read(&row.request)?;
        let ticket: Option<Ticket> = row.ticket.as_deref().map(record::read).transpose()?;
        let tried = record::tried(&row).into_iter().map(|Tried { target, kind, why }| (target, kind, why)).collect();
        let progress = match row.state {
            JobState::Queued | JobState::Submitting => VideoProgress::Queued,
            JobState::Running => VideoProgress::Running,
            JobState::Completed => {
                let Made { token, bytes, expires_at, .. } = record::read(row.result.as_deref().unwrap_or_default())?;
                VideoProgress::Completed(VideoFile { token, bytes, expires_at })
            }
            JobState::Failed => {
                let (code, message) = row.error.unwrap_or_default();
                VideoProgress::Failed { code, message }
            }
        };
        // Once a target has accepted it, what that was asked for counts, and then what it gave.
        let given = ticket.as_ref().filter(|_| matches!(row.state, JobState::Running | JobState::Completed));
        let seconds = given.map_or(asked.seconds, |ticket| ticket.seconds);
        let size = given.map_or(asked.size, |ticket| ticket.size.clone());
        let (target, mut changed, dropped) = ticket
            .map_or((None, Vec::new(), Vec::new()), |ticket| (Some(ticket.target), ticket.changed, ticket.dropped));
        changed.extend(asked.treated);
        Ok(Self {
            id: row.id,
            progress,
            percent: u8::try_from(row.progress.clamp(0, 100)).unwrap_or(0),
            created_at: row.created_at,
            completed_at: row.completed_at,
            model: asked.model,
            prompt: asked.prompt,
            seconds,
            size,
            remixes: asked.remixes.map(|(ours, _)| ours),
            target,
            changed,
            dropped,
            tried,
        })
    }
}
