//! What is kept goes through here, in the order in which the answers of a key end: a turn at a time, its media before it.

use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use mediary_core::plan::Privacy;
use mediary_core::task::{Message, Part};
use mediary_store::{KeptTurn, NewMessage, ThreadMedium, ThreadRow, TitledBy};
use tokio::sync::{mpsc, oneshot};
use uuid::Uuid;

use super::super::administration::unix_seconds;
use super::lines::Lines;
use super::record::{Record, role_name, tokens_of};
use super::{NoThread, Threads, short_owner, titles, words};

/// The most that waits to be kept; beyond it turns are lost, which is logged.
const MOST_WAITING: u64 = 256 << 20;
/// Those whose time is over are looked for so often.
const SWEEP_SECONDS: i64 = 600;
/// So many of them are removed at once.
const SWEPT_AT_ONCE: u32 = 500;
/// So long a turn is known by its name, by far longer than it is tried for.
const NAMED_SECONDS: i64 = 86_400;
/// What could not be kept is tried again after each of these.
const PAUSES: [Duration; 3] = [Duration::from_millis(100), Duration::from_millis(500), Duration::from_secs(2)];
/// How much of a message is found by its meaning: more is none to the model.
pub(super) const MEANING_CHARS: usize = 1_500;

/// What was said in a request and its answer.
#[derive(Debug)]
pub(super) struct Said {
    pub(super) id: String,
    pub(super) owner: Vec<u8>,
    /// What the thread had not yet, without the answer.
    pub(super) new: Vec<Message>,
    pub(super) answer: Option<Message>,
    /// The target that answered.
    pub(super) model: String,
    pub(super) is_incomplete: bool,
    /// The project that a new thread belongs to.
    pub(super) project: Option<String>,
    /// For whom its title is asked.
    pub(super) asker: titles::Asker,
}

impl Said {
    /// About how much memory it takes.
    fn bytes(&self) -> u64 {
        let texts = self.new.iter().chain(&self.answer).flat_map(|message| &message.parts).map(|part| match part {
            Part::Text(text) => text.len() as u64,
            Part::Media(part) => part.media.blob.len_bytes().min(1 << 20),
            Part::Remote { .. } => 0,
        });
        texts.sum::<u64>() + 1_024
    }
}

/// What becomes of the threads, for each key in this order.
#[derive(Debug)]
pub(super) enum Change {
    /// A turn, and how much memory it takes.
    Keep(Box<Said>, u64),
    /// To be told once everything before it is kept.
    Settle(oneshot::Sender<()>),
}

impl Threads {
    /// Keeps a turn, soon.
    pub(super) fn keep(&self, said: Said) {
        let bytes = said.bytes();
        if self.waiting.fetch_add(bytes, Ordering::Relaxed) > MOST_WAITING {
            self.waiting.fetch_sub(bytes, Ordering::Relaxed);
            tracing::error!("a turn of a thread is lost: too much waits for the disk");
            return;
        }
        if self.changes.send(Change::Keep(Box::new(said), bytes)).is_err() {
            tracing::warn!("a turn of a thread is lost: the server stops");
        }
    }

    async fn kept(self: &Arc<Self>, said: Said) -> Result<(), NoThread> {
        let now = unix_seconds();
        let (mut messages, mut kept_media, mut bytes) = (Vec::new(), Vec::<ThreadMedium>::new(), 0_i64);
        let all: Vec<(&Message, bool)> = said
            .new
            .iter()
            .map(|message| (message, false))
            .chain(said.answer.iter().map(|answer| (answer, true)))
            .collect();
        for (message, is_answer) in &all {
            let role = role_name(message.role);
            let record = Record { is_local: said.asker.bounds.privacy == Privacy::Local, ..Record::of(message) };
            for medium in record.media() {
                if !kept_media.iter().any(|known| known.hash == medium.hash) {
                    let bytes = i64::try_from(medium.bytes).unwrap_or(i64::MAX);
                    kept_media.push(ThreadMedium { hash: medium.hash.clone(), mime: medium.mime.clone(), bytes });
                }
            }
            let body =
                serde_json::to_string(&record).map_err(|error| mediary_core::Failure::broken(error.to_string()))?;
            let words = record.said();
            bytes = bytes.saturating_add(i64::try_from(body.len() + words.len()).unwrap_or(i64::MAX));
            messages.push(NewMessage {
                role,
                model: if *is_answer { said.model.clone() } else { String::new() },
                is_incomplete: *is_answer && said.is_incomplete,
                tokens: tokens_of(message),
                digest: record.digest(role),
                has_meaning: self.settings.meaning && role != "tool" && !words.trim().is_empty(),
                body,
                said: words,
            });
        }
        bytes = kept_media.iter().fold(bytes, |bytes, medium| bytes.saturating_add(medium.bytes));
        let words = words::counted(messages.iter().map(|message| message.said.as_str()));
        let title = titles::first_words(&messages);
        let asked = titles::Asked::of(&messages);
        let turn = KeptTurn {
            // One that is tried again is the same.
            name: Uuid::now_v7().simple().to_string(),
            thread: ThreadRow { project: said.project.clone(), ..new_thread(&said.id, &said.owner, &said.model, now) },
            messages,
            media: kept_media,
            words,
            short_owner: short_owner(&said.owner),
            bytes,
        };
        let mut pauses = PAUSES.iter();
        // Its client has its answer: a database or bucket that is away for a moment is no reason to lose it.
        while let Err(error) = self.put(&all, turn.clone()).await {
            let Some(pause) = pauses.next() else { return Err(error) };
            tracing::warn!(error.detail = %error, "a turn of a thread is not kept yet, and tried again");
            if self.stopping.run_until_cancelled(tokio::time::sleep(*pause)).await.is_none() {
                return Err(error);
            }
        }
        self.bytes.fetch_add(u64::try_from(bytes).unwrap_or(0), Ordering::Relaxed);
        if let Some(thread) = self.rows.get(&said.id, &said.owner).await?.filter(|thread| thread.titled_by.is_none()) {
            self.rows.entitle(&thread, &title, &words::spaced(&title), TitledBy::Words).await?;
            if thread.turns == 1 {
                self.ask_for_title(thread, asked, said.asker);
            }
        }
        self.news.notify_waiters();
        Ok(())
    }

