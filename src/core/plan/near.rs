//! Names like one that is not there.

use super::Aliases;
use crate::capability::{CapabilityMatrix, Lifecycle, Tier};

/// So many are named at most.
const MOST: usize = 3;
/// How like a name must be, from 0 to 1.
const LIKE: f64 = 0.75;
/// A longer name is no slip of the pen, and comparing takes time by the product of the lengths.
const LONGEST_BYTES: usize = 160;

/// Up to three names like this one, the likest first: targets, tiers and aliases. A model that several providers have
/// is named once.
pub(super) fn near_names(name: &str, matrix: &CapabilityMatrix, aliases: &Aliases) -> Vec<String> {
    if name.len() > LONGEST_BYTES {
        return Vec::new();
    }
    let wanted = name.to_lowercase();
    let like = |known: &str| strsim::jaro_winkler(&wanted, &known.to_lowercase());
    let living = matrix.rows().iter().filter(|row| row.lifecycle != Lifecycle::Retired);
    let targets = living.map(|row| {
        let (whole, model) = (row.target.to_string(), row.target.model.as_str());
        (like(&whole).max(like(model)), row.priority, model.to_owned(), whole)
    });
    let tiers = Tier::ALL.into_iter().flat_map(|tier| [Some(tier.name()), tier.spanish()]).flatten();
    let others =
        tiers.chain(aliases.iter().filter(|(_, targets)| !targets.is_empty()).map(|(alias, _)| alias.as_str()));
    let others = others.map(|known| (like(known), 0, known.to_owned(), known.to_owned()));
    let mut found: Vec<_> = targets.chain(others).filter(|(likeness, ..)| *likeness >= LIKE).collect();
    found.sort_by(|(one, its_priority, _, its_name), (other, priority, _, name)| {
        other.total_cmp(one).then(its_priority.cmp(priority)).then_with(|| its_name.cmp(name))
    });
    let mut near: Vec<(String, String)> = Vec::new();
    for (_, _, model, whole) in found {
        if near.len() < MOST && near.iter().all(|(named, full)| *named != model && *full != whole) {
            near.push((model, whole));
        }
    }
    near.into_iter().map(|(_, whole)| whole).collect()
}
