//! One line: when there is room for it, to the server's door, and again where it was refused for now.

use std::sync::Arc;
use std::time::Duration;

use mediary_core::provider::BoxFuture;
use mediary_core::{Failure, FailureKind, Hold};
use mediary_store::WaitingLine;
use tokio::sync::OnceCell;
use tokio::time::Instant;

use super::super::clients::LimitNumber;
use super::super::routing::Announced;
use super::Batches;
use super::door::{Door, LineAnswer, LineCall};
use super::record::{self, LineOutcome};
use super::requests::not_kept;
use super::work::{Work, unknown};

/// How soon it is looked again whether a client's limits leave room.
const LOOK_AGAIN: Duration = Duration::from_secs(1);
/// How often an answer is written down again, where that fails.
const NOTED_AGAIN: u32 = 60;
/// One part of so many of each of a client's limits is left to its other requests.
const LEFT_TO_OTHERS: u64 = 4;

/// What is noted before a line may be billed.
#[derive(Debug)]
struct Mark {
    kept: mediary_store::Batches,
    batch: String,
    number: i64,
    is_noted: OnceCell<()>,
}

impl Announced for Mark {
    fn announce(&self) -> BoxFuture<'_, Result<(), Failure>> {
        let note = async || match self.kept.sending(&self.batch, self.number).await.map_err(not_kept)? {
            true => Ok(()),
            false => Err(Failure::new(FailureKind::ClientGone, "the batch was ended before this line was sent")),
        };
        Box::pin(async move { self.is_noted.get_or_try_init(note).await.copied() })
    }
}

impl Batches {
    /// Has a line answered, unless its batch is to end first; what came of it is on the disk when this resolves.
    pub(super) async fn answer_line(&self, work: &Work, line: WaitingLine, door: &dyn Door) -> Result<(), Failure> {
        for attempt in 0_u32.. {
            let answer = tokio::select! {
                biased;
                () = self.end_of(work) => return Ok(()),
                (place, held) = self.admitted(work, &line) => {
                    let answer = match held {
                        Ok(held) => self.answer_held(work, &line, (attempt, held), door).await?,
                        Err(failure) => Some(LineAnswer::not_handed(&failure)),
                    };
                    drop(place);
                    match answer {
                        Some(answer) => answer,
                        None => return Ok(()),
                    }
                }
            };
            match answer.waits_for(work.seconds_left()) {
                Some(wait) => {
                    self.kept.waits_again(&work.batch.id, line.number).await.map_err(not_kept)?;
                    tracing::info!(batch.id = work.batch.id, wait.seconds = wait.as_secs(), "a batch waits");
                    let until = Instant::now() + wait;
                    work.pause.send_if_modified(|pause| {
                        let is_later = pause.is_none_or(|pause| pause < until);
                        if is_later {
                            *pause = Some(until);
                        }
                        is_later
                    });
                }
                // It stays as it is, and is seen to with its batch.
                None if answer.is_left() => return Ok(()),
                None => {
                    self.note(work, line.number, answer).await?;
                    door.noted(&name_of(work, &line, attempt)).await;
                    return Ok(());
                }
            }
        }
        Ok(())
    }

    /// A place for a line, and room for what it asks among what all requests may hold.
    async fn admitted(&self, work: &Work, line: &WaitingLine) -> (super::places::Place, Result<Hold, Failure>) {
        let place = self.room(work).await;
        (place, self.held(line).await)
    }

    /// Room for what a line asks, as soon as there is some.
    pub(super) async fn held(&self, line: &WaitingLine) -> Result<Hold, Failure> {
        loop {
            match self.admission.line(line.bytes).await {
                Err(Failure { kind: FailureKind::Busy { .. }, .. }) => tokio::time::sleep(LOOK_AGAIN).await,
                held => return held,
            }
        }
    }

