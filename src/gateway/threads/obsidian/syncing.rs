//! A sync: what is said in threads and in no note yet is written, and nothing else.

use std::io;
use std::path::PathBuf;
use std::sync::Arc;

use mediary_core::Failure;
use mediary_store::{MessageRow, ThreadList, ThreadNote, ThreadRow};

use super::super::super::blocking;
use super::super::record::{Record, RecordMedium};
use super::super::{NoThread, Threads, short_owner};
use super::Vault;
use super::files::{Folder, is_there, looked_through, write_new, write_over};
use super::names::note_name;
use super::note::{Known, attachment, written};

/// So many threads are looked at together.
const PAGE: u32 = 500;
/// So many notes are told of one by one.
const MOST_TOLD: usize = 100;

/// How notes are to be written.
#[derive(Debug, Clone, Copy, Default)]
pub struct SyncWish {
    /// Whether notes that a person deleted are written again.
    pub restores: bool,
}

/// What came of a sync.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct SyncReport {
    /// How many files were written, attachments among them.
    pub written: u64,
    /// How many threads' notes say already what they should.
    pub unchanged: u64,
    /// How many notes were left as a person has changed them.
    pub kept_edits: u64,
    /// How many threads' notes a person has deleted.
    pub deleted: u64,
    /// How many threads could not be written.
    pub failed: u64,
    /// What there is to say of notes, the first of them.
    pub details: Vec<SyncDetail>,
}

/// What there is to say of a note.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SyncDetail {
    /// Its thread.
    pub thread: String,
    /// What came of it: `kept_edit` or `failed`.
    pub outcome: &'static str,
    /// The note, from the folder of notes on.
    pub note: Option<String>,
    /// Where what was said since is found; or why it failed.
    pub detail: Option<String>,
}

/// What is done about a thread.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Step {
    /// Nothing, its notes are as they should be.
    Unchanged,
    /// Nothing, a person has deleted its note.
    Deleted,
    /// A new note is written, of what is behind this message.
    New(i64),
    /// The note there is written anew.
    Over(PathBuf, i64),
}

impl Threads {
    /// Writes an owner's threads as notes into the vault.
    ///
    /// # Errors
    /// When there is none, or not for this owner, or it is not to be had.
    pub async fn sync(&self, owner: &[u8], wish: SyncWish) -> Result<SyncReport, NoThread> {
        let Some(vault) = &self.vault else {
            let message = "No vault is named here: set [obsidian] vault to the folder of one.";
            return Err(NoThread::NoVault(message.to_owned()));
        };
        if !vault.takes(owner, &self.clients) {
            let message =
                "The threads of this key are not written into the vault; its operator names keys in [obsidian] keys.";
            return Err(NoThread::NoVault(message.to_owned()));
        }
        self.settled().await;
        let _turn = vault.turn.lock().await;
        self.synced(vault, owner, wish).await
    }

    async fn synced(&self, vault: &Vault, owner: &[u8], wish: SyncWish) -> Result<SyncReport, NoThread> {
        let place = vault.root.join(&vault.folder).to_string_lossy().into_owned();
        let notes = self.rows.notes(owner).await?.into_iter().filter(|note| note.vault == place);
        let notes: std::collections::HashMap<i64, i64> = notes.map(|note| (note.thread, note.changes)).collect();
        let (root, folder) = (vault.root.clone(), vault.folder.clone());
        // Where notes were written, and not even their folder is there, no person deleted them: another disk is there, or none.
        let may_be_new = wish.restores || !self.rows.has_notes(&place).await?;
        let looked = blocking::run(move || Ok(looked_through(&root, &folder, may_be_new))).await?;
        let mut folder = looked.map_err(|error| away(vault, &error))?;
        let short = format!("{:016x}", short_owner(owner));
        let (mut report, mut after) = (SyncReport::default(), None);
        loop {
            let list = ThreadList { is_ascending: true, after: after.take(), limit: PAGE, project: None };
            let (threads, has_more) = self.rows.list(owner, &list).await?;
            let mut noted = Vec::new();
            for thread in &threads {
                let before = notes.get(&thread.seq).copied();
                let steps = Self::step(&folder, &short, thread, before, wish, &mut report);
                match self.stepped(&mut folder, &short, thread, steps, &mut report).await {
                    Ok(()) if before != Some(thread.changes) => {
                        noted.push(ThreadNote { thread: thread.seq, vault: place.clone(), changes: thread.changes });
                    }
                    Ok(()) => {}
                    Err(why) => {
                        tracing::warn!(error.detail = %why, "a thread is not written as a note");
                        report.failed += 1;
                        // What broke is the log's affair; a client is told that it did.
                        let detail = Some("it could not be written; the server's log says why".to_owned());
                        report.tell(SyncDetail { thread: thread.id.clone(), outcome: "failed", note: None, detail });
                    }
                }
            }
            self.rows.noted(noted).await?;
            after = threads.last().map(|last| last.id.clone());
            if !has_more {
                return Ok(report);
            }
        }
    }

