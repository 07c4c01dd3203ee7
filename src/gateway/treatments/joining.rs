//! The pieces of a recording as one transcript: their texts and times together, or one after the other while they are
//! heard.

use std::sync::Arc;
use std::task::{Context, Poll};

use futures_util::StreamExt as _;
use mediary_convert::audio::Caps;
use mediary_core::language::gap;
use mediary_core::provider::ReplyStream;
use mediary_core::task::{ReplyEvent, ReplyFrame, Segment, Usage, WholeReply};
use mediary_core::{Failure, FailureKind};
use tokio::sync::mpsc::{Receiver, channel};
use tokio::task::JoinSet;

use super::super::routing::{CallError, Fleet};
use super::Treatments;
use super::hearing::Hearing;
use super::transcription::{Transcript, events_of};

/// Pieces that are heard and wait for the client.
const ROOM: usize = 2;

/// What was heard in a piece, with times as they are in the whole. Where it has none, the piece is one segment.
pub(super) fn later(mut heard: WholeReply, start_seconds: f64, seconds: f64) -> WholeReply {
    let text = heard.choices.first().map(|choice| choice.text.clone()).unwrap_or_default();
    if heard.segments.is_empty() && !text.is_empty() {
        heard.segments.push(Segment { end_seconds: seconds, text, ..Segment::default() });
    }
    for segment in &mut heard.segments {
        segment.start_seconds += start_seconds;
        segment.end_seconds += start_seconds;
        for word in &mut segment.words {
            word.start_seconds += start_seconds;
            word.end_seconds += start_seconds;
        }
    }
    heard.seconds = Some(start_seconds + seconds);
    heard
}

/// Two pieces as one.
pub(super) fn joined(mut before: Transcript, after: Transcript) -> Transcript {
    before.answer.route.join(after.answer.route);
    if let (Some(one), Some(mut other)) = (&mut before.heard, after.heard) {
        one.segments.append(&mut other.segments);
        one.seconds = other.seconds;
        one.language = one.language.take().or(other.language);
        one.usage = both(one.usage, other.usage);
        match (one.choices.first_mut(), other.choices.into_iter().next()) {
            (Some(one), Some(other)) if !other.text.is_empty() => {
                one.text.push_str(gap(&one.text, &other.text));
                one.text.push_str(&other.text);
            }
            (None, Some(other)) => one.choices.push(other),
            (Some(_) | None, _) => {}
        }
    }
    before
}

/// What two pieces cost; not known where it is not known of one.
fn both(one: Option<Usage>, other: Option<Usage>) -> Option<Usage> {
    one.zip(other).map(|(one, other)| one.and(other))
}

impl Treatments {
    /// A recording piece by piece, as a transcript that grows: the first is waited for, the others follow as they are
    /// heard.
    ///
    /// # Errors
    /// When it cannot be cut, or no target hears its first piece.
    pub(in super::super) async fn growing_pieces(
        self: &Arc<Self>,
        fleet: Arc<Fleet>,
        hearing: Hearing,
        caps: Caps,
    ) -> Result<Transcript, CallError> {
        let (sender, mut pieces) = channel(ROOM);
        let (treatments, mut at_work) = (self.clone(), JoinSet::new());
        at_work.spawn(async move {
            let begun = Box::pin(treatments.begin_pieces(&fleet, &hearing, caps)).await;
            let (mut next, mut others) = match begun {
                Ok((first, others)) => (Some(Ok(first)), Some(others)),
                Err(error) => (Some(Err(error)), None),
            };
            while let Some(piece) = next {
                // Who has left is told nothing more.
                if sender.send(piece).await.is_err() {
                    return;
                }
                next = match &mut others {
                    Some(others) => others.next().await,
                    None => None,
                };
            }
        });
        let lost = || Failure::broken("a recording was lost while it was cut");
        let first = pieces.recv().await.unwrap_or_else(|| Err(lost().into()))?;
        let usage = first.heard.as_ref().and_then(|heard| heard.usage);
        let rest = Rest { pieces, at_work, said: first.words().to_owned(), usage };
        let mut answer = first.into_answer();
        answer.goes_on_with(Box::new(rest));
        Ok(Transcript { answer, heard: None })
    }
}

/// The pieces after the first, as frames.
#[derive(Debug)]
struct Rest {
    pieces: Receiver<Result<Transcript, CallError>>,
    /// What hears them; it ends with the answer.
    at_work: JoinSet<()>,
    /// The end of what was said before.
    said: String,
    /// What all pieces cost so far.
    usage: Option<Usage>,
}

impl Rest {
    fn frame(&mut self, piece: Transcript) -> ReplyFrame {
        let Some(heard) = piece.heard else { return ReplyFrame::default() };
        self.usage = both(self.usage, heard.usage);
        let mut events = events_of(heard);
        for event in &mut events {
            if let ReplyEvent::Text { text, .. } = event
                && !text.is_empty()
            {
                let blank = gap(&self.said, text);
                text.clone_into(&mut self.said);
                text.insert_str(0, blank);
            }
        }
        events.extend(self.usage.map(ReplyEvent::Usage));
        ReplyFrame { events, ..ReplyFrame::default() }
    }
}

impl ReplyStream for Rest {
    fn poll_frame(&mut self, context: &mut Context<'_>) -> Poll<Option<Result<ReplyFrame, Failure>>> {
        self.pieces.poll_recv(context).map(|piece| match piece? {
            Ok(piece) => Some(Ok(self.frame(piece))),
            Err(error) => {
                self.at_work.abort_all();
                Some(Err(broke_off(error)))
            }
        })
    }

    fn is_stream(&self) -> bool {
        true
    }
}

/// Why a transcript does not go on, for a client that has read its beginning.
fn broke_off(error: CallError) -> Failure {
    match error {
        CallError::Failed(failure) => failure,
        CallError::UnknownModel { .. }
        | CallError::NoProviders { .. }
        | CallError::Unplannable(_)
        | CallError::Exhausted(_) => {
            Failure::new(FailureKind::Unreachable, "no target heard the next piece; ask again for the whole transcript")
        }
    }
}
