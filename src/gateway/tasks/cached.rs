//! Requests whose answers are given again: looked for among those that are kept, and asked for once however many want the
//! same at the same time.

use std::sync::Arc;

use futures_util::stream;
use mediary_core::plan::{Privacy, Reason, Unplannable};
use mediary_core::provider::BoxFuture;
use mediary_core::task::{Embed, EmbedInput, Part, Task};
use mediary_core::{Hold, Target};
use tracing::Instrument as _;

use super::super::Gateway;
use super::super::answer_cache::{CacheNote, CacheOutcome, CacheWish, Digest, Step, Steps, is_comparable, known};
use super::super::blocking;
use super::super::routing::{Account, Bounds, CallError, Planned, TaskRequest};
use super::chat::Answered;
use super::growing::Growing;
use crate::telemetry::metrics;

/// What makes vectors of questions.
const EMBEDDING: &str = "local/e5-small";

/// Where a call is.
enum Stage {
    Asking(BoxFuture<'static, Result<Answered, CallError>>),
    Growing(Box<Growing>),
    Closing(Box<Growing>),
    Over,
}

impl Gateway {
    /// Answers a request that has to do with the cache.
    ///
    /// # Errors
    /// When no target can be asked, or none answered.
    pub(super) async fn cached(
        self: &Arc<Self>,
        mut request: TaskRequest,
        wish: CacheWish,
    ) -> Result<Answered, CallError> {
        self.make_hashed(&mut request).await?;
        let Some(known) = known(&request) else { return self.carry_out(request).await };
        // Of targets that are as good as each other the same request meets the same one.
        request.bounds.draw = Some(known.whole.draw());
        let answers = &self.answers;
        let target = match self.first_target(&request).await {
            Ok(Some(target)) => target,
            Ok(None) => return self.carry_out(request).await,
            Err(error) => {
                return match self.remembered_of_resting(&request, known.whole, wish, &error) {
                    Some(answered) => Ok(noted(&request.bounds.account, answered)),
                    None => self.carry_out(request).await,
                };
            }
        };
        let place = answers.place(known.whole, &request, &target);
        if wish == CacheWish::Refresh {
            let listener = answers.alone(place, &request, CacheOutcome::Refresh, self.call_of(&request));
            return listener.answered().await.map(|answered| noted(&request.bounds.account, answered));
        }
        if let Some(answered) = answers.hit(place, &request) {
            return Ok(noted(&request.bounds.account, answered));
        }
        if let Some((around, words)) = &known.around
            && let Some(vector) = self.vector_of(words).await
        {
            let around = answers.place(*around, &request, &target);
            if let Some(answered) = answers.hit_alike((around, place), words, vector, &request) {
                return Ok(noted(&request.bounds.account, answered));
            }
        }
        let listener = match answers.enter(place, &request, || self.call_of(&request)) {
            Ok(listener) => listener,
            Err(answered) => return Ok(noted(&request.bounds.account, *answered)),
        };
        let is_its_own = listener.is_first();
        let answered = match listener.answered().await {
            // What failed for another may still be had: by a call of its own, which waits for no other.
            Err(_) if !is_its_own => {
                answers.alone(place, &request, CacheOutcome::Miss, self.call_of(&request)).answered().await
            }
            answered => answered,
        };
        answered.map(|answered| noted(&request.bounds.account, answered))
    }

    /// How many requests wait for, or read, answers of calls that are made for all who ask the same.
    #[must_use]
    pub fn sharing(&self) -> usize {
        self.answers.listeners()
    }

    /// Has the media of a chat here, and their hashes.
    pub(in crate::gateway) async fn make_hashed(&self, request: &mut TaskRequest) -> Result<(), CallError> {
        let Task::Chat(chat) = &mut request.task else { return Ok(()) };
        self.intake.fetch_parts(chat).await?;
        for part in chat.messages.iter().flat_map(|message| &message.parts) {
            if let Part::Media(part) = part {
                blocking::hashed(&part.media.blob).await;
            }
        }
        Ok(())
    }

    /// The vector of a question, where answers are given to others of the same meaning. `None`: it is compared with none.
    async fn vector_of(&self, words: &str) -> Option<Vec<f32>> {
        if !self.answers.knows_meanings() || !is_comparable(words) {
            return None;
        }
        let vectors = self.local_vectors(vec![words.to_owned()], "query").await;
        if vectors.is_none() {
            tracing::warn!("answers to words of the same meaning are not found: local/e5-small does not answer");
        }
        vectors?.into_iter().next()
    }

