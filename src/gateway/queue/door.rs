//! The door of a server that hands its batches' lines out: each is answered by some node, and found again by its name after a
//! restart, so that none is in doubt.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use futures_util::{StreamExt as _, TryStreamExt as _, stream};
use mediary_core::provider::BoxFuture;
use mediary_core::{Failure, FailureKind, ProviderId};
use mediary_store::{BatchKind, HandedOut, Queue, QueueAway};
use tokio::sync::OnceCell;

use super::super::batches::{Door, LineAnswer, LineCall, LineFault, LineOutcome, ReadLine};
use super::super::routing::AtProvider;
use super::wire::{self, Depot, Done, Job, Text};

/// How soon it is tried again where the broker is away, or there is as much to do as there may be.
const AGAIN: Duration = Duration::from_secs(1);
/// A line of which nothing is heard is handed out again this often: a broker that lost power may have lost it.
const LOST: Duration = Duration::from_secs(60);
/// So many parts of a line are handed out at once.
const PARTS_AT_ONCE: usize = 64;

/// A door behind which nodes are.
#[derive(Debug)]
pub struct QueueDoor {
    queue: Arc<Queue>,
    depot: Depot,
    /// What reads and writes lines.
    words: Arc<dyn Door>,
    /// How many parts lines under way are in, by their names, where it is more than one.
    parted: Arc<Mutex<HashMap<String, usize>>>,
}

impl QueueDoor {
    /// A door to the nodes of a queue; lines are read and written as at another door.
    #[must_use]
    pub fn new(queue: Arc<Queue>, depot: Depot, words: Arc<dyn Door>) -> Self {
        Self { queue, depot, words, parted: Arc::default() }
    }
}

impl Door for QueueDoor {
    fn answer(&self, call: LineCall) -> BoxFuture<'static, LineAnswer> {
        let (queue, depot, words) = (self.queue.clone(), self.depot.clone(), self.words.clone());
        let parted = self.parted.clone();
        // What must not leave this machine is answered on it.
        if call.stays {
            return self.words.answer(call);
        }
        Box::pin(async move {
            // From here on it is another process's.
            if call.announced.announce().await.is_err() {
                return LineAnswer::left();
            }
            let parts = words.parts(&call).await;
            let _under_way = Parted::note(&parted, &call.name, parts.len());
            loop {
                let answered = match parts.is_empty() {
                    true => answered((&queue, &depot), (&call, &OnceCell::new()), &call.name, None).await,
                    false => answered_in_parts(&queue, &depot, &call, &parts, &*words).await,
                };
                match answered {
                    Ok(answer) => return answer,
                    Err(failure) if failure.kind == FailureKind::Unreachable => {
                        tracing::warn!(error.detail = %failure, "a line of a batch waits for the queue");
                        tokio::time::sleep(AGAIN).await;
                    }
                    Err(failure) => return LineAnswer::not_handed(&failure),
                }
            }
        })
    }

    fn answer_here(&self, call: LineCall) -> BoxFuture<'static, LineAnswer> {
        self.words.answer_here(call)
    }

    fn batching(&self, provider: &ProviderId, key: Option<&str>) -> Option<AtProvider> {
        self.words.batching(provider, key)
    }

    fn read_line(&self, endpoint: &str, text: &str) -> Result<ReadLine, LineFault> {
        self.words.read_line(endpoint, text)
    }

    fn written(&self, kind: BatchKind, line_id: &str, custom_id: &str, outcome: &LineOutcome) -> String {
        self.words.written(kind, line_id, custom_id, outcome)
    }

    fn finds_again(&self) -> bool {
        true
    }

    fn takes_back<'a>(&'a self, name: &'a str) -> BoxFuture<'a, bool> {
        let parts = self.parted.lock().unwrap_or_else(PoisonError::into_inner).get(name).copied();
        Box::pin(async move {
            let taken = match parts {
                None => self.queue.take_back(name).await,
                Some(parts) => self.take_parts_back(name, parts).await,
            };
            taken.unwrap_or_else(|away| {
                tracing::warn!(error.detail = %away, "a line of a batch that ends is not taken back");
                false
            })
        })
    }

    fn noted<'a>(&'a self, name: &'a str) -> BoxFuture<'a, ()> {
        Box::pin(async move {
            // Whatever was answered before to the line, or to a part of it.
            if let Err(away) = self.queue.forget_result(line_and_attempt(name).0).await {
                // It goes when its batch ends.
                tracing::info!(error.detail = %away, "an answer is left in the queue for now");
            }
        })
    }

    fn ended(&self, batch: &str) -> BoxFuture<'static, ()> {
        let (queue, batch) = (self.queue.clone(), batch.to_owned());
        Box::pin(async move {
            if let Err(away) = queue.forget(&batch).await {
                // It goes with its time.
                tracing::info!(batch.id = batch, error.detail = %away, "results in the queue are not forgotten yet");
            }
        })
    }
}

