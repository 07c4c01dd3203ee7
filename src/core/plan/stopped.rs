//! Why no target can be asked: one answer out of the reasons of all.
//!
//! What helps soonest is said first: waiting, then treating a part, then a shorter request.

use super::treat::{Blocked, Workshop};
use super::{Demand, HealthSnapshot, PassedOver, Reason, Unplannable};
use crate::capability::CapabilityMatrix;
use crate::task::PartPath;

pub(super) fn unplannable(
    passed_over: Vec<PassedOver>,
    demand: &Demand,
    matrix: &CapabilityMatrix,
    health: &HealthSnapshot,
    workshop: &Workshop<'_>,
) -> Unplannable {
    let cooldowns = passed_over.iter().filter_map(|passed| match passed.reason {
        Reason::CoolingDown { left } | Reason::UsedUp { left } | Reason::Quarantined { left: Some(left), .. } => {
            Some(left)
        }
        _ => None,
    });
    if let Some(soonest) = cooldowns.min() {
        return Unplannable::AllCoolingDown { soonest, passed_over };
    }
    if let Some(index) = worst_part(&passed_over, demand) {
        let place = demand.parts[index].place;
        let mut hints: Vec<String> = Vec::new();
        for passed in &passed_over {
            let Reason::Part { place: its, misfit, .. } = passed.reason else { continue };
            let Some(row) = matrix.index(&passed.target).filter(|_| its == place) else { continue };
            let doubtful = health.of(row).map_or(&[][..], |health| &health.doubtful);
            for hint in workshop.hints(Blocked { index, misfit }, &matrix.rows()[row], doubtful) {
                if !hints.iter().any(|known| known == hint) {
                    hints.push(hint.to_owned());
                }
            }
        }
        return Unplannable::Part { place, format: demand.parts[index].format, hints, passed_over };
    }
    let too_short = passed_over.iter().filter_map(|passed| {
        if let Reason::Context { needs, has } = passed.reason { Some((needs, has)) } else { None }
    });
    match too_short.max_by_key(|(needs, has)| (*has, u32::MAX - needs)) {
        Some((needs, most)) => Unplannable::Context { task: demand.task, needs, most, passed_over },
        None => Unplannable::NoneFits { passed_over },
    }
}

/// The part that stopped most; of several the first.
fn worst_part(passed_over: &[PassedOver], demand: &Demand) -> Option<usize> {
    let stopped_by = |place: PartPath| {
        passed_over
            .iter()
            .filter(|passed| matches!(passed.reason, Reason::Part { place: its, .. } if its == place))
            .count()
    };
    let counts = demand.parts.iter().map(|part| stopped_by(part.place)).enumerate();
    let worst = counts.filter(|(_, count)| *count > 0).max_by_key(|(index, count)| (*count, usize::MAX - index));
    worst.map(|(index, _)| index)
}
