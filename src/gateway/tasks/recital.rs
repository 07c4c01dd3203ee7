//! Several texts spoken one after the other, as one sound of bare samples: a text that is longer than its target takes, or
//! sentences of an answer that is still being written.
//!
//! Each text runs through the attempt loop by itself. The target that spoke the one before is asked first, so that the
//! voice changes only where it must. What is made of the samples is its caller's business.

use std::collections::VecDeque;
use std::fmt;
use std::sync::Arc;

use bytes::Bytes;
use mediary_core::provider::BoxFuture;
use mediary_core::task::{SoundForm, Speak, Task, Usage};
use mediary_core::{Failure, FailureKind, Target};

use super::super::Gateway;
use super::super::routing::{CallError, Route, TaskRequest};
use super::sentences::has_words;
use super::speaking::{RATE_HZ, Speaking};

/// What a recital is a sound of.
pub(super) const SAMPLES: SoundForm = SoundForm::Pcm { rate_hz: RATE_HZ };

/// Texts on their way to one sound.
pub(in crate::gateway) struct Recital {
    gateway: Arc<Gateway>,
    /// How each text is spoken: everything but the text.
    request: TaskRequest,
    how: Speak,
    waiting: VecDeque<String>,
    asking: Option<BoxFuture<'static, Result<Speaking, CallError>>>,
    speaking: Option<Box<Speaking>>,
    /// Where the sound comes from, once it has begun.
    route: Option<Route>,
    /// What the texts cost that are spoken.
    usage: Usage,
}

impl Recital {
    /// Nothing is spoken yet. `how` says how; its own text is not looked at.
    pub(in crate::gateway) fn new(gateway: Arc<Gateway>, request: TaskRequest, how: Speak) -> Self {
        let how = Speak { form: SAMPLES, text: String::new(), ..how };
        let waiting = VecDeque::new();
        Self { gateway, request, how, waiting, asking: None, speaking: None, route: None, usage: Usage::default() }
    }

    /// One more text, behind all others.
    pub(in crate::gateway) fn push(&mut self, text: &str) {
        if has_words(text) {
            self.waiting.push_back(text.to_owned());
        }
    }

    /// Whether there is anything left to speak.
    pub(in crate::gateway) fn is_busy(&self) -> bool {
        self.asking.is_some() || self.speaking.is_some() || !self.waiting.is_empty()
    }

    /// Where the sound comes from; `None` until it has begun.
    pub(super) fn route(&self) -> Option<&Route> {
        self.route.as_ref()
    }

    pub(super) fn usage(&self) -> Usage {
        self.usage
    }

    /// The next samples; `None` when all texts are spoken. Not completing this future loses nothing.
    ///
    /// # Errors
    /// When no target speaks the next text, or one breaks off. Nothing follows.
    pub(in crate::gateway) async fn next(&mut self) -> Option<Result<Bytes, CallError>> {
        loop {
            if let Some(asking) = &mut self.asking {
                let begun = asking.await;
                self.asking = None;
                match begun {
                    Ok(speaking) => self.begun(speaking),
                    Err(error) => return Some(Err(error)),
                }
            }
            if let Some(speaking) = &mut self.speaking {
                match more(speaking).await {
                    Some(Ok(bytes)) => return Some(Ok(bytes)),
                    Some(Err(failure)) => {
                        self.speaking = None;
                        return Some(Err(failure.into()));
                    }
                    None => {
                        self.usage = self.usage.and(speaking.usage());
                        speaking.close().await;
                        self.speaking = None;
                    }
                }
            }
            let text = self.waiting.pop_front()?;
            self.asking = Some(self.ask(text));
        }
    }

    fn begun(&mut self, speaking: Speaking) {
        match &mut self.route {
            Some(route) => route.join(speaking.route.clone()),
            None => self.route = Some(speaking.route.clone()),
        }
        self.speaking = Some(Box::new(speaking));
    }

    fn ask(&self, text: String) -> BoxFuture<'static, Result<Speaking, CallError>> {
        let gateway = self.gateway.clone();
        let before = self.route.as_ref().map(|route| route.also.last().unwrap_or(&route.target).clone());
        let task = Task::Speak(Speak { text, ..self.how.clone() });
        let request = TaskRequest { task, ..self.request.clone() };
        Box::pin(async move {
            if let Some(before) = before.as_ref().map(Target::to_string)
                && let Ok(speaking) = gateway.speak(TaskRequest { model: before, ..request.clone() }).await
            {
                return Ok(speaking);
            }
            gateway.speak(request).await
        })
    }
}

/// Of a kind that can be named, since a sound may be made of sounds.
fn more(speaking: &mut Speaking) -> BoxFuture<'_, Option<Result<Bytes, Failure>>> {
    Box::pin(speaking.next())
}

/// Why a sound does not go on, for a client that has heard its beginning.
pub(super) fn broke_off(error: CallError) -> Failure {
    match error {
        CallError::Failed(failure) => failure,
        CallError::UnknownModel { .. }
        | CallError::NoProviders { .. }
        | CallError::Unplannable(_)
        | CallError::Exhausted(_) => {
            Failure::new(FailureKind::Unreachable, "no target went on speaking; ask again for the whole sound")
        }
    }
}

impl fmt::Debug for Recital {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        // What is spoken does not belong into a log.
        formatter.debug_struct("Recital").field("waiting", &self.waiting.len()).finish_non_exhaustive()
    }
}
