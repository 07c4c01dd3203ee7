//! Transcriptions: what is said in a recording, in its own words or in English. An answer has words, or comes from a
//! target that is believed when it hears none.
//!
//! A recording that is longer or larger than the best targets take is cut where it is quiet; each piece runs through the
//! attempt loop by itself, and a transcript is of all pieces or none.

use std::sync::Arc;

use futures_util::{StreamExt as _, TryStreamExt as _, stream};
use mediary_convert::audio::{Caps, Piece, Pieces};
use mediary_core::capability::{Abilities, TaskKind};
use mediary_core::language::gap;
use mediary_core::plan::{Candidate, Treatment, Want};
use mediary_core::provider::BoxFuture;
use mediary_core::task::{Segment, Task, Transcribe, Usage, WholeReply};
use mediary_core::{Failure, Media, MediaFormat, MediaKind, Target};

use super::super::routing::{Bounds, CallError, Fleet, Planned, Ran, TaskRequest};
use super::super::treatments::{Order, Transcript, TranscriptWork, recording_shape};
use super::super::{Gateway, blocking};
use super::chat::{Answered, WholeAnswer};
use super::growing::Growing;

/// Shorter recordings are taken whole by every target, whatever else they are.
const SHORT_SECONDS: f64 = 60.0;
/// Bytes a second of a recording that is written for a transcript.
const ENCODED_BYTES_A_SECOND: f64 = 4_200.0;
/// Pieces are no longer than this, so that a provider answers before it is given up.
const LONGEST_PIECE_SECONDS: f64 = 1_500.0;
/// So many pieces are with a provider at once.
const PIECES_AT_ONCE: usize = 3;

impl Gateway {
    /// Transcribes a recording. Dropping the future, or the answer, ends the call to the provider.
    ///
    /// # Errors
    /// When it is no recording, holds no sound or is too large, when no target can be asked, or none answered.
    pub(super) async fn transcribe(self: &Arc<Self>, request: TaskRequest) -> Result<Answered, CallError> {
        let Task::Transcribe(wish) = &request.task else { return Err(other_task().into()) };
        match Box::pin(self.hear(&request)).await {
            Ok((transcript, seconds)) => Ok(answered(transcript, wish, seconds)),
            Err(error) if Self::is_worth_a_detour(wish, &error) => {
                match Box::pin(self.translate_transcript(&request)).await {
                    Ok((transcript, seconds)) => Ok(answered(transcript, wish, seconds)),
                    // That a target failed says more than that none can be asked.
                    Err(after @ (CallError::Failed(_) | CallError::Exhausted(_))) => Err(after),
                    Err(_) => Err(error),
                }
            }
            Err(error) => Err(error),
        }
    }

    /// What is said in a recording, and how many seconds it plays, if that can be told.
    ///
    /// # Errors
    /// As [`Gateway::transcribe`].
    pub(super) async fn hear(self: &Arc<Self>, request: &TaskRequest) -> Result<(Transcript, Option<f64>), CallError> {
        let Task::Transcribe(wish) = &request.task else { return Err(other_task().into()) };
        check(&wish.recording)?;
        self.treatments.check_size(&wish.recording)?;
        let seconds = self.treatments.seconds_of(&wish.recording).await?;
        self.router.discover().await;
        let fleet = self.router.fleet();
        let whole = self.plan_transcription(&fleet, &request.task, &request.model, &request.bounds, seconds);
        let pieces = match seconds {
            Some(seconds) if seconds > SHORT_SECONDS => self.plan_pieces(&fleet, request, seconds),
            Some(_) | None => None,
        };
        let transcript = match (whole, pieces) {
            (Ok(whole), Some((first, caps))) if whole.plan.candidates[0].target != first => {
                Box::pin(self.in_pieces(&fleet, request, wish, caps)).await?
            }
            (Ok(whole), pieces) => {
                let work = TranscriptWork { treatments: &self.treatments, wish };
                let ran = Box::pin(self.router.run(&fleet, &whole, &work)).await?;
                match (self.believed(&fleet, ran), pieces) {
                    (Ok(transcript), _) => transcript,
                    // Others take it in pieces.
                    (Err(_), Some((_, caps))) => Box::pin(self.in_pieces(&fleet, request, wish, caps)).await?,
                    (Err(error), None) => return Err(error),
                }
            }
            (Err(_), Some((_, caps))) => Box::pin(self.in_pieces(&fleet, request, wish, caps)).await?,
            (Err(error), None) => return Err(error),
        };
        Ok((transcript, seconds))
    }

