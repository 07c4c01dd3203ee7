//! Judging texts and pictures by a provider's rules. An answer judges each input once.

use mediary_core::Failure;
use mediary_core::capability::{Abilities, TaskKind};
use mediary_core::plan::{Candidate, Demand};
use mediary_core::task::{Chat, Message, Moderate, Part, PartPath, ReplyEvent, Role, Task};

use super::super::Gateway;
use super::super::routing::{Answer, CallError, Fleet, Planned, Prepared, TaskRequest, Verdict, Work};
use super::{Answered, WholeAnswer};

impl Gateway {
    /// Judges texts and pictures.
    ///
    /// # Errors
    /// When a picture cannot be had, no target can be asked, or none answered.
    pub(super) async fn moderate(&self, mut request: TaskRequest) -> Result<Answered, CallError> {
        let Task::Moderate(moderate) = &mut request.task else { return Err(other_task().into()) };
        if !moderate.is_list {
            let mut chat = as_chat(moderate);
            let at_input = |failure: Failure| match failure.place {
                Some(PartPath::Content { part, .. }) => failure.at(PartPath::Item("input", part)),
                _ => failure,
            };
            self.intake.fetch_parts(&mut chat).await.map_err(at_input)?;
            moderate.inputs = chat.messages.into_iter().map(|message| message.parts).collect();
        }
        let router = &self.router;
        router.discover().await;
        let fleet = router.fleet();
        let planned = self.plan_judging_of(&fleet, &request).await?;
        let work = JudgeWork { task: &request.task };
        Ok(Answered::Whole(Box::new(router.run(&fleet, &planned, &work).await?.answered(router, &fleet)?)))
    }

    /// The plan for inputs to judge, whose pictures are not looked at. Nothing is called.
    pub(super) fn plan_judging(&self, fleet: &Fleet, request: &TaskRequest) -> Result<Planned, CallError> {
        self.plan_judged(fleet, request, Demand::of(&request.task, Vec::new()))
    }

    async fn plan_judging_of(&self, fleet: &Fleet, request: &TaskRequest) -> Result<Planned, CallError> {
        let Task::Moderate(moderate) = &request.task else { return Err(other_task().into()) };
        let parts = match moderate.has_pictures() {
            true => self.intake.measured(&as_chat(moderate), &fleet.matrix).await?,
            false => Vec::new(),
        };
        self.plan_judged(fleet, request, Demand::of(&request.task, parts))
    }

    fn plan_judged(&self, fleet: &Fleet, request: &TaskRequest, demand: Demand) -> Result<Planned, CallError> {
        let want = self.router.resolve(fleet, TaskKind::Moderation, &request.model, None)?;
        let policy = self.router.policy(want, &request.bounds);
        self.router.plan(fleet, demand, &policy, &[], &request.bounds)
    }
}

/// The parts where media of a chat are fetched and measured.
fn as_chat(moderate: &Moderate) -> Chat {
    let messages =
        moderate.inputs.iter().map(|parts: &Vec<Part>| Message { parts: parts.clone(), ..Message::new(Role::User) });
    Chat { messages: messages.collect(), ..Chat::default() }
}

fn other_task() -> Failure {
    Failure::broken("another task was taken for a moderation")
}

/// Inputs in the attempt loop.
struct JudgeWork<'a> {
    task: &'a Task,
}

impl Work for JudgeWork<'_> {
    type Answer = WholeAnswer;

    async fn prepare<'a>(&'a self, _candidate: &'a Candidate, _row: &'a Abilities) -> Result<Prepared<'a>, Failure> {
        Ok(Prepared::as_it_is(self.task))
    }

    async fn judge(&self, mut answer: Box<Answer>, _: &Candidate) -> Result<Verdict<WholeAnswer>, Failure> {
        let (reply, _) = answer.fold(|event| matches!(event, ReplyEvent::Judged { .. })).await?;
        Ok(Verdict::Answer(WholeAnswer { route: answer.route, reply, raw: None }))
    }
}
