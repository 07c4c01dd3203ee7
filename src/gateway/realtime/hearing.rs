//! What is said, written down while it is still being said.
//!
//! At each pause what came before it is given to a recogniser; most turns end with a pause that is that long, so that their
//! words are there when the end is certain. Where the person goes on, a short piece is heard anew with what follows, and a
//! long one stands.

use std::sync::Arc;

use futures_util::StreamExt as _;
use futures_util::future::{AbortHandle, Aborted, abortable};
use futures_util::stream::FuturesUnordered;
use mediary_core::live::LiveTranscription;
use mediary_core::provider::BoxFuture;
use mediary_core::sound::SAMPLE_RATE_HZ;
use mediary_core::task::{Task, Transcribe};
use mediary_core::{Blob, Claim, Failure, Hold, classify};

use super::super::Gateway;
use super::super::routing::{Bounds, CallError, TaskRequest};
use super::super::tasks::Answered;
use super::ears::Stretch;
use super::sound::{bytes, wav};

/// A piece that is shorter is heard anew with what follows.
const STANDS_SECONDS: f64 = 5.0;

/// By whom, and how, something is written down.
#[derive(Debug, Clone)]
pub(super) struct Recogniser {
    pub(super) gateway: Arc<Gateway>,
    pub(super) model: String,
    pub(super) bounds: Bounds,
    pub(super) client: Vec<u8>,
    pub(super) how: LiveTranscription,
}

type Words = Result<String, CallError>;
type Job = BoxFuture<'static, (u64, Result<Words, Aborted>)>;

/// Pieces on their way to words.
#[derive(Default)]
pub(super) struct Hearing {
    jobs: FuturesUnordered<Job>,
    turns: Vec<Turn>,
    next: u64,
}

/// One turn.
struct Turn {
    item: String,
    pieces: Vec<Piece>,
    /// How long it is, once that is known.
    seconds: Option<f64>,
}

struct Piece {
    job: u64,
    stretch: Stretch,
    abort: AbortHandle,
    words: Option<Words>,
}

/// A turn whose words are there.
#[derive(Debug)]
pub(super) struct HeardTurn {
    pub(super) item: String,
    /// In pieces, as they were heard.
    pub(super) words: Result<Vec<String>, CallError>,
    pub(super) seconds: f64,
}

impl Hearing {
    fn turn(&mut self, item: &str) -> &mut Turn {
        let at = self.turns.iter().position(|turn| turn.item == item).unwrap_or_else(|| {
            self.turns.push(Turn { item: item.to_owned(), pieces: Vec::new(), seconds: None });
            self.turns.len() - 1
        });
        &mut self.turns[at]
    }

    /// Where the next piece of a turn begins, which began here.
    pub(super) fn next_from(&mut self, item: &str, from: u64) -> u64 {
        self.turn(item).pieces.last().map_or(from, |piece| piece.stretch.to)
    }

    /// A piece of a turn is complete.
    pub(super) fn piece(&mut self, item: &str, stretch: Stretch, samples: &[i16], recogniser: &Recogniser) {
        let (job, recogniser) = (self.next, recogniser.clone());
        self.next += 1;
        let file = wav(&bytes(samples), SAMPLE_RATE_HZ);
        let (work, abort) = abortable(async move { written_down(file, recogniser).await });
        self.jobs.push(Box::pin(async move { (job, work.await) }));
        self.turn(item).pieces.push(Piece { job, stretch, abort, words: None });
    }

    /// The person goes on after a pause.
    pub(super) fn resumed(&mut self, item: &str) {
        let turn = self.turn(item);
        if let Some(piece) = turn.pieces.pop_if(|piece| piece.stretch.seconds() < STANDS_SECONDS) {
            piece.abort.abort();
        }
    }

    /// No more of a turn follows.
    pub(super) fn ended(&mut self, item: &str, seconds: f64) {
        self.turn(item).seconds = Some(seconds);
    }

    /// What was heard of a turn is of no use.
    pub(super) fn forget(&mut self, item: &str) {
        self.turns.retain(|turn| turn.item != item || turn.seconds.is_some());
    }

    /// How many seconds of sound wait to be written down.
    pub(super) fn waiting_seconds(&self) -> f64 {
        let pieces = self.turns.iter().flat_map(|turn| &turn.pieces).filter(|piece| piece.words.is_none());
        pieces.map(|piece| piece.stretch.seconds()).sum()
    }

    /// Whether the words of a turn that has ended are still to come.
    pub(super) fn is_busy(&self) -> bool {
        self.turns.iter().any(|turn| turn.seconds.is_some())
    }

    /// Waits until a turn's words are there. Not completing this future loses nothing.
    pub(super) async fn next(&mut self) -> HeardTurn {
        loop {
            let is_whole =
                |turn: &Turn| turn.seconds.is_some() && turn.pieces.iter().all(|piece| piece.words.is_some());
            // In the order in which they were said.
            let first = self.turns.iter().position(|turn| turn.seconds.is_some());
            if let Some(at) = first.filter(|at| is_whole(&self.turns[*at])) {
                let mut turn = self.turns.remove(at);
                let words = turn.pieces.iter_mut().filter_map(|piece| piece.words.take()).collect();
                let (item, seconds) = (std::mem::take(&mut turn.item), turn.seconds.unwrap_or_default());
                return HeardTurn { item, words, seconds };
            }
            match self.jobs.next().await {
                Some((job, Ok(words))) => {
                    let pieces = self.turns.iter_mut().flat_map(|turn| &mut turn.pieces);
                    if let Some(piece) = pieces.into_iter().find(|piece| piece.job == job) {
                        piece.words = Some(words);
                    }
                }
                Some((_, Err(Aborted))) => {}
                None => std::future::pending().await,
            }
        }
    }
}

impl Drop for Turn {
    fn drop(&mut self) {
        self.pieces.iter().for_each(|piece| piece.abort.abort());
    }
}

async fn written_down(file: Vec<u8>, recogniser: Recogniser) -> Words {
    let Recogniser { gateway, model, bounds, client, how } = recogniser;
    let media = classify(Blob::in_memory(file), Claim { mime: None, file_name: None });
    let recording = media.map_err(|_| Failure::broken("a sound that was written here is none"))?;
    let wish = Transcribe { language: how.language, prompt: how.prompt, ..Transcribe::of(recording) };
    let request = TaskRequest { task: Task::Transcribe(wish), model, bounds, client, held: Hold::default() };
    match gateway.answer(request).await? {
        Answered::Whole(whole) => {
            let words = whole.reply.choices.first().map(|choice| choice.text.trim().to_owned());
            Ok(words.unwrap_or_default())
        }
        Answered::Stream(_) => Err(Failure::broken("a stream where a whole transcript was asked for").into()),
    }
}

impl std::fmt::Debug for Hearing {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        // What was said does not belong into a log.
        formatter.debug_struct("Hearing").field("turns", &self.turns.len()).finish_non_exhaustive()
    }
}
