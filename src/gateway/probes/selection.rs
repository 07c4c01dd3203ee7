//! Which models are tried, with which abilities, in which order.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use mediary_core::capability::{Abilities, Ability, CapabilityMatrix, Lifecycle};
use mediary_core::{ProviderId, Target};

use super::super::routing::{Dossier, Findings};
use super::wish::ProbeWish;

/// What is still to be tried of a model.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Chosen {
    /// Its row in the matrix.
    pub(super) row: usize,
    pub(super) abilities: Vec<Ability>,
}

/// What a wish selects.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Selection {
    /// One provider after the other, so that none is asked for all of its models at once.
    pub(super) models: Vec<Chosen>,
    /// Names that are no provider's and no target's.
    pub(super) unknown: Vec<String>,
}

impl Selection {
    /// How much there is to be tried.
    pub(super) fn total(&self) -> usize {
        self.models.iter().map(|model| model.abilities.len()).sum()
    }
}

/// What a wish selects of a matrix, without what was tried before.
pub(super) fn selected(
    wish: &ProbeWish,
    matrix: &CapabilityMatrix,
    findings: &Findings,
    tried: &BTreeSet<(Target, Ability)>,
    now: i64,
) -> Selection {
    let known = findings.all();
    let rows = matrix.rows();
    let is_known = |name: &&String| rows.iter().any(|row| is_named(name, &row.target));
    let unknown = wish.models.iter().filter(|name| !is_known(name)).cloned().collect();
    let mut by_provider: BTreeMap<&ProviderId, VecDeque<Chosen>> = BTreeMap::new();
    for (index, row) in rows.iter().enumerate().filter(|(_, row)| is_wanted(wish, row)) {
        let is_due = |ability: &Ability| {
            is_asked_for(wish, *ability)
                && !tried.contains(&(row.target.clone(), *ability))
                && !is_fresh(wish, known.get(&row.target), *ability, now)
        };
        let abilities: Vec<Ability> = Ability::claimed_by(row).into_iter().filter(is_due).collect();
        if !abilities.is_empty() {
            by_provider.entry(&row.target.provider).or_default().push_back(Chosen { row: index, abilities });
        }
    }
    let mut models = Vec::new();
    while !by_provider.is_empty() {
        by_provider.retain(|_, queue| {
            models.extend(queue.pop_front());
            !queue.is_empty()
        });
    }
    Selection { models, unknown }
}

fn is_named(name: &str, target: &Target) -> bool {
    name == target.provider.as_str() || name == target.to_string()
}

/// The engines of this process are tested where they are made. Models that answer only when they are named are tried only
/// when they are.
fn is_wanted(wish: &ProbeWish, row: &Abilities) -> bool {
    if row.target.is_local() || row.lifecycle == Lifecycle::Retired {
        return false;
    }
    let is_named_itself = wish.models.iter().any(|name| *name == row.target.to_string());
    let is_usual = !row.lifecycle.is_asked_by_name_only()
        && (wish.models.is_empty() || wish.models.iter().any(|name| is_named(name, &row.target)));
    is_named_itself || is_usual
}

fn is_asked_for(wish: &ProbeWish, ability: Ability) -> bool {
    let is_allowed = wish.images || !ability.makes_pictures();
    is_allowed && (wish.abilities.is_empty() || wish.abilities.contains(&ability))
}

fn is_fresh(wish: &ProbeWish, known: Option<&Dossier>, ability: Ability, now: i64) -> bool {
    let Some(hours) = wish.older_than_hours else { return false };
    let found = known.and_then(|dossier| dossier.found.get(&ability));
    found.is_some_and(|found| now - found.at < i64::from(hours) * 3600)
}
