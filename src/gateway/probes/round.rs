//! A verification: models side by side, the abilities of each one after the other, each step told and written down before
//! the next. One that was left can be gone on with.

use std::collections::BTreeSet;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use futures_util::stream::{self, StreamExt as _, TryStreamExt as _};
use mediary_core::Target;
use mediary_core::capability::{Abilities, Ability, Usd};
use mediary_store::{StoreFailed, TriedBefore, Unfinished};
use thiserror::Error;
use uuid::Uuid;

use super::super::Gateway;
use super::super::administration::unix_seconds;
use super::super::routing::{Bounds, Fleet};
use super::selection::{Chosen, selected};
use super::trial::{Trial, spent};
use super::verdict::{Outcome, Verdict};
use super::wish::{ProbeWish, Resume, VerifyRequest};
use super::{Probes, keeping};

/// What came of trying one ability.
#[derive(Debug, Clone)]
pub struct Step {
    /// The model.
    pub target: Target,
    /// What was tried.
    pub ability: Ability,
    /// What came of it.
    pub outcome: Outcome,
    /// Why the model is kept out of plans from now on, if it is.
    pub quarantined: Option<String>,
    /// Whether its quarantine ended with this.
    pub released: bool,
    /// How long it took.
    pub took: Duration,
    /// How many steps are done, and …
    pub done: usize,
    /// … of how many.
    pub total: usize,
}

/// How often each outcome came.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[expect(missing_docs, reason = "the names are those of the outcomes")]
pub struct Counts {
    pub proven: usize,
    pub refuted: usize,
    pub unclear: usize,
    pub skipped: usize,
}

/// A verification that has come to its end.
#[derive(Debug, Clone)]
pub struct Verified {
    /// Its id.
    pub id: String,
    /// How often each outcome came, without what was tried before it was gone on with.
    pub counts: Counts,
    /// Models that are kept out of plans now, and why.
    pub quarantined: Vec<(Target, String)>,
    /// Models that are not any more.
    pub released: Vec<Target>,
    /// What was tried before it was gone on with.
    pub tried_before: usize,
    /// What it cost; `None`: not known.
    pub cost: Option<Usd>,
    /// How long it took.
    pub took: Duration,
}

/// A verification that did not take place, or not to its end.
#[derive(Debug, Error)]
pub enum NotVerified {
    /// Another one is under way.
    #[error("a verification is under way; wait for its end")]
    Busy,
    /// A name is no provider's and no target's.
    #[error("there is no provider or target {}; GET /v1/models names them", .0.join(", "))]
    Unknown(Vec<String>),
    /// There is none to go on with.
    #[error("there is no verification to go on with; leave out `resume` to begin one")]
    NothingToResume,
    /// What was found could not be written down.
    #[error(transparent)]
    Store(#[from] StoreFailed),
}

/// A verification as it goes on.
struct Round<'a> {
    probes: &'a Probes,
    gateway: &'a Gateway,
    fleet: &'a Fleet,
    id: &'a str,
    wish: &'a ProbeWish,
    bounds: &'a Bounds,
    on_step: &'a (dyn Fn(&Step) + Sync),
    done: AtomicUsize,
    total: usize,
    /// What calls that are under way may cost at most.
    reserved: Mutex<Usd>,
}

impl Probes {
    /// Tries models, and tells of each step. Dropping the future ends it; it can be gone on with.
    ///
    /// # Errors
    /// When another one is under way, a name is unknown, or the database fails.
    pub async fn verify(
        &self,
        request: VerifyRequest,
        on_step: &(dyn Fn(&Step) + Sync),
    ) -> Result<Verified, NotVerified> {
        let _turn = self.turn.try_lock().map_err(|_| NotVerified::Busy)?;
        let begun = Instant::now();
        let VerifyRequest { wish, resume, bounds } = request;
        let unfinished = self.unfinished(&resume).await?;
        let is_new = unfinished.is_none();
        let (id, wish) = unfinished.unwrap_or_else(|| (Uuid::now_v7().to_string(), wish));
        let tried: BTreeSet<(Target, Ability)> =
            self.kept.tried_in(&id).await?.iter().filter_map(tried_before).collect();
        let gateway = self.gateway();
        gateway.router.discover().await;
        let fleet = gateway.router.fleet();
        let selection = selected(&wish, &fleet.matrix, gateway.router.findings(), &tried, unix_seconds());
        if !selection.unknown.is_empty() {
            return Err(NotVerified::Unknown(selection.unknown));
        }
        if is_new {
            let text = serde_json::to_string(&wish).unwrap_or_default();
            self.kept.begin(Unfinished { id: id.clone(), wish: text, began_at: unix_seconds() }).await?;
        }
        let round = Round {
            probes: self,
            gateway: &gateway,
            fleet: &fleet,
            id: &id,
            wish: &wish,
            bounds: &bounds,
            on_step,
            done: AtomicUsize::new(0),
            total: selection.total(),
            reserved: Mutex::new(Usd::ZERO),
        };
        let at_once = wish.concurrency.max(1) as usize;
        let models = stream::iter(selection.models).map(|chosen| Box::pin(round.model(chosen)));
        let steps: Vec<Vec<Step>> = models.buffer_unordered(at_once).try_collect().await?;
        self.kept.end(&id).await?;
        Ok(verified(id.clone(), &steps.concat(), tried.len(), spent(&bounds), begun.elapsed()))
    }

