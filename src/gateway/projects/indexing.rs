//! Files of projects are read, one after another, and become passages with vectors.
//!
//! What is waited for lies in the database, so a restart goes on where the server stopped. A file is claimed by the server that
//! reads it; one whose reading finds no room is put off, and what another reader could not do better has failed and says why.

use std::sync::Arc;
use std::time::Duration;

use mediary_core::plan::Privacy;
use mediary_core::provider::BoxFuture;
use mediary_core::task::{Task, Transcribe};
use mediary_core::{Failure, FailureKind, Hold, Media, MediaKind};
use mediary_layout::to_markdown;
use mediary_store::{FileState, Indexed, NewPassage, Unindexed};

use super::super::administration::unix_seconds;
use super::super::documents::{Attached, EngineChoice, ReadOptions, Reading};
use super::super::routing::{Bounds, CallError, TaskRequest};
use super::super::tasks::Answered;
use super::super::{Gateway, NoFile, blocking};
use super::cutting::{Leaf, Piece, cut};
use super::vectors::{Side, embedding, vectors};
use super::{NoProject, Projects};

/// How often it is looked whether another server has left something, or what was put off is due.
const LOOK_EVERY: Duration = Duration::from_secs(30);
/// A file is claimed for so long; no reading takes longer.
const CLAIMED_SECONDS: i64 = 2 * 3600;
/// What finds no room is tried again after that, …
const BUSY_SECONDS: i64 = 15;
/// … and what cannot have other vectors.
const NO_VECTORS_SECONDS: i64 = 3600;
/// So many passages are embedded before another request has its turn.
const TOGETHER: usize = 32;
/// A longer reason is cut.
const MOST_REASON_CHARS: usize = 500;

/// Why a file is not indexed now.
enum NotNow {
    /// There is no room for it; it is tried again.
    Busy,
    /// It is not there any more.
    Gone,
    /// It is not read, and that will not change.
    Unread(String),
}

impl From<Failure> for NotNow {
    fn from(failure: Failure) -> Self {
        match failure.kind {
            FailureKind::Busy { .. } => Self::Busy,
            _ => Self::Unread(failure.detail),
        }
    }
}

impl Projects {
    /// Reads what comes; never ends.
    pub(super) async fn read_what_comes(&self) {
        loop {
            match self.next().await {
                Ok(Some(work)) => {
                    if let Err(error) = self.carry_out(&work).await {
                        tracing::warn!(error.detail = %error, "a file of a project is read later");
                        let later = self.rows.put_off(&work, unix_seconds() + BUSY_SECONDS).await;
                        if later.is_err() {
                            self.wait().await;
                        }
                    }
                }
                Ok(None) => self.wait().await,
                Err(error) => {
                    tracing::warn!(error.detail = %error, "it cannot be looked which files of projects are to be read");
                    self.wait().await;
                }
            }
        }
    }

    async fn wait(&self) {
        // Either will do: it is looked again.
        let _ = tokio::time::timeout(LOOK_EVERY, self.added.notified()).await;
    }

    /// The next file, claimed.
    async fn next(&self) -> Result<Option<Unindexed>, NoProject> {
        /// Others may be after the same ones.
        const SOME: u32 = 16;
        let (now, model) = (unix_seconds(), embedding(&self.gateway()).map(|(model, _)| model));
        for work in self.rows.unindexed(model, now, SOME).await? {
            if self.rows.claim(&work, now, now + CLAIMED_SECONDS).await? {
                return Ok(Some(work));
            }
        }
        Ok(None)
    }

    async fn carry_out(&self, work: &Unindexed) -> Result<(), NoProject> {
        if work.is_read {
            return self.embed_anew(work).await;
        }
        let indexed = match Box::pin(self.read(work)).await {
            Ok(indexed) => indexed,
            Err(NotNow::Busy) => {
                return Ok(self.rows.put_off(work, unix_seconds() + BUSY_SECONDS).await?);
            }
            Err(NotNow::Gone) => return Ok(self.rows.put_off(work, unix_seconds() + CLAIMED_SECONDS).await?),
            Err(NotNow::Unread(reason)) => failed(&reason),
        };
        self.rows.index(work, indexed).await?;
        Ok(())
    }