    /// The plan for a recording, by this model or by whatever `auto` would take. Nothing is called.
    pub(super) fn plan_transcription(
        &self,
        fleet: &Fleet,
        task: &Task,
        model: &str,
        bounds: &Bounds,
        seconds: Option<f64>,
    ) -> Result<Planned, CallError> {
        let Task::Transcribe(wish) = task else { return Err(other_task().into()) };
        check(&wish.recording)?;
        let tells = |row: &Abilities| row.does(TaskKind::Transcription) && row.speakers;
        if wish.times.speakers && !fleet.matrix.rows().iter().any(tells) {
            let detail = "`response_format` is diarized_json, and no target that is set up says who speaks; use json, \
                          text, srt, vtt or verbose_json";
            return Err(Failure::malformed(detail).into());
        }
        let want = self.router.resolve(fleet, task.kind(), model, None)?;
        let mut planned = self.plan_want(fleet, task, want, bounds, seconds)?;
        // What is written anew for a target has to fit as well.
        let fits = |candidate: &Candidate| match (candidate.treatments.first(), seconds) {
            (Some(Treatment::Transcode { to, .. }), Some(seconds)) => {
                let taken = fleet.matrix.rows()[candidate.row].acceptance(*to).and_then(|accepted| accepted.bytes);
                taken.is_none_or(|bytes| seconds * ENCODED_BYTES_A_SECOND <= bytes as f64)
            }
            _ => true,
        };
        if planned.plan.candidates.iter().any(fits) {
            planned.plan.candidates.retain(fits);
        }
        Ok(planned)
    }

    fn plan_want(
        &self,
        fleet: &Fleet,
        task: &Task,
        want: Want,
        bounds: &Bounds,
        seconds: Option<f64>,
    ) -> Result<Planned, CallError> {
        let Task::Transcribe(wish) = task else { return Err(other_task().into()) };
        let bounds = self.router.tightened(bounds).of_help();
        let shape = recording_shape(&wish.recording, seconds.map(|seconds| seconds.ceil() as u32));
        self.treatments.plan_transcript(fleet, task, shape, want, &bounds, Order::BestFirst)
    }

    /// The target that would be asked first if it were given pieces, and what all that may be asked take at once; `None`
    /// where there is none, or the recording is no longer than that.
    fn plan_pieces(&self, fleet: &Fleet, request: &TaskRequest, seconds: f64) -> Option<(Target, Caps)> {
        let Task::Transcribe(wish) = &request.task else { return None };
        let short = Media { format: MediaFormat::Mp3, blob: mediary_core::Blob::in_memory(Vec::new()) };
        let task = Task::Transcribe(Transcribe { recording: short, ..wish.clone() });
        let want = self.router.resolve(fleet, task.kind(), &request.model, None).ok()?;
        let planned = self.plan_want(fleet, &task, want, &request.bounds, Some(1.0)).ok()?;
        let mut caps = Caps { seconds: LONGEST_PIECE_SECONDS, bytes: u64::MAX };
        for candidate in planned.plan.candidates.iter().filter(|candidate| !candidate.target.is_local()) {
            let to = match candidate.treatments.first() {
                Some(Treatment::Transcode { to, .. }) => *to,
                _ => MediaFormat::Mp3,
            };
            let Some(accepted) = fleet.matrix.rows()[candidate.row].acceptance(to) else { continue };
            caps.seconds = accepted.seconds.map_or(caps.seconds, |most| caps.seconds.min(most.into()));
            caps.bytes = accepted.bytes.map_or(caps.bytes, |most| caps.bytes.min(most));
        }
        let first = planned.plan.candidates.first()?.target.clone();
        let is_longer = seconds > caps.seconds || seconds * ENCODED_BYTES_A_SECOND > caps.bytes as f64;
        is_longer.then_some((first, caps))
    }

