//! Which targets can help with a treatment: those that see, listen or transcribe, in the order in which they are asked.
//!
//! A choice over the matrix, nothing more; cooldowns are the planner's affair.

use mediary_core::MediaFormat;
use mediary_core::capability::{Abilities, CapabilityMatrix, Lifecycle, TaskKind, Tier};
use mediary_core::plan::{CostPolicy, Demand, Privacy};

use super::super::routing::Bounds;
use super::recipes::Asking;
use super::transcription::{listens, tells_times};

/// Whether a target chats about pictures of the kind that we make.
fn sees(row: &Abilities) -> bool {
    row.does(TaskKind::Chat) && row.acceptance(MediaFormat::Jpeg).is_some()
}

/// The targets that describe pictures.
pub(super) fn vision_targets<'m>(matrix: &'m CapabilityMatrix, asking: &Asking, bounds: &Bounds) -> Vec<&'m Abilities> {
    let rank = |row: &Abilities| (row.rank(Tier::Vision).unwrap_or(u8::MAX), row.priority);
    in_order(matrix, asking, bounds, sees, rank)
}

/// Whether the engines of this process come before targets that are better elsewhere.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in super::super) enum Order {
    /// The best first.
    BestFirst,
    /// The engines of this process first, then whatever else is on this machine: a chat with one provider does not send
    /// its sounds to another.
    HomeFirst,
}

/// The targets that give transcripts: those made for it before those that only listen, and, where times are wanted,
/// those that tell them before all others; `of_words`: those of each word.
pub(super) fn transcribers<'m>(
    matrix: &'m CapabilityMatrix,
    asking: &Asking,
    bounds: &Bounds,
    demand: &Demand,
    of_words: bool,
    order: Order,
) -> Vec<&'m Abilities> {
    let task = demand.task;
    let rank = |row: &Abilities| (u8::from(!row.does(task)), row.priority);
    let mut rows = in_order(matrix, asking, bounds, |row| listens(row, task), rank);
    if demand.soft.iter().any(|name| name == "timestamp_granularities") {
        rows.sort_by_key(|row| !tells_times(row, task, of_words));
    }
    if order == Order::HomeFirst {
        rows.sort_by_key(|row| (!row.target.is_local(), !row.is_local));
    }
    rows
}

/// Whether any target may be asked for a transcript.
pub(super) fn is_heard(matrix: &CapabilityMatrix, asking: &Asking, bounds: &Bounds) -> bool {
    let demand = Demand { task: TaskKind::Transcription, ..Demand::default() };
    !transcribers(matrix, asking, bounds, &demand, false, Order::BestFirst).is_empty()
}

fn in_order<'m>(
    matrix: &'m CapabilityMatrix,
    asking: &Asking,
    bounds: &Bounds,
    able: impl Fn(&Abilities) -> bool,
    rank: impl Fn(&Abilities) -> (u8, u32),
) -> Vec<&'m Abilities> {
    let may = |row: &&Abilities| {
        able(row) && row.missing.is_none() && row.lifecycle != Lifecycle::Retired && is_allowed(row, bounds)
    };
    let named: Vec<&Abilities> = asking.by.iter().filter_map(|target| matrix.get(target)).filter(may).collect();
    let is_other = |row: &&Abilities| {
        asking.others && !row.lifecycle.is_asked_by_name_only() && !named.iter().any(|named| named.target == row.target)
    };
    let mut others: Vec<&Abilities> = matrix.rows().iter().filter(may).filter(is_other).collect();
    others.sort_by_key(|row| rank(row));
    named.into_iter().chain(others).collect()
}

fn is_allowed(row: &Abilities, bounds: &Bounds) -> bool {
    (bounds.privacy == Privacy::Any || row.is_local)
        && (bounds.cost <= CostPolicy::FreeFirst || row.price.is_free())
        && (bounds.providers.is_empty() || bounds.providers.contains(&row.target.provider))
}

