//! Hearing recordings, for clients that want a transcript and for models that cannot hear: whole by a target that takes
//! them so, else cut where it is quiet.
//!
//! Each piece runs through the attempt loop by itself, and a transcript is of all pieces or none. That there is no speech
//! in a recording is believed of a provider only where nothing can be heard here either.

use futures_util::stream::{self, BoxStream};
use futures_util::{StreamExt as _, TryStreamExt as _};
use mediary_convert::audio::{Caps, Piece, Pieces};
use mediary_core::capability::{Abilities, Amount, TaskKind};
use mediary_core::plan::{Candidate, Treatment, Want};
use mediary_core::provider::BoxFuture;
use mediary_core::task::{PartPath, Task, Transcribe};
use mediary_core::{Blob, Failure, FailureKind, Media, MediaFormat, Target};

use super::super::blocking;
use super::super::routing::{Bounds, CallError, Fleet, Planned, Ran, TreatmentNote, Tried};
use super::Treatments;
use super::audio::recording_shape;
use super::available::AUDIO_TO_AUDIO;
use super::help::Order;
use super::joining::{joined, later};
use super::transcription::{Transcript, TranscriptWork};

/// Bytes a second of a recording that is written for a transcript.
const ENCODED_BYTES_A_SECOND: f64 = 4_200.0;
/// Pieces are no longer than this, so that a provider answers before it is given up.
const LONGEST_PIECE_SECONDS: f64 = 1_500.0;
/// So many pieces are with a provider at once.
const PIECES_AT_ONCE: usize = 3;
/// What is done to a recording that is cut.
const SPLIT: &str = "split";
/// What is said of a provider that hears nothing where there is something.
const DEAF: &str = "it heard no speech, although some can be heard in the recording";

/// A recording that is to be heard, and by whom.
#[derive(Debug, Clone)]
pub(in super::super) struct Hearing {
    /// What is wanted of it.
    pub(in super::super) wish: Transcribe,
    /// Whose transcript.
    pub(in super::super) want: Want,
    /// Where it may go.
    pub(in super::super) bounds: Bounds,
    /// Who comes first.
    pub(in super::super) order: Order,
    /// So many targets are asked at most.
    pub(in super::super) most_asked: usize,
}

/// What speaks against silence.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Doubt {
    /// What an engine of this process hears. Between words of a long recording there may be music.
    ByEngines,
    /// That, or where there are no engines, that something is loud.
    ByLoudness,
}

/// How a recording can be heard.
#[derive(Debug)]
pub(in super::super) struct Ways {
    /// By whom as a whole, unless pieces are better.
    pub(in super::super) whole: Option<Planned>,
    /// In pieces of this size, where some target would take no more.
    pub(in super::super) pieces: Option<Caps>,
    /// By whom in pieces.
    pub(in super::super) by_pieces: Option<Planned>,
}

