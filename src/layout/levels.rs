//! The levels of headings over a whole document: alike where they look alike or are numbered alike.
//!
//! Headings are sorted into kinds by how they look; kinds rank by size, and of one size by which comes first. Numbers
//! and the document's outline say how deep a heading stands below others, whatever it looks like.

use std::collections::BTreeSet;

use super::headings;
use super::looks::Look;
use super::script;
use mediary_core::document::{Block, BlockKind, Rect};

/// Sizes that differ by less are one, where a document says how large its letters are, where they were measured, and where
/// only their boxes were.
const SAME_SIZE: [f32; 3] = [1.04, 1.07, 1.12];
/// Measured capitals beside measured small letters.
const CAPITALS_SIZE: f32 = 1.3;
/// So many usual characters are as wide as a line is high.
const CHARACTERS_A_HEIGHT: f32 = 2.0;
/// A detector's box reaches so far beyond its line, of its own height.
const BEYOND: f32 = 0.25;
/// Small letters beside the height of a line.
const SMALL_LETTERS: f32 = 2.5;
/// A title is at least so many times as large as the largest heading after it, where that was measured.
const TITLE_RATIO: f32 = 1.08;
/// So many kinds of a single heading each are no title with its sections.
const COVER_KINDS: usize = 3;
/// Markdown and HTML know no more levels.
const DEEPEST: u8 = 6;

/// A heading's look, and how deep the document's outline has it.
#[derive(Debug, Clone, PartialEq)]
pub struct HeadingLook {
    /// The place of its block on its page, by which it is found again.
    pub bbox: Rect,
    /// How it is set.
    pub look: Look,
    /// From 1; `None` if the outline does not name it.
    pub depth: Option<u8>,
    /// The level that the document's tags give it, which stays.
    pub level: Option<u8>,
    /// Whether its look was measured in pixels.
    pub is_measured: bool,
}

impl HeadingLook {
    /// Of a block read in pixels, whose lines were measured to be set like this.
    pub(super) fn measured(block: &Block, look: Look) -> Self {
        // How wide a line is says more of its size than how high its small letters seem to be.
        let widths = block
            .lines
            .iter()
            .map(|line| (line.bbox.width() - BEYOND * line.bbox.height()) / script::breadth(&line.text).max(1.0));
        let em = widths.fold(f32::INFINITY, f32::min).max(1.0);
        let size = (look.size * SMALL_LETTERS * em).sqrt();
        Self { bbox: block.bbox, look: Look { size, ..look }, depth: None, level: None, is_measured: true }
    }
}

/// A heading to be levelled.
#[derive(Debug)]
struct Heading<'a> {
    level: &'a mut u8,
    look: Look,
    depth: Option<u8>,
    source: Source,
    kind: usize,
}

/// Where the size of a heading is from; sizes of one source compare.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Source {
    Document,
    Letters,
    Box,
}

impl Source {
    fn same_size(self) -> f32 {
        SAME_SIZE[self as usize]
    }
}

/// Levels the headings of a document's pages, which come in order, each with the looks of its headings as far as they
/// are known; of the others the height of their lines is taken.
pub fn settle_levels<'a>(pages: impl IntoIterator<Item = (&'a mut [Block], &'a [HeadingLook])>) {
    let mut headings: Vec<Heading<'a>> = Vec::new();
    for (blocks, looks) in pages {
        for block in blocks {
            let known = looks.iter().find(|known| known.bbox == block.bbox);
            let text = block.lines.first().map(|line| line.text.clone()).unwrap_or_default();
            let look = known.map_or_else(|| measured(block), |known| known.look.clone());
            if known.is_some_and(|known| known.level.is_some()) {
                continue;
            }
            let depth = known.and_then(|known| known.depth).or_else(|| headings::depth_of(&text));
            if let BlockKind::Heading { level } = &mut block.kind {
                let source = match known {
                    Some(known) if known.is_measured => Source::Letters,
                    Some(_) => Source::Document,
                    None => Source::Box,
                };
                headings.push(Heading { level, look, depth, source, kind: 0 });
            }
        }
    }
    settle(&mut headings);
}

/// What a heading read in pixels looks like: as high as its lines, and as wide as its characters, since not every line
/// has a `p` and a `d`.
fn measured(block: &Block) -> Look {
    let sizes = block.lines.iter().map(|line| {
        let advance = line.bbox.width() / script::weight(&line.text).max(1) as f32;
        (line.bbox.height() * advance * CHARACTERS_A_HEIGHT).sqrt()
    });
    let size = sizes.fold(f32::INFINITY, f32::min);
    let is_upper = false;
    Look { size, is_bold: false, is_italic: false, is_upper, family: String::new(), colour: [0; 3] }
}

