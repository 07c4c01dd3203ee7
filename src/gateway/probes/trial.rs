//! One question to one model, through the attempt loop as any other request.

use std::time::Duration;

use mediary_core::capability::{Abilities, Ability, Usd};
use mediary_core::plan::{Candidate, Demand, Unplannable};
use mediary_core::task::WholeReply;
use mediary_core::{Failure, FailureKind};
use tokio::time::timeout;

use super::super::Gateway;
use super::super::routing::{Answer, Bounds, Fleet, Planned, Prepared, Ran, Verdict as Judged, Work, total};
use super::question::{Question, Shown};
use super::verdict::{Outcome, Verdict};

/// A model that says nothing for so long is slow, whatever it can do.
const PATIENCE: Duration = Duration::from_secs(90);
/// A wrong answer may be a slip. Two are none.
const ASKED_AT_MOST: u32 = 2;

/// A probe of one ability.
pub(super) struct Trial<'a> {
    pub(super) row: &'a Abilities,
    pub(super) ability: Ability,
    pub(super) bounds: &'a Bounds,
    /// Whether the model has shown another ability a moment ago.
    pub(super) works_otherwise: bool,
}

/// A trial that can be held.
pub(super) struct Ready {
    question: Question,
    planned: Planned,
}

impl Trial<'_> {
    /// What is asked, and the plan for it; else why nothing is.
    pub(super) fn prepared(&self, gateway: &Gateway, fleet: &Fleet) -> Result<Ready, Outcome> {
        let Some(question) = Question::of(self.ability, self.row) else {
            return Err(Outcome::Skipped("there is no file to try it with in a format that it takes".to_owned()));
        };
        let demand = Demand::of(&question.task, question.parts.clone());
        let planned = gateway.router.plan_probe(fleet, demand, &self.row.target, self.bounds);
        match planned {
            Ok(planned) => Ok(Ready { question, planned }),
            Err(why) => Err(Outcome::Skipped(reason(&why))),
        }
    }

    /// Asks, and says what follows.
    pub(super) async fn held(&self, gateway: &Gateway, fleet: &Fleet, prepared: Ready) -> Verdict {
        let Ready { question, planned } = prepared;
        let mut asked = 0;
        loop {
            asked += 1;
            let reply = match timeout(PATIENCE, ask(gateway, fleet, &planned, &question)).await {
                Ok(Ok(reply)) => reply,
                Ok(Err((kind, why))) => return Verdict::failed(self.ability, &kind, &why, self.works_otherwise),
                Err(_) => {
                    let why = format!("it did not answer within {} s", PATIENCE.as_secs());
                    return Verdict::failed(self.ability, &FailureKind::TimedOut, &why, self.works_otherwise);
                }
            };
            match question.shown_by(&reply, self.row) {
                Shown::Yes => return Verdict::of(Outcome::Proven),
                Shown::Unclear(why) => return Verdict::of(Outcome::Unclear(why.to_owned())),
                Shown::No(_) if asked < ASKED_AT_MOST && is_cheap(self.ability) => {}
                Shown::No(why) => return Verdict::refuted(self.ability, why.to_owned(), self.works_otherwise),
            }
        }
    }
}

impl Ready {
    /// What it costs at most, by the catalog; `None`: not known.
    pub(super) fn estimate(&self) -> Option<Usd> {
        self.planned.plan.candidates.first().and_then(|candidate| candidate.cost_usd)
    }
}

/// What was spent so far within these bounds; `None`: not known.
pub(super) fn spent(bounds: &Bounds) -> Option<Usd> {
    total(&bounds.account.charges())
}

async fn ask(
    gateway: &Gateway,
    fleet: &Fleet,
    planned: &Planned,
    question: &Question,
) -> Result<WholeReply, (FailureKind, String)> {
    let ran = Box::pin(gateway.router.run(fleet, planned, &ProbeWork { question })).await;
    let Ran { answer, tried, passed_over, .. } = ran.map_err(|failure| (failure.kind.clone(), failure.to_string()))?;
    if let Some(reply) = answer {
        return Ok(reply);
    }
    // Every key was asked; what the last of them met is what stands.
    Err(match (tried.into_iter().next_back(), passed_over.into_iter().next()) {
        (Some(tried), _) => (tried.kind, tried.why),
        (None, Some(one)) => (FailureKind::Overloaded { retry_after: None }, one.reason.to_string()),
        (None, None) => (FailureKind::Broken, "it was not asked".to_owned()),
    })
}

/// Whether it may be asked twice.
fn is_cheap(ability: Ability) -> bool {
    !ability.makes_pictures() && ability != Ability::Speech
}

/// Why a target cannot be asked.
fn reason(why: &Unplannable) -> String {
    let passed_over = match why {
        Unplannable::NoTargets => return "no target does such work".to_owned(),
        Unplannable::AllCoolingDown { passed_over, .. }
        | Unplannable::Part { passed_over, .. }
        | Unplannable::Context { passed_over, .. }
        | Unplannable::NoneFits { passed_over } => passed_over,
    };
    passed_over.first().map_or_else(|| "it cannot be asked".to_owned(), |one| one.reason.to_string())
}

/// A question in the attempt loop.
struct ProbeWork<'a> {
    question: &'a Question,
}

impl Work for ProbeWork<'_> {
    type Answer = WholeReply;

    async fn prepare<'a>(&'a self, _candidate: &'a Candidate, _row: &'a Abilities) -> Result<Prepared<'a>, Failure> {
        Ok(Prepared::as_it_is(&self.question.task))
    }

    async fn judge(&self, mut answer: Box<Answer>, _: &Candidate) -> Result<Judged<WholeReply>, Failure> {
        let (reply, _) = answer.fold(|event| self.question.counts(event)).await?;
        Ok(Judged::Answer(reply))
    }

    /// Whatever is refused is an answer to what was asked, and no other target is asked instead.
    fn is_final(&self, failure: &Failure) -> bool {
        failure.kind == FailureKind::ClientGone
    }

    fn may_be_repeated(&self) -> bool {
        is_cheap(self.question.ability)
    }

    /// What is found of media is written down with its day, and not believed for half an hour only.
    fn is_about_media(&self, _candidate: &Candidate) -> bool {
        false
    }
}