    /// What a line is answered whose body is taken into memory now.
    async fn answer_held(
        &self,
        work: &Work,
        line: &WaitingLine,
        (attempt, held): (u32, Hold),
        door: &dyn Door,
    ) -> Result<Option<LineAnswer>, Failure> {
        let Some(body) = self.kept.body(&work.batch.id, line.number).await.map_err(not_kept)? else { return Ok(None) };
        let call = self.call(work, line, attempt, (body, held));
        self.answer_of(work, line, call, door).await
    }

    /// What a line is answered; `None`: it is left as it is. Where others answer lines, one is taken back from them when
    /// its batch ends, and found again after a restart.
    async fn answer_of(
        &self,
        work: &Work,
        line: &WaitingLine,
        call: LineCall,
        door: &dyn Door,
    ) -> Result<Option<LineAnswer>, Failure> {
        let name = call.name.clone();
        let mut answering = door.answer(call);
        if !door.finds_again() {
            return Ok(Some(answering.await));
        }
        tokio::select! {
            biased;
            answer = &mut answering => return Ok(Some(answer)),
            () = self.stopping.cancelled() => return Ok(None),
            () = self.end_of(work) => {}
        }
        if !self.stopping.is_cancelled() && door.takes_back(&name).await {
            self.kept.waits_again(&work.batch.id, line.number).await.map_err(not_kept)?;
            return Ok(None);
        }
        // Some node may have sent it: what comes of that is waited for.
        let answer = tokio::select! {
            answer = answering => answer,
            () = self.stopping.cancelled() => return Ok(None),
        };
        if answer.is_left() {
            // Parts of it were taken back.
            self.kept.waits_again(&work.batch.id, line.number).await.map_err(not_kept)?;
            return Ok(None);
        }
        Ok(Some(answer))
    }

    fn call(&self, work: &Work, line: &WaitingLine, attempt: u32, (body, held): (String, Hold)) -> LineCall {
        let mark = Mark {
            kept: self.kept.clone(),
            batch: work.batch.id.clone(),
            number: line.number,
            is_noted: OnceCell::new(),
        };
        LineCall {
            name: name_of(work, line, attempt),
            owner: work.owner.clone(),
            client: work.batch.asked.client.clone(),
            path: work.batch.asked.endpoint.clone(),
            headers: work.batch.asked.headers.clone(),
            body,
            stays: self.stays(work),
            held: Some(held),
            announced: Arc::new(mark),
        }
    }

    /// Whether the lines of a batch must not leave this machine: it was asked for so, or its client's key has it so. Of a key
    /// that is gone it is not known any more.
    fn stays(&self, work: &Work) -> bool {
        let asked = &work.batch.asked;
        let is_local = |(name, value): &(String, String)| {
            name.eq_ignore_ascii_case("x-mediary-privacy") && value.trim() == "local"
        };
        let client = asked.client.as_ref();
        let is_kept = client.is_some_and(|id| self.clients.of(id).is_none_or(|client| client.rules.local_only));
        is_kept || asked.headers.iter().any(is_local)
    }

    /// Writes down what a line was answered.
    pub(super) async fn note(&self, work: &Work, number: i64, answer: LineAnswer) -> Result<(), Failure> {
        let outcome = match answer.is_unknown() {
            true => unknown(),
            false => {
                let LineAnswer { status, request_id, body, .. } = answer;
                LineOutcome::Answered { status, request_id, body: String::from_utf8_lossy(&body).into_owned() }
            }
        };
        self.note_outcome(work, number, &outcome).await
    }

    /// Writes down what came of a line.
    pub(super) async fn note_outcome(&self, work: &Work, number: i64, outcome: &LineOutcome) -> Result<(), Failure> {
        let is_good = outcome.is_good();
        let outcome = record::write(outcome);
        // It is paid for: a database that is away for a moment must not cost it.
        for _ in 0..NOTED_AGAIN {
            match self.kept.answered(&work.batch.id, number, outcome.clone(), is_good).await {
                Ok(_) => return Ok(()),
                Err(error) => tracing::warn!(error.detail = %error, "the answer of a line waits for the database"),
            }
            tokio::time::sleep(LOOK_AGAIN).await;
        }
        self.kept.answered(&work.batch.id, number, outcome, is_good).await.map(drop).map_err(not_kept)
    }

