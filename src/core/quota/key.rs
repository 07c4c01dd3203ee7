//! The meters of one key: its provider's as a whole, and one for each model that has limits of its own.
//!
//! Asking for room and taking it happens under one lock, so that no two calls take the same place. What was taken and
//! not used is given back by a [`Held`], at the latest when that is dropped.
//!
//! With one lock around all that is decided there is no order of atomics for a model checker such as loom to go through (the
//! two flags beside it only say that there is something to keep); threads are tried by property tests and by contention.

use std::collections::HashMap;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use super::{Allowance, Axis, FreeLimits, Full, Limited, Meter, Standing, Taken, Used};
use crate::ModelName;

/// What a call is held to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Bound {
    /// To the limits of its provider, all models together, and to those of its model.
    Whole,
    /// To those of its model alone: who pays is not held to what a provider gives for nothing.
    Model,
}

/// The meters of one key. Models are known by their names; one without limits has its meter from its first call on, so
/// that what is learned of it later finds what was used.
#[derive(Debug, Default)]
pub struct KeyMeters {
    pages: Mutex<Pages>,
    /// Whether anything was ever counted; most keys of a large catalog are never used.
    is_touched: AtomicBool,
    /// Whether there is something to keep.
    is_changed: AtomicBool,
}

#[derive(Debug, Default)]
struct Pages {
    whole: Meter,
    models: HashMap<ModelName, Meter>,
}

/// How a key stands, as a plan wants to know it.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct KeyState {
    /// All models together.
    pub whole: ScopeState,
    /// Those that have been used.
    pub models: HashMap<ModelName, ScopeState>,
}

/// How a scope stands.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct ScopeState {
    /// How long nothing more has room; `None`: something has.
    pub full_for: Option<Duration>,
    /// The share that is left of the limit of which least is left.
    pub share_left: Option<f32>,
}

/// What was used of a scope, to be kept: that of a model, or that of the whole.
pub type Kept = Vec<(Option<ModelName>, Used)>;

impl KeyMeters {
    /// The meters of a key of a provider with these limits, and of its models with theirs.
    #[must_use]
    pub fn new(whole: FreeLimits, models: impl IntoIterator<Item = (ModelName, FreeLimits)>) -> Self {
        let is_touched = AtomicBool::new(false);
        let whole = Meter::new(whole, Used::default());
        let models = models.into_iter().map(|(name, limits)| (name, Meter::new(limits, Used::default())));
        let pages = Mutex::new(Pages { whole, models: models.collect() });
        Self { pages, is_touched, is_changed: AtomicBool::new(false) }
    }

    fn pages(&self) -> MutexGuard<'_, Pages> {
        // Numbers are changed one after the other; one that panicked has left them countable.
        self.pages.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Takes room for a call that is sure to use `least` tokens and may use `most`.
    ///
    /// # Errors
    /// When there is none, by the model's limits or, where the call is held to them, the provider's.
    pub fn hold(
        self: &Arc<Self>,
        model: &ModelName,
        bound: Bound,
        (least, most): (u64, u64),
        now: u64,
    ) -> Result<Held, Full> {
        let mut pages = self.pages();
        let of_whole = match bound {
            Bound::Whole => pages.whole.room(least, most, now),
            Bound::Model => Ok(most.max(least)),
        };
        let of_model = pages.of_model(model).room(least, most, now);
        let tokens = match (of_whole, of_model) {
            (Ok(whole), Ok(model)) => whole.min(model),
            (Err(whole), Err(model)) => return Err(whole.or(model)),
            (Err(full), Ok(_)) | (Ok(_), Err(full)) => return Err(full),
        };
        let whole = (bound == Bound::Whole).then(|| pages.whole.take(tokens, now));
        let of_model = (model.clone(), pages.of_model(model).take(tokens, now));
        drop(pages);
        self.touched();
        Ok(Held { meters: self.clone(), whole, model: of_model, is_settled: false })
    }

    fn touched(&self) {
        self.is_touched.store(true, Ordering::Release);
        self.is_changed.store(true, Ordering::Release);
    }

    /// What an answer said is left of a model.
    pub fn told(&self, model: &ModelName, requests: Option<Allowance>, tokens: Option<Allowance>, now: u64) {
        self.pages().of_model(model).told(requests, tokens, now);
    }

    /// A refusal named a limit of a model.
    pub fn learn(&self, model: &ModelName, axis: Axis, limit: u64, now: u64) {
        self.pages().of_model(model).learn(axis, limit, now);
        self.touched();
    }

