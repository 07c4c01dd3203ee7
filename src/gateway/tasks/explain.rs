//! Plans without calls: where a request would go, whatever its task.

use mediary_core::task::{Task, Transcribe};
use mediary_core::{Failure, Media, MediaFormat};

use super::super::Gateway;
use super::super::documents::ReadOptions;
use super::super::routing::{Bounds, CallError, Planned, TaskRequest};
use super::aloud::{is_to_be_heard, voice_of};

/// The words of the answer are spoken.
const SPEAK: &str = "speak";
/// The words of the transcript are put into English by a model that chats.
const TRANSLATE: &str = "translate";

impl Gateway {
    /// The plan for a chat or for texts to embed as they come; media that are only named are fetched.
    ///
    /// # Errors
    /// When a file cannot be fetched, the model is unknown or no target can be asked.
    pub async fn explain(&self, mut request: TaskRequest) -> Result<Planned, CallError> {
        if let Task::Chat(chat) = &mut request.task {
            self.intake.fetch_parts(chat).await?;
        }
        self.router.discover().await;
        let fleet = self.router.fleet();
        if let Task::Chat(chat) = &request.task
            && let Some(completion) = &chat.completion
        {
            return self.plan_prompts(&fleet, &request, chat, completion).await;
        }
        let planned = match &request.task {
            Task::Chat(chat) => match self.plan_chat(&fleet, &request).await {
                Err(CallError::Unplannable(_)) if is_to_be_heard(chat) => {
                    let mut chat = chat.clone();
                    voice_of(&mut chat)?;
                    let written = TaskRequest { task: Task::Chat(chat), ..request };
                    Ok(Planned { then: Some(SPEAK), ..self.plan_chat(&fleet, &written).await? })
                }
                planned => planned,
            },
            Task::Embed(_) => self.plan_embedding(&fleet, &request),
            Task::Rerank(_) => self.plan_ranking(&fleet, &request),
            Task::Moderate(_) => self.plan_judging(&fleet, &request),
            Task::Speak(_) => self.plan_speech(&fleet, &mut request.task.clone(), &request.model, &request.bounds),
            Task::Image(_) => self.plan_pictures(&fleet, &request.task, &request.model, &request.bounds),
            Task::GenerateVideo(video) => self.plan_video(&fleet, video, &request.model, &request.bounds, &[]),
            Task::Read(_) | Task::Transcribe(_) => {
                Err(Failure::broken("files to read or to transcribe are explained by themselves").into())
            }
        };
        planned.map(|mut planned| {
            // What is said in other words is not lost.
            for candidate in &mut planned.plan.candidates {
                candidate.dropped = request.task.lost(&candidate.dropped);
            }
            planned
        })
    }

    /// The plan for a document to be read.
    ///
    /// # Errors
    /// When there is no such engine, or none can be asked.
    pub async fn explain_reading(&self, media: &Media, options: &ReadOptions) -> Result<Planned, CallError> {
        self.router.discover().await;
        let mut planned = self.reader.plan(media, options)?;
        let pages = if media.format == MediaFormat::Pdf { self.intake.pages_of(media).await } else { None };
        if let Some(pages) = pages {
            let selected = options.pages.indices(pages as usize);
            selected.map_err(|error| Failure::malformed(error.to_string()))?;
            planned.demand.parts.iter_mut().for_each(|part| part.pages = Some(pages));
        }
        Ok(planned)
    }

    /// The plan for a recording to be transcribed, by this model or by whatever `auto` would take; in English, if that is
    /// wanted, be it by way of a transcript.
    ///
    /// # Errors
    /// When there is no such model, or no target can be asked.
    pub async fn explain_transcription(
        &self,
        recording: &Media,
        model: &str,
        bounds: &Bounds,
        into_english: bool,
    ) -> Result<Planned, CallError> {
        self.router.discover().await;
        let fleet = self.router.fleet();
        let seconds = self.treatments.seconds_of(recording).await?;
        let plain = Transcribe::of(recording.clone());
        let wish = Transcribe { into_english, ..plain.clone() };
        match self.plan_transcription(&fleet, &Task::Transcribe(wish.clone()), model, bounds, seconds) {
            Err(error) if Self::is_worth_a_detour(&wish, &error) => {
                let planned = self.plan_transcription(&fleet, &Task::Transcribe(plain), model, bounds, seconds);
                Ok(Planned { then: Some(TRANSLATE), ..planned.map_err(|_| error)? })
            }
            planned => planned,
        }
    }
}