    /// Puts a turn where it is kept, its media before it.
    async fn put(&self, all: &[(&Message, bool)], turn: KeptTurn) -> Result<(), NoThread> {
        // Of two threads with the same media one may just be going.
        let _turns = self.media_turns.of(turn.media.iter().map(|medium| medium.hash.as_str())).await;
        for (message, _) in all {
            for part in &message.parts {
                if let Part::Media(part) = part {
                    self.written(part.media.blob.clone()).await?;
                }
            }
        }
        Ok(self.rows.keep(turn).await?)
    }

    /// Removes threads whose time is over.
    async fn sweep(&self, now: i64) -> Result<(), NoThread> {
        self.rows.forget_names(now.saturating_sub(NAMED_SECONDS)).await?;
        self.forget_orphans().await?;
        // Other servers may have kept and removed some.
        self.bytes.store(self.rows.bytes().await?, Ordering::Relaxed);
        let Some(life) = self.settings.life else { return Ok(()) };
        let before = now.saturating_sub(i64::try_from(life.as_secs()).unwrap_or(i64::MAX));
        loop {
            let old = self.rows.older(before, SWEPT_AT_ONCE).await?;
            let is_last = old.len() < SWEPT_AT_ONCE as usize;
            for (owner, id) in old {
                self.removed(&id, &owner).await?;
            }
            if is_last {
                return Ok(());
            }
        }
    }

    /// Removes a thread of this owner's, with its media as far as no other has them. Gives whether it was there.
    pub(super) async fn removed(&self, id: &str, owner: &[u8]) -> Result<bool, NoThread> {
        let Some(gone) = self.rows.remove(id, owner).await? else { return Ok(false) };
        for medium in gone {
            self.forget_bytes(&medium.hash).await?;
        }
        self.meanings.forget(short_owner(owner));
        self.bytes.store(self.rows.bytes().await?, Ordering::Relaxed);
        Ok(true)
    }
}

/// A thread as it is made.
pub(super) fn new_thread(id: &str, owner: &[u8], model: &str, now: i64) -> ThreadRow {
    ThreadRow {
        seq: 0,
        owner: owner.to_vec(),
        id: id.to_owned(),
        title: String::new(),
        titled_by: None,
        metadata: "{}".to_owned(),
        project: None,
        model: model.to_owned(),
        created_at: now,
        updated_at: now,
        changes: 0,
        turns: 0,
        messages: 0,
        bytes: 0,
    }
}

/// Keeps what is said until the server stops. What one key waits for, no other does.
pub(super) async fn keep_all(threads: Arc<Threads>, mut changes: mpsc::UnboundedReceiver<Change>) {
    let mut lines = Lines::default();
    loop {
        tokio::select! {
            biased;
            Some(ended) = lines.next(), if !lines.is_empty() => lines.ended(ended),
            change = changes.recv() => match change {
                Some(Change::Keep(said, bytes)) => {
                    let (owner, threads) = (said.owner.clone(), threads.clone());
                    lines.put(owner, Box::pin(async move {
                        if let Err(error) = threads.kept(*said).await {
                            tracing::error!(error.detail = %error, "a turn of a thread is not kept");
                        }
                        threads.waiting.fetch_sub(bytes, Ordering::Relaxed);
                    }));
                }
                Some(Change::Settle(settled)) => lines.settle(settled),
                None => break,
            },
            () = threads.stopping.cancelled() => break,
        }
    }
    while let Some(ended) = lines.next().await {
        lines.ended(ended);
    }
}

/// Removes from time to time what is too old, until the server stops.
pub(super) async fn sweep_all(threads: Arc<Threads>) {
    let mut sweeps = tokio::time::interval(Duration::from_secs(SWEEP_SECONDS.unsigned_abs()));
    loop {
        tokio::select! {
            biased;
            () = threads.stopping.cancelled() => return,
            _ = sweeps.tick() => {}
        }
        if let Err(error) = threads.sweep(unix_seconds()).await {
            tracing::warn!(error.detail = %error, "old threads are not removed");
        }
    }
}
