//! Reading one picture of a page: target after target, until one is believed.
//!
//! The attempt loop asks, confidence decides (see `page_work`). Every attempt is noted; the likeliest of the
//! results that were not believed is given with the reasons for the doubt. Where pictures come from is the caller's
//! business.

use std::sync::{Arc, Mutex, PoisonError};

use mediary_core::capability::{PartShape, TaskKind};
use mediary_core::plan::{Demand, PassedOver, Plan, Reason as NotAsked, Unplannable, Want};
use mediary_core::provider::Reservation;
use mediary_core::task::PartPath;
use mediary_core::{Failure, FailureKind, MediaFormat, Target};

use super::super::routing::{Bounds, CallError, Fleet, Planned, Ran, Router};
use super::engine::{EngineRead, Picture};
use super::options::{EngineChoice, ReadOptions};
use super::page_work::{PageLog, PageWork, ReadPage, likelier};
use super::reading::{AttemptLog, PageOutcome};
use super::recipe::Recipe;

/// Reads the pictures of one document's pages.
#[derive(Debug)]
pub(super) struct PageReader<'r> {
    router: &'r Arc<Router>,
    recipe: &'r Recipe,
    fleet: Arc<Fleet>,
    /// The targets that are asked, in order.
    targets: Vec<Target>,
    bounds: Bounds,
    /// A place in the queue of the first engine of this process, taken when it is first needed and kept for the whole
    /// document.
    reservation: Option<(Target, Reservation)>,
}

/// What a page demands.
fn demand() -> Demand {
    let part = PartShape::of(PartPath::Field("document"), MediaFormat::Jpeg, 0);
    Demand { task: TaskKind::Ocr, parts: vec![part], pages: 1, ..Demand::default() }
}

impl<'r> PageReader<'r> {
    pub(super) fn new(router: &'r Arc<Router>, recipe: &'r Recipe, options: &ReadOptions) -> Self {
        let all = recipe.engines.iter().map(|step| &step.target);
        let targets = match &options.engine {
            EngineChoice::Auto => all.cloned().collect(),
            EngineChoice::Local => all.filter(|target| target.is_local()).cloned().collect(),
            EngineChoice::Target(target) => vec![target.clone()],
        };
        let bounds = router.tightened(&options.bounds);
        Self { router, recipe, fleet: router.fleet(), targets, bounds, reservation: None }
    }

    /// Takes a place with the engine that will be asked first, so that a document is refused before anything of it is
    /// decoded.
    ///
    /// # Errors
    /// Busy when all places are taken.
    pub(super) fn take_place(&mut self) -> Result<(), Failure> {
        if self.reservation.is_some() {
            return Ok(());
        }
        let rows = || self.targets.iter().filter_map(|target| self.fleet.matrix.index(target));
        let first = rows().find(|row| self.fleet.matrix.rows()[*row].target.is_local());
        let Some(row) = first.filter(|row| self.fleet.matrix.rows()[*row].missing.is_none()) else { return Ok(()) };
        let abilities = &self.fleet.matrix.rows()[row];
        let place = self.fleet.member(row).provider.reserve(abilities)?;
        self.reservation = place.map(|place| (abilities.target.clone(), place));
        Ok(())
    }

    /// The plan for a page.
    ///
    /// # Errors
    /// When no target can be asked.
    pub(super) fn plan(&self) -> Result<Planned, CallError> {
        self.plan_for(self.targets.clone())
    }

    /// A plan that asks no target.
    pub(super) fn no_plan(&self, passed_over: Vec<PassedOver>) -> Planned {
        let demand = demand();
        let places = demand.parts.iter().map(|part| part.place).collect();
        Planned {
            demand,
            plan: Plan { tier: None, places, candidates: Vec::new(), passed_over },
            then: None,
            first: None,
            help: self.bounds.clone(),
            account: self.bounds.account.clone(),
        }
    }

    fn plan_for(&self, targets: Vec<Target>) -> Result<Planned, CallError> {
        let policy = self.router.policy(Want::Targets(targets), &self.bounds);
        self.router.plan(&self.fleet, demand(), &policy, &[], &self.bounds)
    }

    /// What comes of a page if no target can be asked about it, told before anything is decoded for it.
    pub(super) fn cannot_read(&self, index: usize, attempts: &mut AttemptLog) -> Option<PageOutcome> {
        let error = self.plan().err()?;
        Some(self.not_asked(&error, index, attempts))
    }

    fn not_asked(&self, error: &CallError, index: usize, attempts: &mut AttemptLog) -> PageOutcome {
        let passed_over = passed_over(error);
        self.log(&passed_over, index, attempts).finish();
        PageOutcome::failed(index, no_engine(&passed_over))
    }