    /// How the key stands; `None`: it was never used.
    #[must_use]
    pub fn state(&self, now: u64) -> Option<KeyState> {
        if !self.is_touched.load(Ordering::Acquire) {
            return None;
        }
        let mut pages = self.pages();
        let state = |meter: &mut Meter| ScopeState { full_for: meter.full_for(now), share_left: meter.share_left(now) };
        let whole = state(&mut pages.whole);
        let used = pages.models.iter_mut().filter(|(_, meter)| meter.is_used());
        let models = used.map(|(name, meter)| (name.clone(), state(meter))).collect();
        Some(KeyState { whole, models })
    }

    /// How each limit stands: those of the provider as a whole, then those of a model.
    #[must_use]
    pub fn standings(&self, model: &ModelName, now: u64) -> (Vec<Standing>, Vec<Standing>) {
        let mut pages = self.pages();
        let whole = pages.whole.standings(now);
        (whole, pages.models.get_mut(model).map_or_else(Vec::new, |meter| meter.standings(now)))
    }

    /// The limits of the provider as a whole, where a call is held to them, then those of a model.
    #[must_use]
    pub fn limited(&self, model: &ModelName, bound: Bound, now: u64) -> (Vec<Limited>, Vec<Limited>) {
        let pages = self.pages();
        let whole = if bound == Bound::Whole { pages.whole.limited(now) } else { Vec::new() };
        (whole, pages.models.get(model).map_or_else(Vec::new, |meter| meter.limited(now)))
    }

    /// Counts on under other limits.
    pub fn limit(&self, whole: FreeLimits, models: impl IntoIterator<Item = (ModelName, FreeLimits)>) {
        let mut limits: HashMap<ModelName, FreeLimits> = models.into_iter().collect();
        let mut pages = self.pages();
        pages.whole.limit_to(whole);
        let unlimited = pages.unlimited();
        for (name, meter) in &mut pages.models {
            meter.limit_to(limits.remove(name).unwrap_or(unlimited));
        }
        let new = limits.into_iter().map(|(name, limits)| (name, Meter::new(limits, Used::default())));
        pages.models.extend(new);
    }

    /// Counts on from what was used before.
    pub fn recall(&self, used: Kept) {
        let mut pages = self.pages();
        for (model, used) in used {
            let meter = match model {
                None => &mut pages.whole,
                Some(model) => pages.of_model(&model),
            };
            *meter = Meter::new(meter.limits(), used);
        }
        self.is_touched.store(true, Ordering::Release);
    }

    /// What has been used, if that has changed since this was asked last.
    #[must_use]
    pub fn changed(&self) -> Option<Kept> {
        self.is_changed.swap(false, Ordering::AcqRel).then(|| self.kept())
    }

    /// What has been used of what is limited.
    #[must_use]
    pub fn kept(&self) -> Kept {
        let pages = self.pages();
        let models = pages.models.iter().map(|(name, meter)| (Some(name.clone()), meter.used()));
        let whole = [(None, pages.whole.used())];
        whole.into_iter().chain(models).filter(|(_, used)| !used.is_empty()).collect()
    }
}

impl Pages {
    /// The limits of a model that has none: its day begins when its provider's does.
    fn unlimited(&self) -> FreeLimits {
        FreeLimits { reset: self.whole.limits().reset, ..FreeLimits::default() }
    }

    /// The meter of a model.
    fn of_model(&mut self, model: &ModelName) -> &mut Meter {
        // The name is copied for its first call only.
        if !self.models.contains_key(model) {
            self.models.insert(model.clone(), Meter::new(self.unlimited(), Used::default()));
        }
        self.models.get_mut(model).expect("a meter that is not there is made just before")
    }
}

/// Room for one call. What it took of tokens is given back when it is dropped unsettled: the request was made, but nothing
/// came of it.
#[derive(Debug)]
pub struct Held {
    meters: Arc<KeyMeters>,
    whole: Option<Taken>,
    model: (ModelName, Taken),
    is_settled: bool,
}

impl Held {
    /// The call has ended, and used so many tokens.
    pub fn settle(mut self, tokens: u64) {
        self.settle_once(tokens);
    }

    /// The call was not made.
    pub fn undo(mut self) {
        self.is_settled = true;
        let mut pages = self.meters.pages();
        if let Some(taken) = self.whole {
            pages.whole.undo(taken);
        }
        let (model, taken) = &self.model;
        if let Some(model) = pages.models.get_mut(model) {
            model.undo(*taken);
        }
    }

    fn settle_once(&mut self, tokens: u64) {
        if std::mem::replace(&mut self.is_settled, true) {
            return;
        }
        let mut pages = self.meters.pages();
        if let Some(taken) = self.whole {
            pages.whole.settle(taken, tokens);
        }
        let (model, taken) = &self.model;
        if let Some(model) = pages.models.get_mut(model) {
            model.settle(*taken, tokens);
        }
        drop(pages);
        self.meters.is_changed.store(true, Ordering::Release);
    }
}

impl Drop for Held {
    fn drop(&mut self) {
        self.settle_once(0);
    }
}