fn settle(headings: &mut [Heading<'_>]) {
    let mut kinds = ranked(headings);
    kinds += usize::from(set_title_apart(headings));
    // The depths at which each kind is numbered; what has no number stands with the uppermost of its kind.
    let uppermost: Vec<Option<u8>> = (0..kinds)
        .map(|kind| headings.iter().filter(|heading| heading.kind == kind).filter_map(|heading| heading.depth).min())
        .collect();
    let key = |heading: &Heading<'_>| (heading.kind, heading.depth.or(uppermost[heading.kind]).unwrap_or(0));
    let mut keys: Vec<(usize, u8)> = headings.iter().map(key).collect();
    keys.sort_unstable();
    keys.dedup();
    let mut levels: Vec<((usize, u8), u8)> = Vec::new();
    let mut lowest = 0_u8;
    let depths: BTreeSet<u8> = keys.iter().map(|(_, depth)| *depth).filter(|depth| *depth > 0).collect();
    let mut numbered: Option<u8> = None;
    // Several kinds of one heading each before any other are the words of a cover.
    let count = |kind: usize| headings.iter().filter(|heading| heading.kind == kind).count();
    let single = (0..kinds).take_while(|kind| count(*kind) == 1 && uppermost[*kind].is_none()).count();
    let covers = if single >= COVER_KINDS { single } else { 0 };
    for key in keys {
        let level = match key.1 {
            0 if key.0 < covers => 1,
            0 => lowest + 1,
            // Numbered alike is of one level, and deeper than what is numbered above it.
            depth => {
                let top = *numbered.get_or_insert(lowest + 1);
                let above = depths.iter().filter(|other| **other < depth).count();
                top.saturating_add(u8::try_from(above).unwrap_or(DEEPEST))
            }
        };
        lowest = lowest.max(level);
        levels.push((key, level));
    }
    for heading in headings {
        let key = (heading.kind, heading.depth.or(uppermost[heading.kind]).unwrap_or(0));
        let level = levels.iter().find(|(other, _)| *other == key).map_or(1, |(_, level)| *level);
        *heading.level = level.clamp(1, DEEPEST);
    }
}

/// Makes the first heading a kind of its own, above all others, if it is measured to be the largest and has no number.
fn set_title_apart(headings: &mut [Heading<'_>]) -> bool {
    let Some((title, rest)) = headings.split_first_mut() else { return false };
    let largest = rest.iter().map(|heading| heading.look.size).fold(0.0, f32::max);
    let is_title = title.source == Source::Box
        && title.depth.is_none()
        && rest.iter().any(|heading| heading.kind == title.kind)
        && title.look.size >= TITLE_RATIO * largest;
    if is_title {
        rest.iter_mut().for_each(|heading| heading.kind += 1);
        title.kind = 0;
    }
    is_title
}

/// Numbers the kinds of headings from the uppermost; how many there are.
fn ranked(headings: &mut [Heading<'_>]) -> usize {
    // Each kind by the look of its headings and the place of its first.
    let mut kinds: Vec<(Look, usize, Source)> = Vec::new();
    let mut of: Vec<usize> = Vec::new();
    let mut counts: Vec<f32> = Vec::new();
    for (place, heading) in headings.iter().enumerate() {
        let alike = (0..kinds.len()).filter(|kind| {
            let (look, _, source) = &kinds[*kind];
            *source == heading.source && are_alike(look, &heading.look, heading.source)
        });
        let distance = |kind: &usize| (kinds[*kind].0.size / heading.look.size.max(f32::MIN_POSITIVE)).ln().abs();
        let found = alike.min_by(|a, b| distance(a).total_cmp(&distance(b)));
        of.push(found.unwrap_or(kinds.len()));
        match found {
            // The more of them were measured, the better their size is known.
            Some(kind) if heading.source != Source::Document => {
                counts[kind] += 1.0;
                kinds[kind].0.size += (heading.look.size - kinds[kind].0.size) / counts[kind];
            }
            Some(_) => {}
            None => {
                kinds.push((heading.look.clone(), place, heading.source));
                counts.push(1.0);
            }
        }
    }
    let mut order: Vec<usize> = (0..kinds.len()).collect();
    order.sort_by(|&a, &b| kinds[b].0.size.total_cmp(&kinds[a].0.size));
    // Of kinds that are about as large as the largest of them the first to come is the uppermost.
    let mut ranks: Vec<usize> = Vec::new();
    while let Some(&largest) = order.first() {
        let slack = |kind: usize| slack_of(&kinds[largest], &kinds[kind]);
        let count = order.iter().take_while(|&&kind| kinds[kind].0.size * slack(kind) >= kinds[largest].0.size).count();
        let mut band: Vec<usize> = order.drain(..count).collect();
        band.sort_by_key(|&kind| kinds[kind].1);
        ranks.extend(band);
    }
    for (heading, kind) in headings.iter_mut().zip(of) {
        heading.kind = ranks.iter().position(|&other| other == kind).unwrap_or(kind);
    }
    kinds.len()
}

/// Sizes of two kinds that differ by less are one.
fn slack_of(a: &(Look, usize, Source), b: &(Look, usize, Source)) -> f32 {
    let is_uneven = a.2 == Source::Letters && a.0.is_upper != b.0.is_upper;
    if is_uneven { CAPITALS_SIZE } else { a.2.same_size() }
}

fn are_alike(a: &Look, b: &Look, source: Source) -> bool {
    let slack = source.same_size();
    let ratio = a.size / b.size.max(f32::MIN_POSITIVE);
    (1.0 / slack..=slack).contains(&ratio)
        && (a.is_bold, a.is_italic, a.is_upper) == (b.is_bold, b.is_italic, b.is_upper)
}

#[cfg(test)]
mod tests {
    use super::*;
    use mediary_core::document::Line;

    /// Blocks of one page, and their looks: text, size, weight, depth in the outline.
    fn page(rows: &[(&str, f32, bool, Option<u8>)]) -> (Vec<Block>, Vec<HeadingLook>) {
        let mut blocks = Vec::new();
        let mut looks = Vec::new();
        for (place, &(text, size, is_bold, depth)) in rows.iter().enumerate() {
            let width = text.chars().filter(|character| *character != ' ').count() as f32 * size / 2.0;
            let bbox = Rect { left: 0.0, top: 50.0 * place as f32, right: width, bottom: 50.0 * place as f32 + size };
            let line = Line { text: text.to_owned(), bbox, confidence: None, words: Vec::new() };
            let kind = BlockKind::Heading { level: 9 };
            blocks.push(Block { kind, bbox, lines: vec![line], links: Vec::new() });
            let look = Look { size, is_bold, is_italic: false, is_upper: false, family: String::new(), colour: [0; 3] };
            looks.push(HeadingLook { bbox, look, depth, level: None, is_measured: false });
        }
        (blocks, looks)
    }

    fn levels(rows: &[(&str, f32, bool, Option<u8>)], are_known: bool) -> Vec<u8> {
        let (mut blocks, looks) = page(rows);
        settle_levels([(blocks.as_mut_slice(), if are_known { looks.as_slice() } else { &[] })]);
        let level = |block: &Block| match block.kind {
            BlockKind::Heading { level } => level,
            _ => 0,
        };
        blocks.iter().map(level).collect()
    }

    #[test]
    fn headings_that_look_alike_are_of_one_level() {
        let sized =
            [("T", 18.0, true, None), ("A", 14.0, true, None), ("a", 12.0, true, None), ("B", 14.0, true, None)];
        assert_eq!(levels(&sized, true), [1, 2, 3, 2]);
        let measured = [("T", 38.0, true, None), ("A", 28.0, true, None), ("B", 30.0, true, None)];
        assert_eq!(levels(&measured, false), [1, 2, 2]);
        let close = [("T", 33.0, true, None), ("1 A", 30.0, true, None), ("1.1 a", 29.0, true, None)];
        assert_eq!(levels(&close, false), [1, 2, 3]);
        let faces =
            [("T", 18.0, false, None), ("A", 11.0, true, None), ("a", 11.0, false, None), ("B", 11.0, true, None)];
        assert_eq!(levels(&faces, true), [1, 2, 3, 2]);
    }

    #[test]
    fn capitals_measured_beside_small_letters_rank_by_which_come_first() {
        let rows = [("T", 30.0), ("THE PIER", 18.0), ("The lamp", 21.0), ("THE LAKE", 18.0), ("The wall", 21.0)];
        let (mut blocks, mut looks) = page(&rows.map(|(text, size)| (text, size, false, None)));
        for (known, (text, _)) in looks.iter_mut().zip(rows) {
            known.is_measured = true;
            known.look.is_upper = text.len() > 1 && text == text.to_uppercase();
        }
        settle_levels([(blocks.as_mut_slice(), looks.as_slice())]);
        let levels = blocks.iter().map(|block| match block.kind {
            BlockKind::Heading { level } => level,
            _ => 0,
        });
        assert_eq!(levels.collect::<Vec<_>>(), [1, 2, 3, 2, 3]);
    }

    #[test]
    fn numbers_and_the_outline_say_how_deep_headings_stand() {
        let numbered = [
            ("T", 18.0, true, None),
            ("1 A", 11.0, true, None),
            ("1.1 a", 11.0, true, None),
            ("Notes", 11.0, true, None),
        ];
        assert_eq!(levels(&numbered, true), [1, 2, 3, 2]);
        let outlined = [
            ("T", 13.0, false, Some(1)),
            ("A", 11.0, false, Some(2)),
            ("a", 11.0, false, Some(3)),
            ("B", 11.0, false, Some(2)),
        ];
        assert_eq!(levels(&outlined, true), [1, 2, 3, 2]);
    }
}
