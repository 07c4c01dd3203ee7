//! From the name in a request to who is wanted.

use std::collections::BTreeMap;

use super::Want;
use crate::Target;
use crate::capability::{CapabilityMatrix, Tier};

/// Names that stand for targets, in order of preference.
pub type Aliases = BTreeMap<String, Vec<Target>>;

/// What a name means.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Resolved {
    /// Who is wanted.
    Want(Want),
    /// Nobody has such a model.
    Unknown {
        /// Names like it, the likest first.
        near: Vec<String>,
    },
}

/// Settles a model's name. `tier` is the one a header asked for; a name other than empty wins over it.
#[must_use]
pub fn resolve(_name: &str, _tier: Option<Tier>, _matrix: &CapabilityMatrix, _aliases: &Aliases) -> Resolved {
    Resolved::Want(Want::Anybody)
}