impl Treatments {
    /// The plan for a recording as a whole. Nothing is called.
    ///
    /// # Errors
    /// When no target can be asked.
    pub(in super::super) fn plan_hearing(
        &self,
        fleet: &Fleet,
        hearing: &Hearing,
        seconds: Option<f64>,
    ) -> Result<Planned, CallError> {
        let mut planned = self.plan_of(fleet, &hearing.wish, hearing, seconds)?;
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

    fn plan_of(
        &self,
        fleet: &Fleet,
        wish: &Transcribe,
        hearing: &Hearing,
        seconds: Option<f64>,
    ) -> Result<Planned, CallError> {
        let shape = recording_shape(&wish.recording, seconds.map(|seconds| seconds.ceil() as u32));
        let Hearing { want, bounds, order, most_asked, .. } = hearing;
        let task = Task::Transcribe(wish.clone());
        let mut planned = self.plan_transcript(fleet, &task, shape, want.clone(), bounds, *order)?;
        planned.plan.candidates.truncate(*most_asked);
        Ok(planned)
    }

    /// How a recording can be heard that plays for so long.
    ///
    /// # Errors
    /// When no target can be asked for it in any way.
    pub(in super::super) fn ways(
        &self,
        fleet: &Fleet,
        hearing: &Hearing,
        seconds: Option<f64>,
    ) -> Result<Ways, CallError> {
        let whole = self.plan_hearing(fleet, hearing, seconds);
        let pieces = seconds.and_then(|seconds| self.plan_pieces(fleet, hearing, seconds));
        match (whole, pieces) {
            (Ok(whole), Some((planned, caps))) => {
                let first = |planned: &Planned| planned.plan.candidates.first().map(|first| first.target.clone());
                let is_best = first(&whole) == first(&planned);
                Ok(Ways { whole: is_best.then_some(whole), pieces: Some(caps), by_pieces: Some(planned) })
            }
            (Ok(whole), None) => Ok(Ways { whole: Some(whole), pieces: None, by_pieces: None }),
            (Err(_), Some((planned, caps))) => Ok(Ways { whole: None, pieces: Some(caps), by_pieces: Some(planned) }),
            (Err(error), None) => Err(error),
        }
    }

    /// The plan for a piece, and what all that may be asked take at once; `None` where none can be, or the recording is
    /// no longer than that.
    fn plan_pieces(&self, fleet: &Fleet, hearing: &Hearing, seconds: f64) -> Option<(Planned, Caps)> {
        let short = Media { format: MediaFormat::Mp3, blob: Blob::in_memory(Vec::new()) };
        let wish = Transcribe { recording: short, ..hearing.wish.clone() };
        let mut planned = self.plan_of(fleet, &wish, hearing, Some(1.0)).ok()?;
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
        let is_longer = seconds > caps.seconds || seconds * ENCODED_BYTES_A_SECOND > caps.bytes as f64;
        if !is_longer {
            return None;
        }
        let whole = seconds.ceil() as u32;
        planned.demand.parts = vec![recording_shape(&hearing.wish.recording, Some(whole))];
        for candidate in &mut planned.plan.candidates {
            let row = &fleet.matrix.rows()[candidate.row];
            // A target that chats takes the question with each piece: that is known when they are cut.
            let heard = Amount { heard_seconds: Some(whole.into()), ..Amount::default() };
            candidate.cost_usd = row.price.of(&heard).filter(|_| row.does(TaskKind::Transcription));
        }
        Some((Planned { first: Some(SPLIT), ..planned }, caps))
    }

    /// Asks one target after the other for the whole of a recording.
    ///
    /// # Errors
    /// What the client did wrong, or what no other target would mend.
    pub(in super::super) async fn run_whole(
        &self,
        fleet: &Fleet,
        hearing: &Hearing,
        planned: &Planned,
    ) -> Result<Ran<Transcript>, Failure> {
        let work = TranscriptWork { treatments: self, wish: &hearing.wish };
        let ran = Box::pin(self.router.run(fleet, planned, &work)).await?;
        Ok(Box::pin(self.believed(fleet, &hearing.wish, ran, Doubt::ByLoudness)).await)
    }

    /// A run whose silence is believed or not: it is none if a target failed that might have heard something, or if there
    /// is something to hear.
    async fn believed(
        &self,
        fleet: &Fleet,
        wish: &Transcribe,
        mut ran: Ran<Transcript>,
        doubt: Doubt,
    ) -> Ran<Transcript> {
        if ran.answer.is_some() || ran.doubted.is_empty() || !ran.tried.is_empty() {
            return ran;
        }
        match self.is_spoken(fleet, wish, doubt, ran.doubted.len()).await {
            false => ran.answer = ran.doubted.pop(),
            true => {
                let deaf = ran.doubted.drain(..).map(|transcript| Tried {
                    target: transcript.answer.route.target.clone(),
                    kind: FailureKind::EmptyAnswer,
                    why: DEAF.to_owned(),
                    place: None,
                });
                ran.tried = deaf.collect();
            }
        }
        ran
    }

    /// Whether something is said in a recording: by the engines of this process, which look for speech first; where there
    /// are none, by its loudness. Music is loud too, so several targets that hear nothing in it are believed.
    async fn is_spoken(&self, fleet: &Fleet, wish: &Transcribe, doubt: Doubt, deaf: usize) -> bool {
        let hears =
            |row: &&Abilities| row.target.is_local() && row.does(TaskKind::Transcription) && row.missing.is_none();
        let engines: Vec<Target> = fleet.matrix.rows().iter().filter(hears).map(|row| row.target.clone()).collect();
        let plain = Transcribe::of(wish.recording.clone());
        if !engines.is_empty() {
            let (task, shape) = (Task::Transcribe(plain.clone()), recording_shape(&plain.recording, None));
            let want = Want::Targets(engines);
            let planned = self.plan_transcript(fleet, &task, shape, want, &Bounds::default(), Order::HomeFirst);
            if let Ok(planned) = planned {
                let work = TranscriptWork { treatments: self, wish: &plain };
                if let Ok(Ran { answer: Some(transcript), .. }) =
                    Box::pin(self.router.run(fleet, &planned, &work)).await
                {
                    return !transcript.words().is_empty();
                }
            }
        }
        if doubt == Doubt::ByEngines || deaf > 1 {
            return false;
        }
        let recording = self.recording(&wish.recording);
        blocking::run(move || recording.is_audible()).await.unwrap_or(true)
    }

    /// Transcribes a recording piece by piece.
    ///
    /// # Errors
    /// When it cannot be cut, or no target hears a piece.
    pub(in super::super) async fn in_pieces(
        &self,
        fleet: &Fleet,
        hearing: &Hearing,
        caps: Caps,
    ) -> Result<Transcript, CallError> {
        let (mut transcript, mut others) = self.begin_pieces(fleet, hearing, caps).await?;
        let mut count = 1;
        while let Some(next) = others.try_next().await? {
            count += 1;
            transcript = joined(transcript, next);
        }
        let split = |note: &&mut TreatmentNote| note.does == SPLIT;
        if let Some(note) = transcript.answer.route.treatments.iter_mut().find(split) {
            note.pages = Some(count);
        }
        Ok(transcript)
    }

    /// The first piece, heard, and the others as they are heard. Which target answers the first is the first to be asked
    /// for the others; several of them are with it at once, unless it is on this machine and would only have them wait.
    pub(super) async fn begin_pieces<'a>(
        &'a self,
        fleet: &'a Fleet,
        hearing: &'a Hearing,
        caps: Caps,
    ) -> Result<(Transcript, BoxStream<'a, Result<Transcript, CallError>>), CallError> {
        let pieces = self.pieces(&hearing.wish.recording, caps).await?;
        let cut = |mut pieces: Pieces| async move {
            let cut = move || pieces.next().transpose().map(|piece| piece.map(|piece| (piece, pieces)));
            blocking::run(cut).await.map_err(CallError::from)
        };
        let mut pieces = Box::pin(stream::try_unfold(pieces, cut));
        let Some(first) = pieces.try_next().await? else {
            return Err(no_audio().into());
        };
        let mut transcript = self.hear_piece(fleet, hearing, first, None).await?;
        let place = PartPath::Field("file");
        let notes = &mut transcript.answer.route.treatments;
        let written =
            TreatmentNote { place, does: "transcode", by: AUDIO_TO_AUDIO.to_owned(), pages: None, hidden: Vec::new() };
        if !notes.contains(&written) {
            notes.insert(0, written);
        }
        notes.insert(0, TreatmentNote { place, does: SPLIT, by: "pauses".to_owned(), pages: None, hidden: Vec::new() });
        let asked = transcript.answer.route.target.clone();
        let at_once = if fleet.matrix.get(&asked).is_some_and(|row| row.is_local) { 1 } else { PIECES_AT_ONCE };
        let heard = pieces.map(move |piece| {
            let asked = asked.clone();
            async move { self.hear_piece(fleet, hearing, piece?, Some(asked)).await }
        });
        Ok((transcript, heard.buffered(at_once).boxed()))
    }