#[cfg(test)]
mod tests {
    use mediary_core::ProviderId;
    use mediary_core::capability::{Acceptance, Price};

    use super::*;

    fn row(target: &str, formats: &[MediaFormat], change: impl FnOnce(&mut Abilities)) -> Abilities {
        let mut row = Abilities::chat(target.parse().unwrap());
        row.accepts = formats.iter().map(|format| Acceptance::of(*format)).collect();
        change(&mut row);
        row
    }

    fn matrix() -> CapabilityMatrix {
        CapabilityMatrix::new([
            row("a/blind", &[], |_| {}),
            row("a/second-eye", &[MediaFormat::Jpeg], |row| row.ranks = vec![(Tier::Vision, 2)]),
            row("b/best-eye", &[MediaFormat::Jpeg], |row| row.ranks = vec![(Tier::Vision, 1)]),
            row("b/gone-eye", &[MediaFormat::Jpeg], |row| row.lifecycle = Lifecycle::Retired),
            row("b/leaving-eye", &[MediaFormat::Jpeg], |row| row.lifecycle = Lifecycle::Deprecated),
            row("c/home-eye", &[MediaFormat::Jpeg], |row| (row.is_local, row.price) = (true, Price::Free)),
            row("c/ear", &[MediaFormat::Wav], |row| row.is_local = true),
            row("d/scribe", &[MediaFormat::Mp3], |row| row.tasks = vec![TaskKind::Transcription]),
            row("local/scribe", &[MediaFormat::Wav], |row| {
                (row.tasks, row.is_local) = (vec![TaskKind::Transcription], true);
                row.priority += 1;
            }),
        ])
    }

    fn asking(by: &[&str], others: bool) -> Asking {
        let by = by.iter().map(|target| target.parse().unwrap()).collect();
        Asking { by, others, most_asked: 3, most_tokens: 9, prompt: "?".to_owned() }
    }

    fn names(rows: &[&Abilities]) -> Vec<String> {
        rows.iter().map(|row| row.target.to_string()).collect()
    }

    #[test]
    fn targets_that_are_named_come_first_and_others_by_their_rank() {
        let bounds = Bounds::default();
        let rows = [
            (asking(&[], true), vec!["b/best-eye", "a/second-eye", "c/home-eye"]),
            (asking(&["c/home-eye", "none/here", "a/blind"], true), vec!["c/home-eye", "b/best-eye", "a/second-eye"]),
            (asking(&["b/leaving-eye", "b/gone-eye"], false), vec!["b/leaving-eye"]),
            (asking(&[], false), vec![]),
        ];
        for (asking, expected) in rows {
            assert_eq!(names(&vision_targets(&matrix(), &asking, &bounds)), expected, "{asking:?}");
        }
        let demand = Demand { task: TaskKind::Transcription, ..Demand::default() };
        let heard = |order| names(&transcribers(&matrix(), &asking(&[], true), &bounds, &demand, false, order));
        assert_eq!(heard(Order::BestFirst), ["d/scribe", "local/scribe", "c/ear"]);
        assert_eq!(heard(Order::HomeFirst), ["local/scribe", "c/ear", "d/scribe"]);
    }

    #[test]
    fn the_bounds_of_a_request_hold_for_its_treatments_too() {
        let local = Bounds { privacy: Privacy::Local, ..Bounds::default() };
        let free = Bounds { cost: CostPolicy::Free, ..Bounds::default() };
        let narrow = Bounds { providers: vec![ProviderId::new("a")], ..Bounds::default() };
        for (bounds, expected) in [(local, "c/home-eye"), (free, "c/home-eye"), (narrow, "a/second-eye")] {
            assert_eq!(
                names(&vision_targets(&matrix(), &asking(&["b/best-eye"], true), &bounds)),
                [expected],
                "{bounds:?}"
            );
        }
    }
}
