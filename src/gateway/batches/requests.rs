//! What clients ask of batches: to be made, looked at, listed, ended and removed.

use std::sync::{Arc, PoisonError};

use mediary_core::Failure;
use mediary_store::{BatchEnd, BatchKind, BatchList, BatchRow, BatchState, NewBatch, NewLine, StoreFailed};
use thiserror::Error;
use tokio::sync::mpsc;
use uuid::Uuid;

use super::super::administration::unix_seconds;
use super::super::content::FoundContent;
use super::super::{KeptFiles, NoFile, blocking};
use super::Batches;
use super::record::{self, BatchAsked, BatchOutcome, BatchTimes, LineFault};

/// So many lines are written at once.
pub(super) const LINES_AT_ONCE: usize = 250;

/// A batch that is to be made.
#[derive(Debug)]
pub struct BatchWish {
    /// Whose it is.
    pub owner: Vec<u8>,
    /// In whose words it is asked for.
    pub kind: BatchKind,
    /// What is asked.
    pub asked: BatchAsked,
    /// How long it may take, in seconds.
    pub seconds: i64,
    /// Its lines.
    pub lines: BatchLines,
}

/// Where the lines of a batch are.
#[derive(Debug)]
pub enum BatchLines {
    /// In the file that it names.
    InFile,
    /// They came with it, and are read one after the other.
    Sent(SentLines),
}

/// Lines that came with their batch.
pub struct SentLines {
    /// How many bytes they have together.
    pub bytes: u64,
    /// Reads them: hands out what each is called, and what it asks, until one is not taken.
    pub read: Box<ReadSent>,
}

/// See [`SentLines::read`].
pub type ReadSent = dyn FnOnce(&mut dyn FnMut(String, String) -> bool) -> Result<(), LineFault> + Send;

impl std::fmt::Debug for SentLines {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(formatter, "{} bytes", self.bytes)
    }
}

/// A batch as its owner sees it.
#[derive(Debug, Clone, PartialEq, Eq)]
#[expect(missing_docs, reason = "they are described where they are kept")]
pub struct Batch {
    pub id: String,
    pub state: BatchState,
    pub created_at: i64,
    pub expires_at: i64,
    pub ended_at: Option<i64>,
    pub asked: BatchAsked,
    pub times: BatchTimes,
    pub outcome: BatchOutcome,
    pub total: i64,
    pub completed: i64,
    pub failed: i64,
}