    /// Completes when no more lines of a batch are to be sent. A line under way is dropped with its request only where it
    /// has not been sent yet.
    async fn end_of(&self, work: &Work) {
        let mut ends = self.ends.subscribe();
        let over = async {
            while self.is_in_progress(work).await {
                // Another server may be told of it.
                let _told = tokio::time::timeout(10 * LOOK_AGAIN, ends.changed()).await;
            }
        };
        let late = tokio::time::sleep(Duration::from_secs(work.seconds_left()));
        tokio::select! {
            () = over => {}
            () = late => {}
            () = self.stopping.cancelled() => {}
        }
    }

    async fn is_in_progress(&self, work: &Work) -> bool {
        let row = self.kept.find(&work.batch.id).await;
        // A database that cannot be read has ended nothing.
        row.map_or(true, |row| row.is_some_and(|row| row.state == mediary_store::BatchState::InProgress))
    }

    /// A place for a line: when its batch need not wait, what is left of its client's limits is more than is for its other
    /// requests, and there are few enough of those.
    async fn room(&self, work: &Work) -> super::places::Place {
        let mut pause = work.pause.subscribe();
        loop {
            let until = *pause.borrow_and_update();
            if let Some(until) = until.filter(|until| *until > Instant::now()) {
                tokio::select! {
                    () = tokio::time::sleep_until(until) => {}
                    _ = pause.changed() => {}
                }
                continue;
            }
            if self.is_short(work).await {
                tokio::time::sleep(LOOK_AGAIN).await;
                continue;
            }
            let place = self.places.take(&work.owner).await;
            // It may have been told to wait while it did.
            if !pause.has_changed().unwrap_or(false) {
                return place;
            }
        }
    }

    /// Whether what is left of a client's limits is for its other requests.
    async fn is_short(&self, work: &Work) -> bool {
        let client = work.batch.asked.client.as_ref().and_then(|id| self.clients.of(id));
        let Some(client) = client else { return false };
        let standings = client.standings().await;
        let mut counted = standings.iter().filter(|its| matches!(its.name, "requests" | "tokens" | "concurrent"));
        counted.any(|its| match (its.limit, its.left) {
            (LimitNumber::Count(limit), LimitNumber::Count(left)) => left.saturating_mul(LEFT_TO_OTHERS) <= limit,
            _ => false,
        })
    }
}

/// What a line is known by wherever it is answered.
fn name_of(work: &Work, line: &WaitingLine, attempt: u32) -> String {
    format!("{}.{}.{attempt}", work.batch.id, line.number)
}

impl LineAnswer {
    /// How long a line is to wait that was refused for now; `None`: this is its answer, since it was none of those, or its
    /// time is over before.
    fn waits_for(&self, seconds_left: u64) -> Option<Duration> {
        let is_for_now = matches!(self.status, 402 | 429 | 503 | 529);
        self.retry_after.filter(|wait| is_for_now && wait.as_secs() < seconds_left)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_refusal_that_says_when_to_come_again_is_heeded_within_the_time_that_is_left() {
        let waits = |status, seconds: Option<u64>| {
            let retry_after = seconds.map(Duration::from_secs);
            let answer = LineAnswer { status, request_id: String::new(), retry_after, body: "".into() };
            answer.waits_for(100).map(|wait| wait.as_secs())
        };
        assert_eq!(waits(429, Some(7)), Some(7));
        assert_eq!((waits(503, Some(1)), waits(402, Some(99))), (Some(1), Some(99)));
        assert_eq!(
            (waits(503, None), waits(402, Some(100)), waits(500, Some(1)), waits(200, None)),
            (None, None, None, None)
        );
    }
}
