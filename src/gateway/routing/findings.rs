//! What probes found of targets, in memory: for plans, for lists, and for the store that keeps it.
//!
//! By target rather than by row, so that it is the same for every router of a process. Time comes in as a value.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, PoisonError, RwLock, RwLockReadGuard, RwLockWriteGuard};
use std::time::Duration;

use mediary_core::Target;
use mediary_core::capability::{Ability, CapabilityMatrix};
use mediary_core::plan::{Health, HealthSnapshot, Quarantined};
use tokio::sync::Notify;

use super::Router;

/// What was found of one ability.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Found {
    /// Whether the target has it.
    pub holds: bool,
    /// Why not, as a sentence; empty where it has.
    pub why: String,
    /// When that was found, in seconds since 1970.
    pub at: i64,
}

/// Why a target is kept out of plans, and how that ends.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Quarantine {
    /// What was found, in a few words.
    pub why: String,
    /// Whether a client that ends it by hand has to confirm that.
    pub confirm: bool,
    /// Since when, in seconds since 1970.
    pub began_at: i64,
    /// Until when; `None`: it does not end by itself.
    pub ends_at: Option<i64>,
}

impl Quarantine {
    /// Whether it is not over yet.
    #[must_use]
    pub fn holds(&self, now: i64) -> bool {
        self.ends_at.is_none_or(|end| end > now)
    }
}

/// All that was found of a target.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Dossier {
    /// By ability.
    pub found: BTreeMap<Ability, Found>,
    /// Why it is kept out of plans, if it is or was.
    pub quarantine: Option<Quarantine>,
}

impl Dossier {
    /// Why it is kept out of plans now.
    #[must_use]
    pub fn quarantine(&self, now: i64) -> Option<&Quarantine> {
        self.quarantine.as_ref().filter(|quarantine| quarantine.holds(now))
    }

    /// What was refuted and counts. When a quarantine is over, the kind of work that it was for is tried again.
    fn refuted(&self, now: i64) -> impl Iterator<Item = Ability> {
        let is_over = self.quarantine.as_ref().is_some_and(|quarantine| !quarantine.holds(now));
        let refuted = self.found.iter().filter(|(_, found)| !found.holds).map(|(ability, _)| *ability);
        refuted.filter(move |ability| !(is_over && ability.is_whole_task()))
    }
}

impl Router {
    /// What probes found of targets.
    #[must_use]
    pub fn findings(&self) -> &Arc<Findings> {
        &self.findings
    }

    /// Forgets the cooldowns of a target: while it is in quarantine that alone keeps it out of plans, so that it can be
    /// named and tried, and when that ends it can be called.
    pub(in crate::gateway) fn forget_cooldowns(&self, target: &Target) {
        let fleet = self.fleet();
        if let Some(row) = fleet.matrix.index(target) {
            self.ledger.forget_cooldowns(row);
        }
    }
}

/// What probes found of all targets.
#[derive(Debug, Default)]
pub struct Findings {
    /// Held for the look at a value, never across a wait.
    all: RwLock<BTreeMap<Target, Dossier>>,
    /// Whether any target may be in quarantine. Most of the time none is, and no answer has to look.
    has_quarantines: AtomicBool,
    /// Targets whose quarantine ended with an answer, for the store that keeps that.
    released: RwLock<Vec<Target>>,
    news: Notify,
}

