//! Plans without calls: where a request would go, whatever its task.

use mediary_core::Media;
use mediary_core::task::Task;

use super::super::Gateway;
use super::super::documents::ReadOptions;
use super::super::routing::{Bounds, CallError, Planned, TaskRequest};

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
        match &request.task {
            Task::Chat(_) => self.plan_chat(&fleet, &request).await,
            Task::Embed(_) => self.plan_embedding(&fleet, &request),
            Task::Read(_) | Task::Transcribe(_) => {
                Err(mediary_core::Failure::broken("files to read or to transcribe are explained by themselves").into())
            }
        }
    }

    /// The plan for a document to be read.
    ///
    /// # Errors
    /// When there is no such engine, or none can be asked.
    pub async fn explain_reading(&self, media: &Media, options: &ReadOptions) -> Result<Planned, CallError> {
        self.router.discover().await;
        self.reader.plan(media, options)
    }

    /// The plan for a recording to be transcribed.
    ///
    /// # Errors
    /// When no target can be asked.
    pub async fn explain_transcription(&self, recording: &Media, bounds: &Bounds) -> Result<Planned, CallError> {
        self.router.discover().await;
        self.treatments.plan_transcript(&self.router.fleet(), recording, &self.router.tightened(bounds).of_help())
    }
}