    /// The verification that is to be gone on with.
    async fn unfinished(&self, resume: &Resume) -> Result<Option<(String, ProbeWish)>, NotVerified> {
        let is_meant = |one: &Unfinished| match resume {
            Resume::Anew => false,
            Resume::Last => true,
            Resume::Of(id) => one.id == *id,
        };
        if *resume == Resume::Anew {
            return Ok(None);
        }
        let found = self.kept.unfinished().await?.into_iter().find(is_meant);
        let read = found.and_then(|one| Some((one.id, serde_json::from_str(&one.wish).ok()?)));
        read.map(Some).ok_or(NotVerified::NothingToResume)
    }
}

fn tried_before(tried: &TriedBefore) -> Option<(Target, Ability)> {
    Some((keeping::target(&tried.provider, &tried.model)?, Ability::named(&tried.ability)?))
}

impl Round<'_> {
    /// Tries a model, one ability after the other.
    async fn model(&self, chosen: Chosen) -> Result<Vec<Step>, StoreFailed> {
        let row = &self.fleet.matrix.rows()[chosen.row];
        let mut steps = Vec::with_capacity(chosen.abilities.len());
        let mut ended: Option<&'static str> = None;
        let mut works_otherwise = false;
        for ability in chosen.abilities {
            let begun = Instant::now();
            let was_kept_out = self.probes.gateway().router.findings().is_kept_out(&row.target);
            let verdict = match ended {
                Some(why) => Verdict::of(Outcome::Skipped(why.to_owned())),
                None => self.verdict(row, ability, works_otherwise).await,
            };
            works_otherwise |= verdict.outcome == Outcome::Proven;
            ended = ended.or(verdict.ends);
            let released = self.probes.note(self.id, &row.target, ability, &verdict, was_kept_out).await?;
            let step = Step {
                target: row.target.clone(),
                ability,
                outcome: verdict.outcome,
                quarantined: verdict.sentence.map(|sentence| sentence.why),
                released,
                took: begun.elapsed(),
                done: self.done.fetch_add(1, Ordering::Relaxed) + 1,
                total: self.total,
            };
            (self.on_step)(&step);
            steps.push(step);
        }
        Ok(steps)
    }

    async fn verdict(&self, row: &Abilities, ability: Ability, works_otherwise: bool) -> Verdict {
        if !row.price.is_free() && !self.wish.paid {
            let why = "it costs, or it is not known whether it does; `paid` allows that";
            return Verdict::of(Outcome::Skipped(why.to_owned()));
        }
        let trial = Trial { row, ability, bounds: self.bounds, works_otherwise };
        let ready = match trial.prepared(self.gateway, self.fleet) {
            Ok(ready) => ready,
            Err(outcome) => return Verdict::of(outcome),
        };
        let estimate = if row.price.is_free() { Some(Usd::ZERO) } else { ready.estimate() };
        if let Some(why) = self.is_over_budget(estimate) {
            return Verdict::of(Outcome::Skipped(why.to_owned()));
        }
        let estimate = estimate.unwrap_or(Usd::ZERO);
        let verdict = trial.held(self.gateway, self.fleet, ready).await;
        *self.reserved.lock().unwrap_or_else(PoisonError::into_inner) -= estimate;
        verdict
    }

    /// Why a call that costs so much is not made; else room is taken for it.
    fn is_over_budget(&self, estimate: Option<Usd>) -> Option<&'static str> {
        let Some(most) = self.wish.most_usd else {
            *self.reserved.lock().unwrap_or_else(PoisonError::into_inner) += estimate.unwrap_or(Usd::ZERO);
            return None;
        };
        let (Some(estimate), Some(spent)) = (estimate, spent(self.bounds)) else {
            return Some("what it costs is not known, so `most_usd` could not be kept to");
        };
        let mut reserved = self.reserved.lock().unwrap_or_else(PoisonError::into_inner);
        // A wrong answer is asked for twice.
        let sum: Usd = [spent, *reserved, estimate, estimate].into_iter().sum();
        if estimate > Usd::ZERO && sum.number() > most {
            return Some("more than `most_usd` might be spent");
        }
        *reserved += estimate;
        None
    }
}

fn verified(id: String, steps: &[Step], tried_before: usize, cost: Option<Usd>, took: Duration) -> Verified {
    let mut counts = Counts::default();
    let (mut quarantined, mut released) = (Vec::new(), Vec::new());
    for step in steps {
        match step.outcome {
            Outcome::Proven => counts.proven += 1,
            Outcome::Refuted(_) => counts.refuted += 1,
            Outcome::Unclear(_) => counts.unclear += 1,
            Outcome::Skipped(_) => counts.skipped += 1,
        }
        quarantined.extend(step.quarantined.clone().map(|why| (step.target.clone(), why)));
        released.extend(step.released.then(|| step.target.clone()));
    }
    Verified { id, counts, quarantined, released, tried_before, cost, took }
}