    /// Vectors of texts, made on this machine; `None`: what makes them is not here. `input_type`: query or passage.
    pub(in crate::gateway) async fn local_vectors(
        &self,
        texts: Vec<String>,
        input_type: &'static str,
    ) -> Option<Vec<Vec<f32>>> {
        let wishes = [("input_type", serde_json::Value::from(input_type)), ("truncate", serde_json::Value::from(true))];
        let extras = wishes.into_iter().map(|(name, value)| (name.to_owned(), value)).collect();
        let inputs = texts.into_iter().map(EmbedInput::Text).collect();
        let embed = Embed { inputs, dimensions: None, extras };
        // What helps to find something is no part of what a request costs, and leaves this machine in no case.
        let bounds = Bounds { privacy: Privacy::Local, ..Bounds::default() };
        let (model, client, held) = (EMBEDDING.to_owned(), Vec::new(), Hold::default());
        let request = TaskRequest { task: Task::Embed(embed), model, bounds, client, held };
        Box::pin(self.embed(request)).await.ok().map(|embedded| embedded.vectors)
    }

    /// The target that would be asked first. `None`: it is not for a plan to say.
    async fn first_target(&self, request: &TaskRequest) -> Result<Option<Target>, CallError> {
        self.router.discover().await;
        let fleet = self.router.fleet();
        let planned: Planned = match &request.task {
            Task::Chat(chat) => match chat.completion.as_deref() {
                Some(completion) => Box::pin(self.plan_prompts(&fleet, request, chat, completion)).await?,
                None => self.plan_chat(&fleet, request).await?,
            },
            Task::Embed(_) => self.plan_embedding(&fleet, request)?,
            Task::Read(_) | Task::Transcribe(_) | Task::Speak(_) | Task::GenerateVideo(_) => return Ok(None),
            Task::Image(_) | Task::Rerank(_) | Task::Moderate(_) => return Ok(None),
        };
        Ok(planned.plan.candidates.into_iter().next().map(|candidate| candidate.target))
    }

    /// What a target has said before that would be asked if it did not rest after failures, where no other can be.
    fn remembered_of_resting(
        &self,
        request: &TaskRequest,
        digest: Digest,
        wish: CacheWish,
        error: &CallError,
    ) -> Option<Answered> {
        let passed_over = match error {
            CallError::Exhausted(exhausted) => &exhausted.passed_over,
            CallError::Unplannable(why) => match &**why {
                Unplannable::AllCoolingDown { passed_over, .. } => passed_over,
                _ => return None,
            },
            CallError::Failed(_) | CallError::UnknownModel { .. } | CallError::NoProviders { .. } => return None,
        };
        // What other keys were told may be kept here as well; this one's rules hold for that, too.
        let admitted = request.bounds.account.admitted();
        let is_allowed =
            |target: &Target| admitted.is_none_or(|admitted| target.is_local() || admitted.allows_target(target));
        let rests = |reason: &Reason| matches!(reason, Reason::CoolingDown { .. });
        let mut resting = passed_over.iter().filter(|one| rests(&one.reason) && is_allowed(&one.target));
        let place = |target| self.answers.place(digest, request, target);
        resting.find_map(|one| self.answers.hit(place(&one.target), request)).filter(|_| wish == CacheWish::Use)
    }

    /// The call for a request, and the account that it is charged to until it is known whose it is.
    fn call_of(self: &Arc<Self>, request: &TaskRequest) -> (Steps, Account) {
        let account = request.bounds.account.beside();
        let mut request = request.clone();
        request.bounds.account = account.clone();
        let gateway = self.clone();
        let asking = async move { gateway.carry_out(request).await };
        let steps = stream::unfold(Stage::Asking(Box::pin(asking.in_current_span())), step);
        (Box::pin(steps), account)
    }
}

async fn step(stage: Stage) -> Option<(Step, Stage)> {
    match stage {
        Stage::Asking(asking) => Some(match asking.await {
            Ok(Answered::Whole(whole)) => (Step::Whole(whole), Stage::Over),
            Ok(Answered::Stream(growing)) => {
                let route = Box::new(growing.route().clone());
                (Step::Begun(route, growing.is_stream(), growing.usage()), Stage::Growing(growing))
            }
            Err(error) => (Step::Refused(error), Stage::Over),
        }),
        Stage::Growing(mut growing) => Some(match growing.next().await {
            Some(Ok(frame)) => (Step::Frame(frame), Stage::Growing(growing)),
            Some(Err(failure)) => (Step::Broke(failure), Stage::Over),
            None => {
                let (route, usage) = (Box::new(growing.route().clone()), growing.usage());
                (Step::Ended(route, usage), Stage::Closing(growing))
            }
        }),
        Stage::Closing(mut growing) => {
            growing.close().await;
            None
        }
        Stage::Over => None,
    }
}

/// An answer of which is noted where it comes from.
fn noted(account: &Account, answered: Answered) -> Answered {
    let route = match &answered {
        Answered::Stream(growing) => growing.route(),
        Answered::Whole(whole) => &whole.route,
    };
    if let Some(note) = &route.cache {
        let CacheNote { outcome, saved_usd, .. } = note;
        metrics::cache_answered(outcome.name(), *saved_usd);
        if let Some(its) = account.noted() {
            its.cached(&route.target, note.clone());
        }
    }
    answered
}