impl QueueDoor {
    /// Takes back what no node has of the parts of a line; what some node has is waited for. Gives whether none has any.
    async fn take_parts_back(&self, name: &str, parts: usize) -> Result<bool, QueueAway> {
        let mut all = true;
        let (line, attempt) = line_and_attempt(name);
        for part in (0..parts).map(|number| name_of_part(line, number, attempt)) {
            match self.queue.take_back(&part).await? {
                // It is waited for.
                true => drop(self.queue.keep_result(&part, wire::write(&Done::Left)).await?),
                false => all = false,
            }
        }
        Ok(all)
    }
}

/// That a line under way is in parts, as long as this is held.
struct Parted<'a> {
    all: &'a Mutex<HashMap<String, usize>>,
    name: &'a str,
}

impl<'a> Parted<'a> {
    fn note(all: &'a Mutex<HashMap<String, usize>>, name: &'a str, parts: usize) -> Self {
        if parts > 0 {
            all.lock().unwrap_or_else(PoisonError::into_inner).insert(name.to_owned(), parts);
        }
        Self { all, name }
    }
}

impl Drop for Parted<'_> {
    fn drop(&mut self) {
        self.all.lock().unwrap_or_else(PoisonError::into_inner).remove(self.name);
    }
}

/// What a line is known by however often it is asked, and which time this is, from 0.
fn line_and_attempt(name: &str) -> (&str, u32) {
    let parted = name.rsplit_once('.').and_then(|(line, attempt)| Some((line, attempt.parse().ok()?)));
    parted.unwrap_or((name, 0))
}

/// What a part of a line is known by.
fn name_of_part(line: &str, number: usize, attempt: u32) -> String {
    format!("{line}.part{number}.{attempt}")
}

/// A part of a line that was answered well when the line was asked before.
async fn answered_before(
    queue: &Queue,
    depot: &Depot,
    (line, attempt): (&str, u32),
    number: usize,
) -> Result<Option<LineAnswer>, Failure> {
    for before in 0..attempt {
        if let Some(found) = queue.result(&name_of_part(line, number, before)).await.map_err(away)? {
            let answer = wire::read::<Done>(&found)?.answer(depot).await?;
            if (200..300).contains(&answer.status) {
                return Ok(Some(answer));
            }
        }
    }
    Ok(None)
}

/// The answer to a line whose parts are handed out: theirs together, or that of the first that is not good. Asked again, only
/// what was not answered well is.
async fn answered_in_parts(
    queue: &Queue,
    depot: &Depot,
    call: &LineCall,
    parts: &[String],
    words: &dyn Door,
) -> Result<LineAnswer, Failure> {
    let text = OnceCell::new();
    let part = |(number, part): (usize, &String)| {
        let (line, attempt) = line_and_attempt(&call.name);
        let (part, text) = (part.clone(), &text);
        async move {
            match answered_before(queue, depot, (line, attempt), number).await? {
                Some(answer) => Ok(answer),
                None => {
                    let name = name_of_part(line, number, attempt);
                    answered((queue, depot), (call, text), &name, Some(part)).await
                }
            }
        }
    };
    let under_way: Vec<_> = parts.iter().enumerate().map(part).collect();
    let answers: Vec<LineAnswer> = stream::iter(under_way).buffered(PARTS_AT_ONCE).try_collect().await?;
    if let Some(answer) = answers.iter().find(|answer| !(200..300).contains(&answer.status)) {
        return Ok(answer.clone());
    }
    let said: Vec<(String, &[u8])> = parts.iter().cloned().zip(answers.iter().map(|answer| &*answer.body)).collect();
    match (words.joined(&said), answers.first()) {
        (Some(body), Some(first)) => Ok(LineAnswer { body: body.into(), ..first.clone() }),
        (None, _) | (_, None) => Ok(LineAnswer::failed("the answers to parts of a line cannot be put together")),
    }
}

/// What some node answers to a line, or to a part of it, by this name.
async fn answered(
    (queue, depot): (&Queue, &Depot),
    (call, text): (&LineCall, &OnceCell<Text>),
    name: &str,
    part: Option<String>,
) -> Result<LineAnswer, Failure> {
    let mut expected = queue.expect(name).await.map_err(away)?;
    if let Some(found) = queue.result(name).await.map_err(away)? {
        return wire::read::<Done>(&found)?.answer(depot).await;
    }
    let text = text.get_or_try_init(|| depot.put(call.body.clone())).await?;
    let job = wire::write(&Job::of(call, text.clone(), part));
    loop {
        while queue.hand_out(name, job.clone()).await.map_err(away)? == HandedOut::Full {
            tokio::time::sleep(AGAIN).await;
        }
        // One that the broker still has is there once all the same.
        if let Ok(found) = tokio::time::timeout(LOST, expected.came()).await {
            return wire::read::<Done>(&found.map_err(away)?)?.answer(depot).await;
        }
    }
}

#[expect(clippy::needless_pass_by_value, reason = "for map_err")]
pub(super) fn away(error: QueueAway) -> Failure {
    Failure::new(FailureKind::Unreachable, error.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_are_known_by_their_line_and_how_often_it_was_asked() {
        assert_eq!(line_and_attempt("batch_1.7.2"), ("batch_1.7", 2));
        assert_eq!(name_of_part("batch_1.7", 3, 2), "batch_1.7.part3.2");
    }
}
