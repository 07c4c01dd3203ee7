//! From the name in a request to the targets that are wanted.
//!
//! The order is the design's: an exact target, a provider and its model, an alias, a tier, a model's bare name at any
//! provider. Whether those can answer is for the planner to say.

use std::collections::BTreeMap;

use super::Want;
use super::near::near_names;
use crate::capability::{CapabilityMatrix, Tier};
use crate::{ModelName, ProviderId, Target};

/// Names that stand for targets, in order of preference.
pub type Aliases = BTreeMap<String, Vec<Target>>;

/// What a name means.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Resolved {
    /// What is wanted.
    Want(Want),
    /// No provider has such a model.
    Unknown {
        /// Names like it, the likest first.
        near: Vec<String>,
    },
}

/// Settles a model's name. `tier` is the one a header asked for; a name other than empty wins over it.
///
/// An alias none of whose targets is in the matrix yields to a tier or a model of its name; if there is neither, it
/// stands, so that the plan says whom it would have taken.
#[must_use]
pub fn resolve(name: &str, tier: Option<Tier>, matrix: &CapabilityMatrix, aliases: &Aliases) -> Resolved {
    let name = name.trim();
    if name.is_empty() {
        return Resolved::Want(Want::Tier(tier.unwrap_or(Tier::Auto)));
    }
    if let Some(target) = pinned(name, matrix) {
        return Resolved::Want(Want::Targets(vec![target]));
    }
    let alias = aliases.get(name).filter(|targets| !targets.is_empty());
    if let Some(targets) = alias.filter(|targets| targets.iter().any(|target| matrix.index(target).is_some())) {
        return Resolved::Want(Want::Targets(targets.clone()));
    }
    if let Some(tier) = Tier::named(name) {
        return Resolved::Want(Want::Tier(tier));
    }
    let everywhere = with_model(name, matrix);
    if !everywhere.is_empty() {
        return Resolved::Want(Want::Targets(everywhere));
    }
    match alias {
        Some(targets) => Resolved::Want(Want::Targets(targets.clone())),
        None => Resolved::Unknown { near: near_names(name, matrix, aliases) },
    }
}

/// A provider and a model of it, with a slash between them or a colon. Models have both in their own names, so only the
/// first counts, and only if what stands before it is a provider's and what follows is a model there.
fn pinned(name: &str, matrix: &CapabilityMatrix) -> Option<Target> {
    ['/', ':'].into_iter().find_map(|separator| {
        let (provider, model) = name.split_once(separator)?;
        let target = Target { provider: ProviderId::new(provider), model: ModelName::new(model) };
        matrix.index(&target).map(|_| target)
    })
}

/// The targets whose model has exactly this name, by priority.
fn with_model(name: &str, matrix: &CapabilityMatrix) -> Vec<Target> {
    let mut rows: Vec<_> = matrix.rows().iter().filter(|row| row.target.model.as_str() == name).collect();
    rows.sort_by_key(|row| row.priority);
    rows.into_iter().map(|row| row.target.clone()).collect()
}
