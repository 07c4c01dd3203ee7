//! Chats: any medium to any model. An answer is a word, a call of a function, or an end that is allowed to be without
//! either.
//!
//! A client that wants a stream is committed to the first target that says something. One that wants a whole answer
//! never sees half of one, so a target that breaks off is simply followed by the next.

use std::borrow::Cow;
use std::sync::Arc;

use mediary_core::Failure;
use mediary_core::capability::{Abilities, Tier};
use mediary_core::plan::{Candidate, Demand, Plan, Treatment, Want};
use mediary_core::task::{Chat, Finish, MediaPart, Part, ReplyEvent, Task, WholeReply};

use super::super::Gateway;
use super::super::routing::{
    Answer, Bounds, CallError, Fleet, Planned, Prefix, Prepared, Route, TaskRequest, Verdict, Work,
};
use super::super::treatments::{Memo, Treatments};
use super::aloud::is_to_be_heard;
use super::continuation::can_be_continued;
use super::growing::Growing;

/// An answer, growing or whole as the chat asked for it.
#[derive(Debug)]
pub enum Answered {
    /// As it grows.
    Stream(Box<Growing>),
    /// In one piece.
    Whole(Box<WholeAnswer>),
}

/// A whole answer.
#[derive(Debug, Clone)]
pub struct WholeAnswer {
    /// Where it comes from.
    pub route: Route,
    /// What it says. Its usage is always there, counted by us if need be.
    pub reply: WholeReply,
    /// The body as the provider wrote it, if it came in one piece with its usage and needed no mending.
    pub raw: Option<bytes::Bytes>,
}

impl Gateway {
    /// Answers a chat. Dropping the future, or the answer, ends the call to the provider.
    ///
    /// # Errors
    /// When no target can be asked, or none answered.
    pub async fn chat(self: &Arc<Self>, mut request: TaskRequest) -> Result<Answered, CallError> {
        let Task::Chat(chat) = &mut request.task else { return Err(not_a_chat().into()) };
        if !is_to_be_heard(chat) {
            return self.chat_in_words(request).await;
        }
        self.intake.fetch_parts(chat).await?;
        // Models that speak by themselves come first.
        let forwarded = Box::pin(self.chat_in_words(request.clone())).await;
        let may_be_spoken = match &forwarded {
            Err(CallError::Unplannable(_)) => true,
            Err(CallError::Exhausted(_)) => self.is_free_to_choose(&request),
            Err(CallError::Failed(_) | CallError::UnknownModel { .. } | CallError::NoProviders { .. }) | Ok(_) => false,
        };
        if may_be_spoken { Box::pin(self.chat_aloud(request)).await } else { forwarded }
    }

    /// Answers a chat with what its target gives by itself.
    ///
    /// # Errors
    /// When no target can be asked, or none answered.
    pub(super) async fn chat_in_words(self: &Arc<Self>, mut request: TaskRequest) -> Result<Answered, CallError> {
        let router = &self.router;
        if let Task::Chat(chat) = &mut request.task {
            self.intake.fetch_parts(chat).await?;
            self.safety.check_chat(&self.reader, chat).await?;
        }
        router.discover().await;
        let fleet = router.fleet();
        let planned = self.plan_chat(&fleet, &request).await?;
        let work = self.chat_work(&request.task, &planned, &request)?;
        let answered = router.run(&fleet, &planned, &work).await?.answered(router, &fleet)?;
        let continues = request.bounds.continues.unwrap_or(router.routing().continue_streams)
            && can_be_continued(work.chat, planned.demand.hard);
        Ok(match answered {
            Answered::Stream(growing) if continues => {
                Answered::Stream(Box::new(growing.continued(self.clone(), request.clone())))
            }
            answered => answered,
        })
    }