impl Findings {
    fn read(&self) -> RwLockReadGuard<'_, BTreeMap<Target, Dossier>> {
        // Every entry is written whole.
        self.all.read().unwrap_or_else(PoisonError::into_inner)
    }

    fn write(&self) -> RwLockWriteGuard<'_, BTreeMap<Target, Dossier>> {
        self.all.write().unwrap_or_else(PoisonError::into_inner)
    }

    /// What was found of a target.
    #[must_use]
    pub fn of(&self, target: &Target) -> Option<Dossier> {
        self.read().get(target).cloned()
    }

    /// What was found of all targets.
    #[must_use]
    pub fn all(&self) -> BTreeMap<Target, Dossier> {
        self.read().clone()
    }

    /// Takes up what was found by an earlier process.
    pub(in crate::gateway) fn recall(&self, all: BTreeMap<Target, Dossier>) {
        *self.write() = all;
        self.look_for_quarantines();
    }

    /// Notes what was found of an ability.
    pub(in crate::gateway) fn note(&self, target: &Target, ability: Ability, found: Found) {
        self.write().entry(target.clone()).or_default().found.insert(ability, found);
    }

    /// Keeps a target out of plans.
    pub(in crate::gateway) fn quarantine(&self, target: &Target, quarantine: Quarantine) {
        self.write().entry(target.clone()).or_default().quarantine = Some(quarantine);
        self.look_for_quarantines();
    }

    /// Ends a target's quarantine. Gives whether there was one.
    pub(in crate::gateway) fn release(&self, target: &Target) -> bool {
        let was_kept = self.write().get_mut(target).is_some_and(|dossier| dossier.quarantine.take().is_some());
        self.look_for_quarantines();
        was_kept
    }

    /// Whether a target is in quarantine.
    pub(in crate::gateway) fn is_kept_out(&self, target: &Target) -> bool {
        self.read().get(target).is_some_and(|dossier| dossier.quarantine.is_some())
    }

    /// The same, and forgets what was refuted.
    pub(in crate::gateway) fn pardon(&self, target: &Target) {
        if let Some(dossier) = self.write().get_mut(target) {
            dossier.found.retain(|_, found| found.holds);
        }
        self.release(target);
    }

    /// A target has answered a request: that ends its quarantine.
    pub(super) fn answered(&self, target: &Target) {
        if self.has_quarantines.load(Ordering::Acquire) && self.is_kept_out(target) {
            self.pardon(target);
            self.released.write().unwrap_or_else(PoisonError::into_inner).push(target.clone());
            self.news.notify_one();
        }
    }

    /// The targets that have answered in their quarantine; waits for the first.
    pub(in crate::gateway) async fn released(&self) -> Vec<Target> {
        loop {
            let released = std::mem::take(&mut *self.released.write().unwrap_or_else(PoisonError::into_inner));
            if !released.is_empty() {
                return released;
            }
            self.news.notified().await;
        }
    }

    fn look_for_quarantines(&self) {
        let has_any = self.read().values().any(|dossier| dossier.quarantine.is_some());
        self.has_quarantines.store(has_any, Ordering::Release);
    }

    /// Adds to how targets are doing what was found of them, as far as plans heed it.
    pub(super) fn count_in(&self, health: &mut HealthSnapshot, matrix: &CapabilityMatrix, now: i64) {
        let all = self.read();
        for (target, dossier) in all.iter() {
            let quarantine = dossier.quarantine(now);
            let refuted: Vec<Ability> = dossier.refuted(now).collect();
            if quarantine.is_none() && refuted.is_empty() {
                continue;
            }
            let Some(row) = matrix.index(target) else { continue };
            if health.0.len() < matrix.rows().len() {
                health.0.resize(matrix.rows().len(), Health::default());
            }
            let its = &mut health.0[row];
            its.quarantine = quarantine.map(|quarantine| Quarantined {
                why: quarantine.why.clone(),
                left: quarantine.ends_at.map(|end| Duration::from_secs(end.saturating_sub(now).unsigned_abs())),
            });
            let formats = matrix.rows()[row].accepts.iter().map(|accepted| accepted.format);
            its.doubtful.extend(formats.filter(|format| refuted.iter().any(|ability| ability.is_about(*format))));
            its.refuted = refuted;
        }
    }
}

#[cfg(test)]
mod tests {
    use mediary_core::MediaFormat;
    use mediary_core::capability::{Abilities, Acceptance};

    use super::*;

    fn refuted(at: i64) -> Found {
        Found { holds: false, why: "no".to_owned(), at }
    }

    fn quarantine(ends_at: Option<i64>) -> Quarantine {
        Quarantine { why: "it is gone".to_owned(), confirm: false, began_at: 0, ends_at }
    }

    #[test]
    fn plans_are_told_of_what_was_refuted_while_it_counts() {
        let (target, other): (Target, Target) = ("p/m".parse().unwrap(), "p/n".parse().unwrap());
        let accepts = [MediaFormat::Png, MediaFormat::Pdf].map(Acceptance::of).into();
        let matrix =
            CapabilityMatrix::new([Abilities::chat(other), Abilities { accepts, ..Abilities::chat(target.clone()) }]);
        let findings = Findings::default();
        let health = |now| {
            let mut health = HealthSnapshot::default();
            findings.count_in(&mut health, &matrix, now);
            health.0.get(1).cloned().unwrap_or_default()
        };
        assert_eq!(health(5), Health::default());
        findings.note(&target, Ability::Text, Found { holds: true, why: String::new(), at: 1 });
        findings.note(&target, Ability::Pdf, refuted(1));
        assert_eq!((health(5).doubtful, health(5).refuted), (vec![MediaFormat::Pdf], vec![Ability::Pdf]));
        findings.note(&target, Ability::Text, refuted(2));
        findings.quarantine(&target, quarantine(Some(10)));
        assert_eq!(health(5).quarantine.and_then(|kept| kept.left), Some(Duration::from_secs(5)));
        assert_eq!(health(5).refuted, [Ability::Text, Ability::Pdf]);
        // When it is over, the target is asked again; what is refuted besides stays so.
        assert_eq!((health(10).quarantine, health(10).refuted), (None, vec![Ability::Pdf]));
        findings.pardon(&target);
        assert_eq!(health(5), Health::default());
        assert!(findings.of(&target).unwrap().found.is_empty());
    }

    #[tokio::test]
    async fn an_answer_ends_a_quarantine_once() {
        let findings = Findings::default();
        let target: Target = "p/m".parse().unwrap();
        findings.quarantine(&target, quarantine(None));
        findings.answered(&"p/n".parse().unwrap());
        assert!(findings.of(&target).unwrap().quarantine(99).is_some());
        findings.answered(&target);
        findings.answered(&target);
        assert_eq!(findings.released().await, std::slice::from_ref(&target));
        assert_eq!(findings.of(&target).unwrap().quarantine(0), None);
    }
}