    /// Transcribes a recording piece by piece. Which target answers the first is the first to be asked for the others;
    /// several of them are with it at once, unless it is on this machine and would only have them wait there.
    async fn in_pieces(
        &self,
        fleet: &Fleet,
        request: &TaskRequest,
        wish: &Transcribe,
        caps: Caps,
    ) -> Result<Transcript, CallError> {
        let pieces = self.treatments.pieces(&wish.recording, caps).await?;
        let cut = |mut pieces: Pieces| async move {
            let cut = move || pieces.next().transpose().map(|piece| piece.map(|piece| (piece, pieces)));
            blocking::run(cut).await.map_err(CallError::from)
        };
        let mut pieces = Box::pin(stream::try_unfold(pieces, cut));
        let Some(first) = pieces.try_next().await? else {
            return Err(Failure::unreadable("there is no audio in this file; send another").into());
        };
        let mut transcript = self.hear_piece(fleet, request, wish, first, None).await?;
        let asked = transcript.answer.route.target.clone();
        let at_once = if fleet.matrix.get(&asked).is_some_and(|row| row.is_local) { 1 } else { PIECES_AT_ONCE };
        let heard = pieces.map(|piece| async { self.hear_piece(fleet, request, wish, piece?, Some(&asked)).await });
        let mut heard = Box::pin(heard.buffered(at_once));
        while let Some(next) = heard.try_next().await? {
            transcript = joined(transcript, next);
        }
        Ok(transcript)
    }

    /// Transcribes one piece, whose times become those of the whole. `before`: the target that is asked first.
    fn hear_piece<'a>(
        &'a self,
        fleet: &'a Fleet,
        request: &'a TaskRequest,
        wish: &'a Transcribe,
        piece: Piece,
        before: Option<&'a Target>,
    ) -> BoxFuture<'a, Result<Transcript, CallError>> {
        Box::pin(async move {
            let Piece { start_seconds, seconds, media } = piece;
            let recording = self.treatments.kept(media)?;
            let wish = Transcribe { recording, stream: false, ..wish.clone() };
            let task = Task::Transcribe(wish.clone());
            let want = self.router.resolve(fleet, task.kind(), &request.model, None)?;
            let mut planned = self.plan_want(fleet, &task, want, &request.bounds, Some(seconds))?;
            if let Some(before) = before {
                planned.plan.candidates.sort_by_key(|candidate| candidate.target != *before);
            }
            let work = TranscriptWork { treatments: &self.treatments, wish: &wish };
            let ran = self.router.run(fleet, &planned, &work).await?;
            let mut transcript = self.believed(fleet, ran)?;
            transcript.heard = transcript.heard.map(|heard| later(heard, start_seconds, seconds));
            Ok(transcript)
        })
    }

    /// The transcript of a run. That there is no speech is believed if no target failed that might have heard some.
    fn believed(&self, fleet: &Fleet, mut ran: Ran<Transcript>) -> Result<Transcript, CallError> {
        if ran.answer.is_none() && ran.tried.is_empty() {
            ran.answer = ran.doubted.pop();
        }
        ran.answered(&self.router, fleet)
    }
}

/// What was heard in a piece, with times as they are in the whole. Where it has none, the piece is one segment.
fn later(mut heard: WholeReply, start_seconds: f64, seconds: f64) -> WholeReply {
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
fn joined(mut before: Transcript, after: Transcript) -> Transcript {
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
    let (one, other) = one.zip(other)?;
    Some(Usage {
        prompt_tokens: one.prompt_tokens + other.prompt_tokens,
        completion_tokens: one.completion_tokens + other.completion_tokens,
        estimated: one.estimated || other.estimated,
        ..one
    })
}

fn answered(mut transcript: Transcript, wish: &Transcribe, seconds: Option<f64>) -> Answered {
    if wish.stream {
        return Answered::Stream(Box::new(Growing::alone(transcript.into_answer())));
    }
    let mut reply = transcript.heard.take().unwrap_or_default();
    reply.seconds = reply.seconds.or(seconds);
    Answered::Whole(Box::new(WholeAnswer { route: transcript.answer.route, reply, raw: None }))
}

fn check(recording: &Media) -> Result<(), Failure> {
    match recording.kind() {
        MediaKind::Audio | MediaKind::Video => Ok(()),
        MediaKind::Text | MediaKind::Image | MediaKind::Document => {
            let what = recording.format;
            Err(Failure::unsupported(format!("this is {what}; only audio and video can be transcribed")))
        }
    }
}

fn other_task() -> Failure {
    Failure::broken("another task was taken for a transcription")
}
