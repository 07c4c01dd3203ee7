//! What is noted of a request while it is worked on: what was asked for, which calls failed, which target answered and
//! what was done for it.

use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, SystemTime};

use mediary_core::Target;
use mediary_core::plan::{Demand, Want};
use serde::Serialize;

use super::super::answer_cache::CacheNote;

/// Notes on one request. Shared by everything that is done for it.
#[derive(Debug, Default)]
pub struct Noted(Mutex<Notes>);

#[derive(Debug, Default, Clone)]
pub(super) struct Notes {
    /// The task and the tier or target that was asked for.
    pub(super) asked: Option<(&'static str, String)>,
    /// The formats of its media, with pages and seconds as far as they were known.
    pub(super) media: Vec<MediumNote>,
    pub(super) attempts: Vec<AttemptNote>,
    /// The target that answered.
    pub(super) target: Option<Target>,
    pub(super) treatments: Vec<String>,
    pub(super) fallbacks: u32,
    /// What the cache had to do with it.
    pub(super) cache: Option<CacheNote>,
}

#[derive(Debug, Clone, PartialEq, Serialize)]
pub(super) struct MediumNote {
    pub(super) format: &'static str,
    pub(super) bytes: u64,
    pub(super) pages: Option<u32>,
    pub(super) seconds: Option<f64>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct AttemptNote {
    pub(super) target: Target,
    /// `answered`, or what went wrong.
    pub(super) outcome: &'static str,
    pub(super) began: SystemTime,
    pub(super) took: Duration,
}

impl AttemptNote {
    /// A call that has ended at this moment, or has begun to be answered.
    fn ended(target: &Target, outcome: &'static str, took: Duration) -> Self {
        let now = SystemTime::now();
        Self { target: target.clone(), outcome, began: now.checked_sub(took).unwrap_or(now), took }
    }
}

impl Noted {
    fn notes(&self) -> MutexGuard<'_, Notes> {
        // Each note is written whole.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// What was asked for. The first plan is the request's own; those that follow are made to help with it.
    pub(in crate::gateway) fn asks(&self, demand: &Demand, want: &Want) {
        let mut notes = self.notes();
        if notes.asked.is_some() {
            return;
        }
        let asked = match want {
            Want::Tier(tier) => tier.name().to_owned(),
            Want::Targets(targets) => targets.first().map(ToString::to_string).unwrap_or_default(),
            Want::Any => "any".to_owned(),
        };
        notes.asked = Some((demand.task.name(), asked));
        let media = demand.parts.iter().map(|part| MediumNote {
            format: part.format.name(),
            bytes: part.bytes,
            pages: part.pages,
            seconds: part.seconds.map(f64::from),
        });
        notes.media = media.collect();
    }

    /// A call failed.
    pub(in crate::gateway) fn failed(&self, target: &Target, outcome: &'static str, took: Duration) {
        self.notes().attempts.push(AttemptNote::ended(target, outcome, took));
    }

    /// A call gave an answer.
    pub(in crate::gateway) fn answered(&self, target: &Target, took: Duration) {
        let mut notes = self.notes();
        notes.attempts.push(AttemptNote::ended(target, "answered", took));
        notes.target = Some(target.clone());
    }

    /// Which target the answer comes from, and what was done for it.
    pub fn routed(&self, target: &Target, treatments: Vec<String>, fallbacks: u32) {
        let mut notes = self.notes();
        notes.target = Some(target.clone());
        (notes.treatments, notes.fallbacks) = (treatments, fallbacks);
    }

    /// What the cache had to do with the answer, and which target it comes from.
    pub(in crate::gateway) fn cached(&self, target: &Target, note: CacheNote) {
        let mut notes = self.notes();
        (notes.target, notes.cache) = (Some(target.clone()), Some(note));
    }

    /// Takes over what was noted of calls that were made for several requests.
    pub(in crate::gateway) fn takes_over(&self, others: &Self) {
        let Notes { attempts, target, .. } = others.all();
        let mut notes = self.notes();
        notes.attempts.extend(attempts);
        notes.target = target.or(notes.target.take());
    }

    pub(super) fn all(&self) -> Notes {
        self.notes().clone()
    }
}
