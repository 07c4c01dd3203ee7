//! An answer by way of a chat: any target that chats writes it, and its sentences are spoken while it grows.
//!
//! The chat and each sentence run through the attempt loop by themselves, so that keys, budgets, privacy and fallback are
//! those of any other request.

use std::future::pending;
use std::pin::pin;
use std::sync::Arc;

use bytes::Bytes;
use futures_util::future::{Either, select};
use mediary_core::live::{LiveSettings, LiveUsage, ResponseState};
use mediary_core::provider::BoxFuture;
use mediary_core::task::{Chat, Finish, Message, ReplyEvent, ReplyFrame, Role, Sampling, Speak, Task, Usage};
use mediary_core::{Failure, Hold, Target};

use super::super::Gateway;
use super::super::routing::{Bounds, CallError, TaskRequest};
use super::super::tasks::{Answered, Growing, Recital, first_sentence, has_words};
use super::scribe::{Out, Scribe};

/// Who asks, and what of.
#[derive(Debug, Clone)]
pub(super) struct Asking {
    pub(super) gateway: Arc<Gateway>,
    pub(super) model: String,
    pub(super) bounds: Bounds,
    pub(super) client: Vec<u8>,
    /// What speaks, and within which bounds.
    pub(super) speech_model: String,
    pub(super) speech_bounds: Bounds,
}

/// An answer on its way.
pub(super) struct Answering {
    stage: Stage,
    /// Words that are not spoken yet.
    unspoken: String,
    recital: Option<Recital>,
    words_are_over: bool,
    finish: Finish,
    usage: Usage,
    target: Option<Target>,
}

enum Stage {
    Asked(BoxFuture<'static, Result<Answered, CallError>>),
    Growing(Box<Growing>),
    Over,
}

/// What came of waiting for an answer.
pub(super) enum Step {
    Begun(Result<Answered, CallError>),
    Words(Option<Result<ReplyFrame, Failure>>),
    Sound(Option<Result<Bytes, CallError>>),
}

/// How an answer goes on.
pub(super) enum Course {
    On,
    /// It is complete.
    Over(ResponseState),
    Failed(CallError),
}

/// The chat that an answer is.
pub(super) fn chat(settings: &LiveSettings, prompt: Option<&str>, messages: Vec<Message>) -> Chat {
    let told = |text: &str| Message::text(Role::System, text);
    let spoken = "What you say is spoken aloud: answer in plain sentences, without Markdown, lists or emoji.";
    let mut first: Vec<Message> = prompt.into_iter().map(told).collect();
    first.extend(Some(settings.instructions.as_str()).filter(|text| !text.trim().is_empty()).map(told));
    first.extend(settings.aloud.then(|| told(spoken)));
    Chat {
        messages: first.into_iter().chain(messages).collect(),
        tools: settings.tools.clone(),
        tool_choice: settings.tool_choice.clone(),
        sampling: Sampling {
            max_tokens: settings.max_tokens,
            temperature: settings.temperature,
            ..Sampling::default()
        },
        stream: true,
        ..Chat::default()
    }
}

impl Answering {
    /// Asks.
    pub(super) fn begin(asking: Asking, chat: Chat, settings: &LiveSettings) -> Self {
        let recital = settings.aloud.then(|| {
            let Asking { gateway, speech_model, speech_bounds, client, .. } = asking.clone();
            let how = Speak { voice: settings.voice.clone(), speed: settings.speed, ..Speak::of("") };
            let task = Task::Speak(how.clone());
            let request =
                TaskRequest { task, model: speech_model, bounds: speech_bounds, client, held: Hold::default() };
            Recital::new(gateway, request, how)
        });
        let Asking { gateway, model, bounds, client, .. } = asking;
        let request = TaskRequest { task: Task::Chat(chat), model, bounds, client, held: Hold::default() };
        Self {
            stage: Stage::Asked(Box::pin(async move { gateway.chat(request).await })),
            unspoken: String::new(),
            recital,
            words_are_over: false,
            finish: Finish::Stop,
            usage: Usage::default(),
            target: None,
        }
    }

    /// The target that answers, once it is known.
    pub(super) fn target(&self) -> Option<&Target> {
        self.target.as_ref()
    }

    /// What it took so far, counted once it is over.
    pub(super) fn usage(&self) -> LiveUsage {
        let Usage { prompt_tokens, completion_tokens, cached_tokens, .. } = self.usage;
        LiveUsage { input: prompt_tokens, cached: cached_tokens, output: completion_tokens, ..LiveUsage::default() }
    }