    /// Reads a picture of a whole page.
    ///
    /// # Errors
    /// When the whole document has to fail: the queue is full, or the client has left.
    pub(super) async fn page(&mut self, picture: &Picture, attempts: &mut AttemptLog) -> Result<PageOutcome, Failure> {
        self.take_place()?;
        let index = picture.index;
        let planned = match self.plan() {
            Ok(planned) => planned,
            Err(error) => return Ok(self.not_asked(&error, index, attempts)),
        };
        let Ran { answer, doubted, tried, passed_over } = self.run(&planned, picture, true, attempts).await?;
        if let Some(ReadPage { read, .. }) = answer {
            return Ok(outcome(read));
        }
        Ok(match doubted.into_iter().reduce(likelier) {
            Some(ReadPage { read, reasons }) => PageOutcome { reasons, ..outcome(read) },
            None => {
                let first = tried.into_iter().next().map(|tried| Failure::new(tried.kind, tried.why));
                let none = || no_engine(&[planned.plan.passed_over, passed_over].concat());
                PageOutcome::failed(index, first.unwrap_or_else(none))
            }
        })
    }

    /// Reads a part of a page with the first engine of this process that works; what it found is not judged as a page is.
    /// `None` where no engine works.
    ///
    /// # Errors
    /// As [`PageReader::page`].
    pub(super) async fn part(
        &mut self,
        picture: &Picture,
        attempts: &mut AttemptLog,
    ) -> Result<Option<EngineRead>, Failure> {
        self.take_place()?;
        let local = self.targets.iter().filter(|target| target.is_local()).cloned().collect();
        let Ok(planned) = self.plan_for(local) else { return Ok(None) };
        let ran = self.run(&planned, picture, false, attempts).await?;
        Ok(ran.answer.map(|page| page.read))
    }

    async fn run(
        &self,
        planned: &Planned,
        picture: &Picture,
        is_judged: bool,
        attempts: &mut AttemptLog,
    ) -> Result<Ran<ReadPage>, Failure> {
        let log = self.log(&planned.plan.passed_over, picture.index, attempts);
        let work = PageWork {
            picture,
            recipe: self.recipe,
            reservation: self.reservation.as_ref(),
            is_judged,
            log: Mutex::new(log),
        };
        let ran = self.router.run(&self.fleet, planned, &work).await?;
        if ran.answer.is_none() && is_judged {
            work.log.into_inner().unwrap_or_else(PoisonError::into_inner).finish();
        }
        Ok(ran)
    }

    /// The log of a page, with these targets passed over.
    fn log<'a>(&self, passed_over: &[PassedOver], index: usize, attempts: &'a mut AttemptLog) -> PageLog<'a> {
        let why = |target: &Target| passed_over.iter().find(|one| one.target == *target).map(|one| why(&one.reason));
        PageLog::new(attempts, index, &self.targets, why)
    }
}

/// The targets that no plan was made with.
pub(super) fn passed_over(error: &CallError) -> Vec<PassedOver> {
    match error {
        CallError::Unplannable(why) => match &**why {
            Unplannable::AllCoolingDown { passed_over, .. }
            | Unplannable::Part { passed_over, .. }
            | Unplannable::Context { passed_over, .. }
            | Unplannable::NoneFits { passed_over } => passed_over.clone(),
            Unplannable::NoTargets => Vec::new(),
        },
        CallError::Exhausted(exhausted) => exhausted.passed_over.clone(),
        CallError::Failed(_) | CallError::UnknownModel { .. } | CallError::NoProviders { .. } => Vec::new(),
    }
}

/// Why a target is passed over, in a word for the list of attempts, or in the sentence that says what is missing.
fn why(reason: &NotAsked) -> String {
    let word = match reason {
        NotAsked::NotListed => "no_provider",
        NotAsked::OtherTask(_) | NotAsked::Part { .. } => "reads_no_pictures",
        NotAsked::NotLocal => "privacy",
        NotAsked::CoolingDown { .. } => "cooling_down",
        NotAsked::UsedUp { .. } => "used_up",
        NotAsked::Quarantined { .. } => "quarantined",
        NotAsked::Missing(missing) => missing,
        NotAsked::NotFree | NotAsked::NotConfirmed => "cost",
        NotAsked::Retired | NotAsked::Deprecated | NotAsked::Listed => "retired",
        NotAsked::OtherProvider | NotAsked::OtherVectors { .. } | NotAsked::OtherLanguage(_) => "not_allowed",
        NotAsked::Refuted(_) | NotAsked::Parameter(_) | NotAsked::HostedTool(_) | NotAsked::Context { .. } => {
            "not_allowed"
        }
        NotAsked::Sources(_) | NotAsked::NeedsPicture | NotAsked::SwitchedOff => "not_allowed",
    };
    word.to_owned()
}

/// Why no engine could be asked: what is missing, if something is.
fn no_engine(passed_over: &[PassedOver]) -> Failure {
    let missing = passed_over.iter().find_map(|one| match &one.reason {
        NotAsked::Missing(missing) => Some(missing.as_str()),
        _ => None,
    });
    Failure::new(FailureKind::NotInstalled, missing.unwrap_or("there is no engine that could read this page"))
}

/// A page as it was read, with how its headings look.
fn outcome(read: EngineRead) -> PageOutcome {
    PageOutcome { headings: read.headings, ..PageOutcome::read(read.page) }
}