    /// Reads a file.
    async fn read(&self, work: &Unindexed) -> Result<Indexed, NotNow> {
        let gateway = self.gateway();
        let spool = gateway.admission().spool();
        let (_, media) = match self.files.medium(&work.file, &work.owner, spool).await {
            Ok(found) => found,
            Err(NoFile::Unknown) => return Err(NotNow::Gone),
            Err(NoFile::Failed(failure)) => return Err(failure.into()),
            Err(NoFile::Store(_) | NoFile::Full { .. } | NoFile::Unfit(_)) => return Err(NotNow::Busy),
        };
        if matches!(media.kind(), MediaKind::Audio | MediaKind::Video) {
            let text = heard(&gateway, media).await?;
            let leaves = vec![Leaf { page: None, within: String::new(), text }];
            return self.indexed(&gateway, work, Read { leaves, pages: 0, reason: None }).await;
        }
        let bounds = here();
        let (engine, client) = (EngineChoice::Local, work.owner.clone());
        let options = ReadOptions { engine, bounds, client, ..ReadOptions::default() };
        let reading: BoxFuture<'_, Result<Reading, Failure>> =
            Box::pin(gateway.reader.read(media, &options, &|_, _| ()));
        let reading = reading.await?;
        let pages = i64::try_from(reading.total_pages).unwrap_or(i64::MAX);
        let reason = unread(&reading);
        let leaves = blocking::run(move || {
            let mut leaves = Vec::new();
            leaves_of(&reading, "", &mut leaves);
            Ok(leaves)
        });
        let leaves = leaves.await?;
        self.indexed(&gateway, work, Read { leaves, pages, reason }).await
    }

    /// Cuts what was read into passages with vectors.
    async fn indexed(&self, gateway: &Gateway, work: &Unindexed, read: Read) -> Result<Indexed, NotNow> {
        let Read { leaves, pages, reason } = read;
        let pieces = blocking::run(move || Ok(cut(&leaves))).await?;
        if pieces.is_empty() {
            let (state, model, passages) = (FileState::NoText, None, Vec::new());
            return Ok(Indexed { state, reason, pages, model, passages });
        }
        let room = self.room_for_passages(work).await.map_err(|_| NotNow::Busy)?;
        if pieces.len() > room {
            let (count, most) = (pieces.len(), self.settings.passages);
            return Err(NotNow::Unread(format!(
                "it has {count} passages, and a project may have {most}, of which {room} are left; remove files, split this one, \
                 or raise `passages` in [projects]"
            )));
        }
        let (model, found) = embedded(gateway, pieces.iter().map(|piece| said(&piece.heading, &piece.text))).await?;
        let mut found = found.into_iter();
        let passage = |Piece { page, heading, text }| NewPassage {
            page: page.map(i64::from),
            heading,
            text,
            vector: found.next(),
        };
        let passages = pieces.into_iter().map(passage).collect();
        Ok(Indexed { state: FileState::Ready, reason, pages, model: model.map(str::to_owned), passages })
    }

    /// How many passages more the project of a file may have.
    async fn room_for_passages(&self, work: &Unindexed) -> Result<usize, NoProject> {
        let (_, counted) = self.get(&work.project, &work.owner).await?;
        let left = i64::from(self.settings.passages).saturating_sub(counted.passages);
        Ok(usize::try_from(left).unwrap_or(0))
    }

    /// Gives the passages of a file vectors of the model that is in use now.
    async fn embed_anew(&self, work: &Unindexed) -> Result<(), NoProject> {
        let gateway = self.gateway();
        let texts = self.rows.texts(work).await?;
        match embedded(&gateway, texts.iter().map(|(heading, text)| said(heading, text))).await {
            Ok((Some(model), vectors)) => Ok(self.rows.embed_anew(work, model, vectors).await?),
            Ok((None, _)) | Err(NotNow::Gone | NotNow::Unread(_)) => {
                Ok(self.rows.put_off(work, unix_seconds() + NO_VECTORS_SECONDS).await?)
            }
            Err(NotNow::Busy) => Ok(self.rows.put_off(work, unix_seconds() + BUSY_SECONDS).await?),
        }
    }
}

/// What a file says.
struct Read {
    leaves: Vec<Leaf>,
    pages: i64,
    /// What of it was not read.
    reason: Option<String>,
}

/// Nothing leaves this machine, and no client is charged.
fn here() -> Bounds {
    Bounds { privacy: Privacy::Local, ..Bounds::default() }
}