    /// A task that is a chat in the attempt loop, on behalf of a request.
    pub(super) fn chat_work<'a>(
        &'a self,
        task: &'a Task,
        planned: &'a Planned,
        request: &TaskRequest,
    ) -> Result<ChatWork<'a>, Failure> {
        let Task::Chat(chat) = task else { return Err(not_a_chat()) };
        let router = &self.router;
        Ok(ChatWork {
            treatments: &self.treatments,
            task,
            chat,
            plan: &planned.plan,
            memo: Memo::within(planned.help.clone()),
            conversation: router.conversation(&request.client, &chat.messages),
            hands_on_urls: router.routing().hand_on_urls,
        })
    }

    /// The plan for a chat whose media are all here. They are measured; nothing is treated, nothing is called.
    pub(in crate::gateway) async fn plan_chat(
        &self,
        fleet: &Fleet,
        request: &TaskRequest,
    ) -> Result<Planned, CallError> {
        let Task::Chat(chat) = &request.task else { return Err(not_a_chat().into()) };
        let router = &self.router;
        let named = router.resolve(fleet, request.task.kind(), &request.model, request.bounds.tier);
        let want = match named {
            Err(CallError::UnknownModel { .. }) if chat.is_of_a_vendors_format() => {
                router.stand_in(&request.model).map_or(named, |tier| Ok(Want::Tier(tier)))?
            }
            named => named?,
        };
        let looks = want == Want::Tier(Tier::Auto);
        let policy = router.policy_of_turn(fleet, want, &request.bounds, &request.client, chat).await;
        let parts = self.intake.measured(chat, &fleet.matrix).await?;
        let mut demand = Demand::of(&request.task, parts);
        if looks {
            demand = demand.looking_at(chat);
        }
        let help =
            if demand.parts.is_empty() { Bounds::default() } else { router.help(fleet, &policy, &request.bounds) };
        let recipes = self.treatments.recipes(&fleet.matrix, &help);
        router.plan(fleet, demand, &policy, &recipes, &request.bounds)
    }
}

fn not_a_chat() -> Failure {
    Failure::broken("another task was taken for a chat")
}

/// A chat in the attempt loop.
pub(super) struct ChatWork<'a> {
    treatments: &'a Treatments,
    task: &'a Task,
    pub(super) chat: &'a Chat,
    plan: &'a Plan,
    memo: Memo,
    /// The conversation so far, for its fingerprint.
    conversation: Prefix,
    /// Whether addresses of media are passed on to targets that fetch by themselves.
    hands_on_urls: bool,
}

impl Work for ChatWork<'_> {
    type Answer = Answered;

    async fn prepare<'a>(&'a self, candidate: &'a Candidate, row: &'a Abilities) -> Result<Prepared<'a>, Failure> {
        let is_treated = candidate.treatments.iter().any(|treatment| *treatment != Treatment::Forward);
        let (mut chat, notes) = match is_treated {
            false => (Cow::Borrowed(self.chat), Vec::new()),
            true => {
                // Boxed, as all that most chats do not need: it would be a part of every chat's future.
                let treating = self.treatments.treat(self.chat, self.plan, candidate, row, &self.memo);
                let (chat, notes) = Box::pin(treating).await?;
                (Cow::Owned(chat), notes)
            }
        };
        let is_kept = |part: &MediaPart| {
            part.url.is_none()
                || (self.hands_on_urls && row.acceptance(part.media.format).is_some_and(|accepted| accepted.by_url))
        };
        if media(&chat).any(|part| !is_kept(part)) {
            for message in &mut chat.to_mut().messages {
                let parts = message.parts.iter_mut().filter_map(|part| match part {
                    Part::Media(part) if !is_kept(part) => Some(part),
                    Part::Media(_) | Part::Text(_) | Part::Remote { .. } => None,
                });
                let addressed = parts.map(|part| part.url = None).count();
                if addressed > 0 {
                    message.is_changed();
                }
            }
        }
        Ok(match chat {
            Cow::Borrowed(_) => Prepared { task: Cow::Borrowed(self.task), notes },
            Cow::Owned(chat) => Prepared { task: Cow::Owned(Task::Chat(chat)), notes },
        })
    }

    fn may_be_hedged(&self) -> bool {
        true
    }

    async fn judge(&self, mut answer: Box<Answer>, _candidate: &Candidate) -> Result<Verdict<Answered>, Failure> {
        answer.continues(self.conversation.clone());
        if self.chat.stream {
            until_it_speaks(&mut answer).await?;
            return Ok(Verdict::Answer(Answered::Stream(Box::new(Growing::alone(answer)))));
        }
        let (reply, raw) = answer.fold(|event| event.is_content() || ends_without_a_word(event)).await?;
        Ok(Verdict::Answer(Answered::Whole(Box::new(WholeAnswer { route: answer.route, reply, raw }))))
    }
}

/// A chat's media.
fn media(chat: &Chat) -> impl Iterator<Item = &MediaPart> {
    chat.messages.iter().flat_map(|message| &message.parts).filter_map(|part| match part {
        Part::Media(media) => Some(media),
        Part::Text(_) | Part::Remote { .. } => None,
    })
}

/// Waits for the first word. A refusal without a word is an answer; anything else without a word is none.
pub(super) async fn until_it_speaks(answer: &mut Answer) -> Result<(), Failure> {
    answer.until(ReplyEvent::is_content, ends_without_a_word).await.map(drop)
}

/// Whether a reply ends that may be without a word: refused, paused, or all of its length spent on thinking.
fn ends_without_a_word(event: &ReplyEvent) -> bool {
    matches!(event, ReplyEvent::Finish { finish: Finish::ContentFilter | Finish::Length | Finish::Paused, .. })
}
