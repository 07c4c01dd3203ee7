//! Going on with an answer that broke off, at the next target.
//!
//! A target that takes the beginning of its own answer (a prefill) is given that; if it refuses it, and for all others, the
//! chat is followed by what was said and an instruction to go on.

use std::collections::BTreeSet;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use mediary_core::capability::Abilities;
use mediary_core::plan::{Candidate, Hard};
use mediary_core::task::{Chat, Message, ReplyFormat, Role, Task};
use mediary_core::{Failure, FailureKind, Target};

use super::super::Gateway;
use super::super::routing::{Answer, CallError, Fleet, Prepared, TaskRequest, Verdict, Work};
use super::chat::{ChatWork, until_it_speaks};

/// What a target is told that would begin a new answer.
const GO_ON: &str = "Your answer was cut off after its last character above. Go on from exactly there: repeat nothing, \
                     say nothing about the interruption, and do not begin anew.";

/// Whether half of an answer to this is worth anything.
pub(super) fn can_be_continued(chat: &Chat, hard: Hard) -> bool {
    let is_plain = !hard.many_replies && !hard.logprobs && !hard.audio_output;
    chat.stream && chat.format == ReplyFormat::Text && is_plain
}

impl Gateway {
    /// Asks the targets that have not broken off yet to go on after what was said.
    ///
    /// # Errors
    /// When none is left, or none went on.
    pub(super) async fn go_on(
        &self,
        request: TaskRequest,
        said: &str,
        broken: &[Target],
    ) -> Result<Box<Answer>, CallError> {
        let router = &self.router;
        let fleet = router.fleet();
        let Task::Chat(chat) = &request.task else { return Err(Failure::broken("only chats are continued").into()) };
        let prefilled = Task::Chat(with(chat, [Message::text(Role::Assistant, said.trim_end())]));
        let told = [Message::text(Role::Assistant, said.trim_end()), Message::text(Role::User, GO_ON)];
        let told = TaskRequest { task: Task::Chat(with(chat, told)), ..request };
        let mut planned = self.plan_chat(&fleet, &told).await?;
        planned.plan.candidates.retain(|candidate| !broken.contains(&candidate.target));
        let work = GoingOn {
            prefilled: self.chat_work(&prefilled, &planned, &told)?,
            told: self.chat_work(&told.task, &planned, &told)?,
            fleet: &fleet,
            refused: Mutex::default(),
        };
        let first = router.run(&fleet, &planned, &work).await?;
        let refused = work.refused();
        if first.answer.is_some() || refused.is_empty() {
            return first.answered(router, &fleet);
        }
        let mut again = planned.plan.candidates.clone();
        again.retain(|candidate| refused.contains(&candidate.target));
        let again = super::super::routing::Planned {
            demand: planned.demand.clone(),
            plan: mediary_core::plan::Plan { candidates: again, ..planned.plan.clone() },
            first: None,
            then: None,
            help: planned.help.clone(),
            account: planned.account.clone(),
        };
        router.run(&fleet, &again, &work).await?.answered(router, &fleet)
    }
}

fn with<const N: usize>(chat: &Chat, more: [Message; N]) -> Chat {
    let mut chat = chat.clone();
    chat.messages.extend(more);
    chat
}

/// A chat that goes on, in the attempt loop.
struct GoingOn<'a> {
    prefilled: ChatWork<'a>,
    told: ChatWork<'a>,
    fleet: &'a Fleet,
    /// The targets that refused a prefill.
    refused: Mutex<BTreeSet<Target>>,
}

impl GoingOn<'_> {
    fn refused(&self) -> BTreeSet<Target> {
        self.refused.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    fn is_prefilled(&self, candidate: &Candidate) -> bool {
        self.fleet.member(candidate.row).provider.takes_prefill() && !self.refused().contains(&candidate.target)
    }
}

impl Work for GoingOn<'_> {
    type Answer = Box<Answer>;

    async fn prepare<'a>(&'a self, candidate: &'a Candidate, row: &'a Abilities) -> Result<Prepared<'a>, Failure> {
        let work = if self.is_prefilled(candidate) { &self.prefilled } else { &self.told };
        work.prepare(candidate, row).await
    }

    async fn judge(&self, mut answer: Box<Answer>, _candidate: &Candidate) -> Result<Verdict<Box<Answer>>, Failure> {
        until_it_speaks(&mut answer).await?;
        Ok(Verdict::Answer(answer))
    }

    fn is_about_media(&self, candidate: &Candidate) -> bool {
        // Whether it takes a prefill is found out here; media were taken before.
        !self.is_prefilled(candidate)
    }

    fn is_final(&self, _failure: &Failure) -> bool {
        // The request was good enough for the first half.
        false
    }

    fn failed(&self, candidate: &Candidate, failure: &Failure, _took: Duration) {
        let is_complaint = matches!(failure.kind, FailureKind::Unacceptable | FailureKind::Malformed);
        if is_complaint && self.is_prefilled(candidate) {
            self.refused.lock().unwrap_or_else(PoisonError::into_inner).insert(candidate.target.clone());
        }
    }
}
