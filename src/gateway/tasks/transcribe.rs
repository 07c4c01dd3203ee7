//! Transcriptions: what is said in a recording, in its own words or in English. An answer has words, or comes from a
//! target that is believed when it hears none.
//!
//! How a recording is heard, whole or in pieces, is the business of `treatments`, which hears for chats as well.

use std::sync::Arc;

use mediary_core::capability::{Abilities, TaskKind};
use mediary_core::plan::Want;
use mediary_core::task::{PartPath, Task, Transcribe};
use mediary_core::{Failure, Media, MediaKind};

use super::super::Gateway;
use super::super::routing::{Bounds, CallError, Fleet, Planned, TaskRequest};
use super::super::treatments::{Hearing, Order, SILENT, Transcript, Ways};
use super::chat::{Answered, WholeAnswer};
use super::growing::Growing;

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
        let hearing = self.hearing(&fleet, wish, &request.model, &request.bounds)?;
        let Ways { whole, pieces, .. } = self.treatments.ways(&fleet, &hearing, seconds)?;
        if let Some(whole) = whole {
            let ran = Box::pin(self.treatments.run_whole(&fleet, &hearing, &whole)).await?;
            match (ran.answered(&self.router, &fleet), pieces) {
                // Others take it in pieces.
                (Err(_), Some(_)) => {}
                (heard, _) => return Ok((heard?, seconds)),
            }
        }
        let caps = pieces.ok_or_else(|| Failure::broken("a recording that can be heard in no way"))?;
        let transcript = match wish.stream {
            true => Box::pin(self.treatments.growing_pieces(fleet, hearing, caps)).await?,
            false => Box::pin(self.treatments.in_pieces(&fleet, &hearing, caps)).await?,
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
        let hearing = self.hearing(fleet, wish, model, bounds)?;
        let Ways { whole, by_pieces, .. } = self.treatments.ways(fleet, &hearing, seconds)?;
        whole.or(by_pieces).ok_or_else(|| Failure::broken("a recording that can be heard in no way").into())
    }

    /// Who is to hear a recording.
    fn hearing(&self, fleet: &Fleet, wish: &Transcribe, model: &str, bounds: &Bounds) -> Result<Hearing, CallError> {
        let tells = |row: &Abilities| row.does(TaskKind::Transcription) && row.speakers;
        if wish.times.speakers && !fleet.matrix.rows().iter().any(tells) {
            let detail = "`response_format` is diarized_json, and no target that is set up says who speaks; use json, \
                          text, srt, vtt or verbose_json";
            return Err(Failure::malformed(detail).at(PartPath::Field("response_format")).into());
        }
        let kind = if wish.into_english { TaskKind::Translation } else { TaskKind::Transcription };
        let want: Want = self.router.resolve(fleet, kind, model, None)?;
        let bounds = self.router.tightened(bounds).of_help();
        Ok(Hearing { wish: wish.clone(), want, bounds, order: Order::BestFirst, most_asked: usize::MAX })
    }
}

fn answered(mut transcript: Transcript, wish: &Transcribe, seconds: Option<f64>) -> Answered {
    if let Some(heard) = &mut transcript.heard {
        heard.seconds = heard.seconds.or(seconds);
        let is_silent = heard.choices.first().is_none_or(|choice| choice.text.is_empty());
        transcript.answer.route.status = is_silent.then_some(SILENT);
    }
    if wish.stream {
        return Answered::Stream(Box::new(Growing::alone(transcript.into_answer())));
    }
    let reply = transcript.heard.take().unwrap_or_default();
    Answered::Whole(Box::new(WholeAnswer { route: transcript.answer.route, reply, raw: None }))
}

fn check(recording: &Media) -> Result<(), Failure> {
    match recording.kind() {
        MediaKind::Audio | MediaKind::Video => Ok(()),
        MediaKind::Text | MediaKind::Image | MediaKind::Document => {
            let what = recording.format;
            let detail = format!("this is {what}; only audio and video can be transcribed");
            Err(Failure::unsupported(detail).at(PartPath::Field("file")))
        }
    }
}

fn other_task() -> Failure {
    Failure::broken("another task was taken for a transcription")
}