    /// Transcribes one piece, whose times become those of the whole. `before`: the target that is asked first.
    fn hear_piece<'a>(
        &'a self,
        fleet: &'a Fleet,
        hearing: &'a Hearing,
        piece: Piece,
        before: Option<Target>,
    ) -> BoxFuture<'a, Result<Transcript, CallError>> {
        Box::pin(async move {
            let Piece { start_seconds, seconds, media } = piece;
            let recording = self.kept(media)?;
            let wish = Transcribe { recording, stream: false, ..hearing.wish.clone() };
            let mut planned = self.plan_of(fleet, &wish, hearing, Some(seconds))?;
            if let Some(before) = before {
                planned.plan.candidates.sort_by_key(|candidate| candidate.target != before);
            }
            let work = TranscriptWork { treatments: self, wish: &wish };
            let ran = self.router.run(fleet, &planned, &work).await?;
            let ran = self.believed(fleet, &wish, ran, Doubt::ByEngines).await;
            let mut transcript = ran.answered(&self.router, fleet)?;
            transcript.heard = transcript.heard.map(|heard| later(heard, start_seconds, seconds));
            Ok(transcript)
        })
    }
}

/// What is said of a file in which there is no sound.
pub(super) fn no_audio() -> Failure {
    Failure::unreadable("there is no audio in this file; send another").at(PartPath::Field("file"))
}