/// What is said in a recording, by an engine of this process.
async fn heard(gateway: &Arc<Gateway>, recording: Media) -> Result<String, NotNow> {
    let task = Task::Transcribe(Transcribe::of(recording));
    let (model, bounds) = (String::new(), here());
    let request = TaskRequest { task, model, bounds, client: Vec::new(), held: Hold::default() };
    // Named as what it is: what it is made of would be looked through again by all that wait for it.
    let answering: BoxFuture<'_, Result<Answered, CallError>> = Box::pin(gateway.answer(request));
    match answering.await {
        Ok(Answered::Whole(whole)) => {
            Ok(whole.reply.choices.into_iter().next().map(|choice| choice.text).unwrap_or_default())
        }
        Ok(Answered::Stream(_)) => Err(NotNow::Unread("a transcript came as a stream".to_owned())),
        Err(CallError::Failed(failure)) => Err(failure.into()),
        Err(CallError::Exhausted(exhausted)) if exhausted.queue_wait().is_some() => Err(NotNow::Busy),
        Err(_) => Err(NotNow::Unread(
            "nothing in this process hears what is said in it; run `mediary models pull moonshine` and start Mediary anew, or \
             send it to /v1/audio/transcriptions and add what comes of it"
                .to_owned(),
        )),
    }
}

/// What a vector is made of.
fn said(heading: &str, text: &str) -> String {
    if heading.is_empty() { text.to_owned() } else { format!("{heading}\n{text}") }
}

/// Vectors of texts, and what made them; none where nothing is installed that could, or it does not answer: then passages are
/// found by their words.
async fn embedded(
    gateway: &Gateway,
    texts: impl Iterator<Item = String>,
) -> Result<(Option<&'static str>, Vec<Vec<f32>>), NotNow> {
    let Some((model, _)) = embedding(gateway) else { return Ok((None, Vec::new())) };
    let texts: Vec<String> = texts.collect();
    let mut all = Vec::with_capacity(texts.len());
    for some in texts.chunks(TOGETHER) {
        match vectors(gateway, model, some.to_vec(), Side::Passage).await {
            Ok(found) => all.extend(found),
            Err(Failure { kind: FailureKind::Busy { .. }, .. }) => return Err(NotNow::Busy),
            Err(failure) => {
                tracing::warn!(error.kind = failure.kind.name(), "passages of a project have no vectors");
                return Ok((None, Vec::new()));
            }
        }
    }
    Ok((Some(model), all))
}

fn failed(reason: &str) -> Indexed {
    let reason = Some(reason.chars().take(MOST_REASON_CHARS).collect());
    Indexed { state: FileState::Failed, reason, pages: 0, model: None, passages: Vec::new() }
}

/// What of a document was not read.
fn unread(reading: &Reading) -> Option<String> {
    let all = reading.all_pages();
    let failures: Vec<&Failure> = all.iter().filter_map(|outcome| outcome.page.as_ref().err()).collect();
    let lost = reading.attachments.iter().filter(|attached| attached.result.is_err()).count();
    let mut told = Vec::new();
    if let Some(first) = failures.first() {
        told.push(format!("{} of {} pages were not read: {}", failures.len(), all.len(), first.detail));
    }
    if lost > 0 {
        told.push(format!("{lost} of {} files in it were not read", reading.attachments.len()));
    }
    let told = told.join("; ");
    Some(told.chars().take(MOST_REASON_CHARS).collect()).filter(|told: &String| !told.is_empty())
}

/// The texts of a document, page by page, and of the files that came with it.
fn leaves_of(reading: &Reading, within: &str, leaves: &mut Vec<Leaf>) {
    let has_pages = reading.total_pages > 1;
    for outcome in &reading.pages {
        let Ok(page) = &outcome.page else { continue };
        let text = if reading.is_plain_text() { page.text() } else { to_markdown(&page.blocks) };
        let page = u32::try_from(outcome.index + 1).ok().filter(|_| has_pages);
        leaves.push(Leaf { page, within: within.to_owned(), text });
    }
    for Attached { name, result } in &reading.attachments {
        let within = if within.is_empty() { name.clone() } else { format!("{within} > {name}") };
        if let Ok(reading) = result {
            leaves_of(reading, &within, leaves);
        }
    }
}
