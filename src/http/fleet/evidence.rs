//! What was found of a target, as it is shown: what is claimed, proven and refuted apart, and why it is kept out of plans.

use std::collections::BTreeMap;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use mediary_core::capability::{Abilities, Ability};
use serde::Serialize;
use utoipa::ToSchema;

use crate::gateway::{Dossier, Found};

/// What is claimed of a target, and what was found when it was tried.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct Evidence {
    /// What it is said to have, and was not tried yet.
    claimed: Vec<&'static str>,
    /// What it has, with the day on which that was found.
    #[schema(value_type = Object)]
    proven: BTreeMap<&'static str, Proof>,
    /// What it is said to have and has not.
    #[schema(value_type = Object)]
    refuted: BTreeMap<&'static str, Proof>,
    /// Why it is kept out of plans, if it is.
    quarantine: Option<QuarantineBody>,
}

/// When something was found, and what.
#[derive(Debug, Serialize, ToSchema)]
struct Proof {
    /// Seconds since 1970.
    at: i64,
    /// Why not, of what was refuted.
    #[serde(skip_serializing_if = "String::is_empty")]
    why: String,
}

/// Why a target is kept out of plans.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct QuarantineBody {
    /// What was found.
    why: String,
    /// Seconds since 1970.
    began_at: i64,
    /// The same, of its end; null: it does not end by itself.
    ends_at: Option<i64>,
    /// Whether a client that ends it by hand has to confirm that.
    wants_confirmation: bool,
}

impl Evidence {
    pub(super) fn of(row: &Abilities, dossier: Option<&Dossier>, now: i64) -> Self {
        let found = dossier.map(|dossier| &dossier.found);
        let is_tried = |ability: &Ability| found.is_some_and(|found| found.contains_key(ability));
        let claimed = Ability::claimed_by(row).into_iter().filter(|ability| !is_tried(ability));
        let that = |holds: bool| {
            let those = found.into_iter().flatten().filter(move |(_, found)| found.holds == holds);
            those
                .map(|(ability, Found { why, at, .. })| (ability.name(), Proof { at: *at, why: why.clone() }))
                .collect()
        };
        Self {
            claimed: claimed.map(Ability::name).collect(),
            proven: that(true),
            refuted: that(false),
            quarantine: dossier.and_then(|dossier| QuarantineBody::of(dossier, now)),
        }
    }
}

impl QuarantineBody {
    pub(super) fn of(dossier: &Dossier, now: i64) -> Option<Self> {
        let quarantine = dossier.quarantine(now)?;
        Some(Self {
            why: quarantine.why.clone(),
            began_at: quarantine.began_at,
            ends_at: quarantine.ends_at,
            wants_confirmation: quarantine.confirm,
        })
    }
}

/// The time, in seconds since 1970.
pub(super) fn now_seconds() -> i64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or(Duration::ZERO);
    i64::try_from(since.as_secs()).unwrap_or(i64::MAX)
}
