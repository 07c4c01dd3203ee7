//! What clients ask the gateway for, on top of routing, documents and treatments: chats, embeddings, and plans without
//! calls.
//!
//! Each file says how its task is prepared for a candidate and what its answer must be, and runs through the one attempt
//! loop in `routing`. Pages and transcripts, which treatments need as well, do so in `documents` and `treatments`.

mod aloud;
mod cached;
mod chat;
mod complete;
mod continuation;
mod count;
mod desk;
mod draw;
mod drawing;
mod embed;
mod explain;
mod growing;
mod moderate;
mod overlap;
mod recital;
mod rerank;
mod retouch;
mod sentences;
mod sides;
mod speak;
mod speaking;
mod transcribe;
mod translated;
mod video;
mod voices;
mod words;

pub use chat::{Answered, WholeAnswer};
pub use count::Counted;
pub(super) use desk::Desk;
pub use drawing::{Drawing, Drawn, Made, Stage};
pub use embed::Embedded;
pub use growing::Growing;
pub(super) use recital::Recital;
pub(super) use sentences::{first_sentence, has_words};
pub use speaking::Speaking;
pub(super) use video::{Started, Submitted, a_video, is_unknown};
pub(super) use voices::knows as knows_voice;

use std::sync::Arc;

use mediary_core::task::{Task, WholeReply};

use super::Gateway;
use super::routing::{CallError, TaskRequest};

impl Gateway {
    /// Carries a task out.
    ///
    /// Dropping the future, or the answer, ends the call to the provider.
    ///
    /// # Errors
    /// When no target can be asked, or none answered.
    pub async fn answer(self: &Arc<Self>, request: TaskRequest) -> Result<Answered, CallError> {
        match self.answers.wish(&request) {
            None => self.carry_out(request).await,
            Some(wish) => Box::pin(self.cached(request, wish)).await,
        }
    }

    /// The same, by a call to a target, whatever was answered before.
    pub(super) async fn carry_out(self: &Arc<Self>, request: TaskRequest) -> Result<Answered, CallError> {
        match &request.task {
            Task::Chat(chat) => match chat.completion.as_deref().cloned() {
                Some(completion) => Box::pin(self.complete(request, completion)).await,
                None if self.is_fused(&request) => Box::pin(self.fuse(request)).await,
                None => self.chat(request).await,
            },
            Task::Embed(_) => {
                let Embedded { route, vectors, usage, model } = Box::pin(self.embed(request)).await?;
                let vectors = (0..).zip(vectors).collect();
                let reply = WholeReply { vectors, usage: Some(usage), model, ..WholeReply::default() };
                Ok(Answered::Whole(Box::new(WholeAnswer { route, reply, raw: None })))
            }
            Task::Rerank(_) => Box::pin(self.rerank(request)).await,
            Task::Moderate(_) => Box::pin(self.moderate(request)).await,
            Task::Transcribe(_) => Box::pin(self.transcribe(request)).await,
            Task::Read(_) | Task::Speak(_) | Task::Image(_) | Task::GenerateVideo(_) => {
                Err(mediary_core::Failure::broken("files have routes of their own").into())
            }
        }
    }
}