    /// Waits for what comes next. Not completing this future loses nothing.
    pub(super) async fn wait(&mut self) -> Step {
        let Self { stage, recital, words_are_over, .. } = self;
        let is_busy = recital.as_ref().is_some_and(Recital::is_busy);
        let sound = async {
            match recital {
                Some(recital) if is_busy => recital.next().await,
                _ => pending().await,
            }
        };
        let words = async {
            match stage {
                Stage::Asked(asked) => Step::Begun(asked.await),
                Stage::Growing(growing) if !*words_are_over => Step::Words(growing.next().await),
                Stage::Growing(_) | Stage::Over => pending().await,
            }
        };
        match select(pin!(words), pin!(sound)).await {
            Either::Left((step, _)) => step,
            Either::Right((sound, _)) => Step::Sound(sound),
        }
    }

    /// Takes note of what came.
    pub(super) async fn take(&mut self, step: Step, scribe: &mut Scribe, out: &mut Out) -> Course {
        match step {
            Step::Begun(Ok(Answered::Stream(growing))) => {
                self.target = Some(growing.route().target.clone());
                self.stage = Stage::Growing(growing);
            }
            Step::Begun(Ok(Answered::Whole(_))) => {
                self.stage = Stage::Over;
                return Course::Failed(Failure::broken("a whole answer where a stream was asked for").into());
            }
            Step::Begun(Err(error)) => {
                self.stage = Stage::Over;
                return Course::Failed(error);
            }
            Step::Words(Some(Ok(frame))) => self.words(frame, scribe, out),
            Step::Words(Some(Err(failure))) => return Course::Failed(failure.into()),
            Step::Words(None) => self.words_end().await,
            Step::Sound(Some(Ok(samples))) => {
                if let Err(failure) = scribe.sound(&samples, out) {
                    return Course::Failed(failure.into());
                }
            }
            Step::Sound(Some(Err(error))) => return Course::Failed(error),
            Step::Sound(None) => {}
        }
        self.speak_on(scribe, out);
        let is_spoken = self.recital.as_ref().is_none_or(|recital| !recital.is_busy());
        match self.words_are_over && is_spoken && self.unspoken.trim().is_empty() {
            false => Course::On,
            true => Course::Over(match self.finish {
                Finish::Stop | Finish::ToolCalls => ResponseState::Completed,
                Finish::Length | Finish::Paused => ResponseState::CutOff,
                Finish::ContentFilter => ResponseState::Filtered,
            }),
        }
    }

    fn words(&mut self, frame: ReplyFrame, scribe: &mut Scribe, out: &mut Out) {
        for event in frame.events {
            match event {
                ReplyEvent::Text { choice: 0, text } | ReplyEvent::Refusal { choice: 0, text } => {
                    match self.recital.is_some() {
                        true => self.unspoken.push_str(&text),
                        false => scribe.words(&text, out),
                    }
                }
                ReplyEvent::ToolCall { choice: 0, index, id, name, arguments, .. } => {
                    scribe.call(index, id, name, &arguments, out);
                }
                ReplyEvent::Finish { choice: 0, finish } => self.finish = finish,
                // What is thought is not said; what else there is has no place here.
                _ => {}
            }
        }
    }

    async fn words_end(&mut self) {
        self.words_are_over = true;
        if let Stage::Growing(growing) = &mut self.stage {
            growing.close().await;
            self.usage = growing.usage();
        }
    }

    /// Has the next sentence spoken, once the one before has been. The client is told its words where its sound begins.
    fn speak_on(&mut self, scribe: &mut Scribe, out: &mut Out) {
        let Some(recital) = &mut self.recital else { return };
        while !recital.is_busy() {
            let end = match first_sentence(&self.unspoken) {
                0 if self.words_are_over => self.unspoken.len(),
                end => end,
            };
            if end == 0 {
                return;
            }
            let sentence: String = self.unspoken.drain(..end).collect();
            scribe.words(&sentence, out);
            if has_words(&sentence) {
                recital.push(sentence.trim());
            }
        }
    }
}

impl std::fmt::Debug for Answering {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        // What is said does not belong into a log.
        formatter.debug_struct("Answering").field("target", &self.target).finish_non_exhaustive()
    }
}
