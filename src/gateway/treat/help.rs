//! Who can help with a treatment: targets that see, listen or transcribe, in the order in which they are asked.
//!
//! A choice over the matrix, nothing more; who rests at the moment is looked at by whoever asks.

use mediary_core::capability::{Abilities, CapabilityMatrix, Lifecycle, TaskKind, Tier};
use mediary_core::plan::{CostPolicy, Privacy};
use mediary_core::{MediaFormat, MediaKind};

use super::bench::HelpBounds;
use super::recipes::Asking;

/// Whether a target chats about pictures of the kind that we make.
fn sees(row: &Abilities) -> bool {
    row.does(TaskKind::Chat) && row.acceptance(MediaFormat::Jpeg).is_some()
}

/// Whether a target is made for transcribing.
pub(super) fn transcribes(row: &Abilities) -> bool {
    row.does(TaskKind::Transcription)
}

/// Whether a target can give a transcript, be it only by chatting about what it hears.
fn hears(row: &Abilities) -> bool {
    let listens = || row.accepts.iter().any(|acceptance| acceptance.format.kind() == MediaKind::Audio);
    transcribes(row) || (row.does(TaskKind::Chat) && listens())
}

/// Who describes pictures.
pub(super) fn seers<'m>(matrix: &'m CapabilityMatrix, asking: &Asking, bounds: &HelpBounds) -> Vec<&'m Abilities> {
    let rank = |row: &Abilities| (row.rank(Tier::Vision).unwrap_or(u8::MAX), row.priority);
    in_order(matrix, asking, bounds, sees, rank)
}

/// Who gives transcripts: whoever is made for it before whoever only listens.
pub(super) fn hearers<'m>(matrix: &'m CapabilityMatrix, asking: &Asking, bounds: &HelpBounds) -> Vec<&'m Abilities> {
    let rank = |row: &Abilities| (u8::from(!transcribes(row)), row.priority);
    in_order(matrix, asking, bounds, hears, rank)
}

fn in_order<'m>(
    matrix: &'m CapabilityMatrix,
    asking: &Asking,
    bounds: &HelpBounds,
    able: impl Fn(&Abilities) -> bool,
    rank: impl Fn(&Abilities) -> (u8, u32),
) -> Vec<&'m Abilities> {
    let may = |row: &&Abilities| able(row) && row.lifecycle != Lifecycle::Retired && is_allowed(row, bounds);
    let named: Vec<&Abilities> = asking.by.iter().filter_map(|target| matrix.get(target)).filter(may).collect();
    let is_other = |row: &&Abilities| {
        asking.others && row.lifecycle != Lifecycle::Deprecated && !named.iter().any(|named| named.target == row.target)
    };
    let mut others: Vec<&Abilities> = matrix.rows().iter().filter(may).filter(is_other).collect();
    others.sort_by_key(|row| rank(row));
    named.into_iter().chain(others).collect()
}

fn is_allowed(row: &Abilities, bounds: &HelpBounds) -> bool {
    (bounds.privacy == Privacy::Any || row.is_local)
        && (bounds.cost == CostPolicy::Any || row.price.is_free())
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
            row("c/ear", &[MediaFormat::Wav], |_| {}),
            row("d/scribe", &[MediaFormat::Mp3], |row| row.tasks = vec![TaskKind::Transcription]),
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
    fn who_was_named_comes_first_and_others_by_their_rank() {
        let bounds = HelpBounds::default();
        let rows = [
            (asking(&[], true), vec!["b/best-eye", "a/second-eye", "c/home-eye"]),
            (asking(&["c/home-eye", "nobody/here", "a/blind"], true), vec!["c/home-eye", "b/best-eye", "a/second-eye"]),
            (asking(&["b/leaving-eye", "b/gone-eye"], false), vec!["b/leaving-eye"]),
            (asking(&[], false), vec![]),
        ];
        for (asking, expected) in rows {
            assert_eq!(names(&seers(&matrix(), &asking, &bounds)), expected, "{asking:?}");
        }
        assert_eq!(names(&hearers(&matrix(), &asking(&[], true), &bounds)), ["d/scribe", "c/ear"]);
    }

    #[test]
    fn the_bounds_of_a_request_hold_for_its_helpers_too() {
        let local = HelpBounds { privacy: Privacy::Local, ..HelpBounds::default() };
        let free = HelpBounds { cost: CostPolicy::Free, ..HelpBounds::default() };
        let narrow = HelpBounds { providers: vec![ProviderId::new("a")], ..HelpBounds::default() };
        for (bounds, expected) in [(local, "c/home-eye"), (free, "c/home-eye"), (narrow, "a/second-eye")] {
            assert_eq!(names(&seers(&matrix(), &asking(&["b/best-eye"], true), &bounds)), [expected], "{bounds:?}");
        }
    }
}