/// Why there is no such batch, or none can be made.
#[derive(Debug, Error)]
pub enum NoBatch {
    /// It is not this owner's, was removed, or its time is over.
    #[error("there is no such batch")]
    Unknown,
    /// The file of its lines is not this owner's.
    #[error("there is no such file")]
    NoFile,
    /// A line that came with it is wrong.
    #[error("{}", .0.message)]
    Wrong(LineFault),
    /// There is more of it than there may be.
    #[error("{0}")]
    TooLarge(String),
    /// There are more of them than there may be.
    #[error("{0}")]
    TooMany(String),
    /// It does not fit how the batch stands.
    #[error("{0}")]
    Unfit(String),
    /// What came of it is not there any more.
    #[error("{0}")]
    Gone(String),
    /// It failed.
    #[error(transparent)]
    Failed(#[from] Failure),
    /// The database is of no use at the moment.
    #[error(transparent)]
    Store(#[from] StoreFailed),
}

impl Batches {
    /// Makes a batch. It is on the disk when this resolves, and goes on by itself.
    ///
    /// # Errors
    /// When its file is not there or too large, too many are open, or it cannot be kept.
    pub async fn create(self: &Arc<Self>, wish: BatchWish) -> Result<Batch, NoBatch> {
        let BatchWish { owner, kind, asked, seconds, lines } = wish;
        let (open, open_bytes) = self.kept.open_of(&owner).await?;
        if open >= u64::from(self.settings.open_per_key) {
            return Err(NoBatch::TooMany(format!(
                "{} batches of this key have not ended, and [batches] open_per_key allows no more; wait for one, or cancel it",
                self.settings.open_per_key
            )));
        }
        let bytes = match (&asked.input_file, &lines) {
            (Some(file), _) => u64::try_from(self.files.get(file, &owner).await.map_err(no_file)?.bytes).unwrap_or(0),
            (None, BatchLines::Sent(sent)) => sent.bytes,
            (None, BatchLines::InFile) => 0,
        };
        let most = self.settings.bytes.get();
        if asked.input_file.is_some() && bytes > most {
            return Err(NoBatch::TooLarge(format!(
                "the file has {bytes} bytes, and [batches] bytes allows {most}; make several batches of it"
            )));
        }
        let most = self.settings.open_bytes_per_key.get();
        if open_bytes + bytes > most {
            return Err(NoBatch::TooMany(format!(
                "the open batches of this key and this one have {} bytes, and [batches] open_bytes_per_key allows {most}; wait \
                 for one, or cancel it",
                open_bytes + bytes
            )));
        }
        let prefix = match kind {
            BatchKind::OpenAi => "batch",
            BatchKind::Anthropic => "msgbatch",
        };
        let id = format!("{prefix}_{}", Uuid::now_v7().simple());
        let now = unix_seconds();
        let row = NewBatch {
            id: id.clone(),
            owner: owner.clone(),
            kind,
            created_at: now,
            expires_at: now.saturating_add(seconds),
            request: record::write(&asked),
            times: record::write(&BatchTimes::default()),
            bytes: i64::try_from(bytes).unwrap_or(i64::MAX),
        };
        match lines {
            BatchLines::InFile => self.kept.create(row).await?,
            BatchLines::Sent(sent) => self.create_with(row, sent).await?,
        }
        let batch = self.get(&id, &owner, kind).await?;
        tracing::info!(batch.id = id, batch.endpoint = batch.asked.endpoint, "a batch was made");
        self.news.notify_one();
        Ok(batch)
    }

    /// Makes a batch whose lines came with it.
    async fn create_with(&self, row: NewBatch, sent: SentLines) -> Result<(), NoBatch> {
        let id = row.id.clone();
        // Until its lines are there, what takes batches up leaves it alone.
        self.running.lock().unwrap_or_else(PoisonError::into_inner).insert(id.clone());
        let made = self.create_whole(row, sent).await;
        if made.is_err() {
            self.kept.unmake(&id).await?;
        }
        self.running.lock().unwrap_or_else(PoisonError::into_inner).remove(&id);
        made
    }

    async fn create_whole(&self, row: NewBatch, sent: SentLines) -> Result<(), NoBatch> {
        let (id, now, most) = (row.id.clone(), row.created_at, i64::from(self.settings.lines));
        self.kept.create(row).await?;
        let (send, mut taken) = mpsc::channel::<Vec<NewLine>>(2);
        let reading = blocking::run(move || {
            let (mut number, mut bundle) = (0_i64, Vec::new());
            let mut take = |custom_id: String, body: String| {
                number += 1;
                bundle.push(NewLine { number, custom_id, body });
                let is_full = bundle.len() == LINES_AT_ONCE;
                number <= most && (!is_full || send.blocking_send(std::mem::take(&mut bundle)).is_ok())
            };
            let read = (sent.read)(&mut take);
            if read.is_ok() && number <= most && !bundle.is_empty() {
                // Where that is not taken any more, why is told by what takes it.
                let _left = send.blocking_send(bundle);
            }
            Ok(read.map(|()| number))
        });
        let (kept, batch) = (&self.kept, &id);
        // What takes them goes where that fails, or what reads would wait for ever.
        let writing = async move {
            while let Some(lines) = taken.recv().await {
                kept.add_lines(batch, lines).await?;
            }
            Ok::<(), StoreFailed>(())
        };
        let (read, written) = tokio::join!(reading, writing);
        written?;
        let total = read?.map_err(NoBatch::Wrong)?;
        if total > most {
            return Err(NoBatch::TooLarge(format!(
                "there are more than {most} requests, and [batches] lines allows no more; make several batches of them"
            )));
        }
        let times = BatchTimes::default().with(BatchState::InProgress, now);
        self.kept.moved(&id, (BatchState::Validating, BatchState::InProgress), &record::write(&times), total).await?;
        Ok(())
    }

    /// A batch of this owner's.
    ///
    /// # Errors
    /// When there is none, or the database fails.
    pub async fn get(&self, id: &str, owner: &[u8], kind: BatchKind) -> Result<Batch, NoBatch> {
        let row = self.kept.get(id, owner, kind).await?.ok_or(NoBatch::Unknown)?;
        Ok(Batch::of(row)?)
    }

    /// Batches of this owner's, the newest first, and whether there are more.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn list(&self, owner: &[u8], kind: BatchKind, list: &BatchList) -> Result<(Vec<Batch>, bool), NoBatch> {
        let (rows, has_more) = self.kept.list(owner, kind, list).await?;
        let batches = rows.into_iter().map(Batch::of).collect::<Result<_, _>>()?;
        Ok((batches, has_more))
    }

    /// Ends a batch: no more lines of it are sent, those under way are waited for.
    ///
    /// # Errors
    /// When there is none, it has ended, or the database fails.
    pub async fn cancel(&self, id: &str, owner: &[u8], kind: BatchKind) -> Result<Batch, NoBatch> {
        let batch = self.get(id, owner, kind).await?;
        match batch.state {
            BatchState::Validating | BatchState::InProgress => {
                let times = record::write(&batch.times.with(BatchState::Cancelling, unix_seconds()));
                let states = (batch.state, BatchState::Cancelling);
                if !self.kept.moved(id, states, &times, batch.total).await? {
                    // It went on just now; so does this, until it has ended.
                    return Box::pin(self.cancel(id, owner, kind)).await;
                }
                self.ends.send_replace(());
            }
            BatchState::Cancelling => {}
            BatchState::Finalizing
            | BatchState::Completed
            | BatchState::Failed
            | BatchState::Expired
            | BatchState::Cancelled => {
                let state = batch.state.name();
                return Err(NoBatch::Unfit(format!("this batch is {state} already, and cannot be cancelled")));
            }
        }
        self.get(id, owner, kind).await
    }

    /// Removes a batch that has ended. Its files stay, but for what only it gives out.
    ///
    /// # Errors
    /// When there is none, it has not ended, or the database fails.
    pub async fn remove(&self, id: &str, owner: &[u8], kind: BatchKind) -> Result<(), NoBatch> {
        let batch = self.get(id, owner, kind).await?;
        if !self.kept.remove(id, owner).await? {
            return Err(NoBatch::Unfit("this batch has not ended; cancel it first, and wait for its end".to_owned()));
        }
        if let (BatchKind::Anthropic, Some(file)) = (kind, &batch.outcome.output_file) {
            match self.files.remove(file, &results_owner(owner)).await {
                Ok(_) | Err(NoFile::Unknown) => {}
                Err(error) => return Err(failed(error).into()),
            }
        }
        Ok(())
    }

    /// What came of the lines of a batch that keeps that to itself.
    ///
    /// # Errors
    /// When there is no such batch, it has not ended, or what came of it is not kept any more.
    pub async fn results(&self, id: &str, owner: &[u8]) -> Result<FoundContent, NoBatch> {
        let batch = self.get(id, owner, BatchKind::Anthropic).await?;
        if !batch.state.is_over() {
            let message = "this batch has not ended; its results are there when `processing_status` is ended";
            return Err(NoBatch::Unfit(message.to_owned()));
        }
        let gone = || NoBatch::Gone("the results of this batch are not kept any more; ask anew".to_owned());
        let file = batch.outcome.output_file.ok_or_else(gone)?;
        match self.files.open(&file, &results_owner(owner)).await {
            Ok((_, found)) => Ok(found),
            Err(NoFile::Unknown) => Err(gone()),
            Err(error) => Err(failed(error).into()),
        }
    }

    pub(super) fn files(&self) -> &KeptFiles {
        &self.files
    }
}

/// Whose files are that a batch gives out itself: they are not among those of its owner.
pub(super) fn results_owner(owner: &[u8]) -> Vec<u8> {
    [owner, b"/batches"].concat()
}

fn no_file(why: NoFile) -> NoBatch {
    match why {
        NoFile::Unknown => NoBatch::NoFile,
        NoFile::Store(error) => error.into(),
        other => failed(other).into(),
    }
}

/// A file that cannot be had, where it should be there.
pub(super) fn failed(why: NoFile) -> Failure {
    match why {
        NoFile::Failed(failure) => failure,
        other => Failure::broken(other.to_string()),
    }
}

#[expect(clippy::needless_pass_by_value, reason = "for map_err")]
pub(super) fn not_kept(error: StoreFailed) -> Failure {
    Failure::broken(error.to_string())
}

impl Batch {
    pub(super) fn of(row: BatchRow) -> Result<Self, Failure> {
        Ok(Self {
            asked: record::read(&row.request)?,
            times: record::read(&row.times)?,
            outcome: row.outcome.as_deref().map(record::read).transpose()?.unwrap_or_default(),
            id: row.id,
            state: row.state,
            created_at: row.created_at,
            expires_at: row.expires_at,
            ended_at: row.ended_at,
            total: row.total,
            completed: row.completed,
            failed: row.failed,
        })
    }

    /// How it ends in this state.
    pub(super) fn end(&self, state: BatchState, outcome: &BatchOutcome) -> BatchEnd {
        let at = unix_seconds();
        let times = record::write(&self.times.clone().with(state, at));
        BatchEnd { state, at, times, outcome: record::write(outcome) }
    }
}