    /// What is to be done about a thread, by its notes and how it stood when they were written.
    pub(super) fn step(
        folder: &Folder,
        short: &str,
        thread: &ThreadRow,
        before: Option<i64>,
        wish: SyncWish,
        report: &mut SyncReport,
    ) -> Step {
        let notes = folder.notes.get(&(short.to_owned(), thread.id.clone())).map_or(&[][..], Vec::as_slice);
        // A thread of this id that has gone leaves its notes, which are none of this one's.
        let is_its = |known: &Known| known.created.is_none_or(|created| created == thread.created_at);
        let notes: Vec<&(PathBuf, Known)> = notes.iter().filter(|(_, known)| is_its(known)).collect();
        for (path, _) in notes.iter().filter(|(_, its)| !its.is_untouched) {
            report.kept_edits += 1;
            let note = Some(folder.shown(path));
            report.tell(SyncDetail { thread: thread.id.clone(), outcome: "kept_edit", note, detail: None });
        }
        let covered = notes.iter().filter(|(_, its)| !its.is_untouched).map(|(_, its)| its.last).max();
        match notes.last() {
            None if before.is_some() && !wish.restores => Step::Deleted,
            None => Step::New(0),
            Some(_) if before == Some(thread.changes) => Step::Unchanged,
            Some((path, Known { is_untouched: true, from, .. })) => Step::Over(path.clone(), *from),
            Some(_) => Step::New(covered.unwrap_or(0)),
        }
    }

    async fn stepped(
        &self,
        folder: &mut Folder,
        short: &str,
        thread: &ThreadRow,
        step: Step,
        report: &mut SyncReport,
    ) -> Result<(), NoThread> {
        let from = match &step {
            Step::Unchanged => {
                report.unchanged += 1;
                return Ok(());
            }
            Step::Deleted => {
                report.deleted += 1;
                return Ok(());
            }
            Step::New(from) | Step::Over(_, from) => *from,
        };
        let messages: Vec<MessageRow> =
            self.all_messages(thread.seq).await?.into_iter().filter(|message| message.seq > from).collect();
        if from > 0 && messages.is_empty() {
            report.unchanged += 1;
            return Ok(());
        }
        report.written += self.attached(folder, &messages).await?;
        let text = written(thread, short, from, &messages);
        match step {
            Step::New(_) => {
                let name = note_name(&thread.title, &thread.id);
                let name = if from > 0 { format!("{name} (continued)") } else { name };
                let path = folder.place_for(&name);
                let its = path.clone();
                blocking::run(move || write_new(&path, text.as_bytes()).map_err(broken)).await?;
                report.written += 1;
                if let Some(detail) = report.details.iter_mut().rev().find(|detail| detail.thread == thread.id) {
                    detail.detail = Some(format!("what was said since is in {}", folder.shown(&its)));
                }
            }
            Step::Over(path, _) => {
                let is_same = blocking::run(move || {
                    if std::fs::read_to_string(&path).is_ok_and(|there| there == text) {
                        return Ok(None);
                    }
                    write_over(&path, &text).map(Some).map_err(broken)
                });
                match is_same.await? {
                    None => report.unchanged += 1,
                    Some(true) => report.written += 1,
                    // It was changed just now: the next sync sees that.
                    Some(false) => return Err(Failure::broken("the note was changed while it was written").into()),
                }
            }
            Step::Unchanged | Step::Deleted => {}
        }
        Ok(())
    }

    /// Writes the media of messages that are not there yet. Gives how many.
    async fn attached(&self, folder: &Folder, messages: &[MessageRow]) -> Result<u64, NoThread> {
        let mut count = 0;
        let records: Vec<Record> = messages.iter().map(Record::read).collect();
        let media: Vec<RecordMedium> = records.iter().flat_map(Record::media).cloned().collect();
        for medium in media {
            let path = folder.attachment(&attachment(&medium));
            let content = self.content.clone();
            let is_written = blocking::run(move || {
                if is_there(&path, medium.bytes) {
                    return Ok(false);
                }
                let Some(bytes) = super::super::media::bytes_of(&*content, &medium.hash)? else { return Ok(false) };
                match write_new(&path, &bytes) {
                    Ok(()) => Ok(true),
                    // A person's own file has this name, or it came just now.
                    Err(error) if error.kind() == io::ErrorKind::AlreadyExists => Ok(false),
                    Err(error) => Err(broken(error)),
                }
            });
            count += u64::from(is_written.await?);
        }
        Ok(count)
    }

    /// Writes the threads of all owners whose threads are to be.
    pub(super) async fn sync_all(self: &Arc<Self>, vault: &Vault) -> Result<SyncReport, NoThread> {
        let mut all = SyncReport::default();
        for owner in self.rows.owners().await? {
            if vault.takes(&owner, &self.clients) {
                let _turn = vault.turn.lock().await;
                let report = self.synced(vault, &owner, SyncWish::default()).await?;
                all.written += report.written;
                all.failed += report.failed;
            }
        }
        Ok(all)
    }
}

impl SyncReport {
    fn tell(&mut self, detail: SyncDetail) {
        if self.details.len() < MOST_TOLD {
            self.details.push(detail);
        }
    }
}

#[expect(clippy::needless_pass_by_value, reason = "errors are handed over to it")]
fn broken(error: io::Error) -> Failure {
    Failure::broken(format!("a note cannot be written: {error}"))
}

fn away(vault: &Vault, error: &io::Error) -> NoThread {
    tracing::warn!(vault.path = %vault.root.display(), error.detail = %error, "the vault cannot be written to");
    NoThread::VaultAway
}
