//! Transcriptions: what is said in a recording, in its own words or in English. An answer has words, or comes from a
//! target that is believed when it hears none.

use std::sync::Arc;

use mediary_core::capability::TaskKind;
use mediary_core::task::{Task, Transcribe};
use mediary_core::{Failure, Media, MediaKind};

use super::super::Gateway;
use super::super::routing::{Bounds, CallError, Fleet, Planned, Ran, TaskRequest};
use super::super::treatments::{Order, Transcript, TranscriptWork, recording_shape};
use super::chat::{Answered, WholeAnswer};
use super::growing::Growing;

impl Gateway {
    /// Transcribes a recording. Dropping the future, or the answer, ends the call to the provider.
    ///
    /// # Errors
    /// When it is no recording or too large, when no target can be asked, or none answered.
    pub(super) async fn transcribe(self: &Arc<Self>, request: TaskRequest) -> Result<Answered, CallError> {
        let Task::Transcribe(wish) = &request.task else { return Err(other_task().into()) };
        check(&wish.recording)?;
        self.treatments.check_size(&wish.recording)?;
        self.router.discover().await;
        let fleet = self.router.fleet();
        let seconds = self.intake.seconds_of(&wish.recording, &fleet.matrix).await;
        let planned = self.plan_transcription(&fleet, &request.task, &request.model, &request.bounds, seconds)?;
        let work = TranscriptWork { treatments: &self.treatments, wish };
        let ran = self.router.run(&fleet, &planned, &work).await?;
        let transcript = self.believed(&fleet, ran)?;
        Ok(answered(transcript, wish, seconds))
    }

    /// The plan for a recording, by this model or by whatever `auto` would take. Nothing is called.
    pub(super) fn plan_transcription(
        &self,
        fleet: &Fleet,
        task: &Task,
        model: &str,
        bounds: &Bounds,
        seconds: Option<u32>,
    ) -> Result<Planned, CallError> {
        let Task::Transcribe(wish) = task else { return Err(other_task().into()) };
        check(&wish.recording)?;
        let tells = |row: &mediary_core::capability::Abilities| row.does(TaskKind::Transcription) && row.speakers;
        if wish.times.speakers && !fleet.matrix.rows().iter().any(tells) {
            let detail = "`response_format` is diarized_json, and no target that is set up says who speaks; use json, \
                          text, srt, vtt or verbose_json";
            return Err(Failure::malformed(detail).into());
        }
        let want = self.router.resolve(fleet, task.kind(), model, None)?;
        let bounds = self.router.tightened(bounds).of_help();
        let shape = recording_shape(&wish.recording, seconds);
        self.treatments.plan_transcript(fleet, task, shape, want, &bounds, Order::BestFirst)
    }

    /// The transcript of a run. That there is no speech is believed if no target failed that might have heard some.
    fn believed(&self, fleet: &Fleet, mut ran: Ran<Transcript>) -> Result<Transcript, CallError> {
        if ran.answer.is_none() && ran.tried.is_empty() {
            ran.answer = ran.doubted.pop();
        }
        ran.answered(&self.router, fleet)
    }
}

fn answered(mut transcript: Transcript, wish: &Transcribe, seconds: Option<u32>) -> Answered {
    if wish.stream {
        return Answered::Stream(Box::new(Growing::alone(transcript.as_answer())));
    }
    let mut reply = transcript.heard.take().unwrap_or_default();
    reply.seconds = reply.seconds.or(seconds.map(f64::from));
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
