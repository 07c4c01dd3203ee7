//! Supposed lines, followed pixel by pixel: how far they go, and whether they are lines at all.

use super::Segment;
use super::chains::Chain;
use super::paper::View;
use super::strokes::STEP;

/// So many light pixels in a row do not yet end a stretch of a line.
const GAP: f32 = 6.0;
/// The share of a stretch that is dark at least: rows of letters are not.
const DARK_SHARE: f32 = 0.85;
/// The share of a whole line, joined from stretches: letters `l` stacked in a column have less.
const JOINED_DARK_SHARE: f32 = 0.8;
/// The share of what lies right beside a line that may be dark: letters have stems.
const MOST_BESIDE: f32 = 0.25;
/// Stretches in one line are joined over a gap of so many pixels at most.
const JOINED_GAP: f32 = 24.0;
/// Lines this close to each other, in pixels, are one.
const SAME: f32 = 3.0;
/// No printed page has more lines in one direction.
const MOST_LINES: usize = 400;

/// The lines among the chains, which come longest first.
pub(super) fn lines(view: &View<'_>, chains: Vec<Chain>) -> Vec<Segment> {
    let mut found: Vec<Chain> = Vec::new();
    for chain in chains {
        if found.len() >= MOST_LINES {
            break;
        }
        if found.iter().any(|line| is_part(line, &chain)) {
            continue;
        }
        for stretch in stretches(view, &chain) {
            join(&mut found, stretch);
        }
    }
    found.retain(|line| line.to - line.from >= view.least_long() && is_unbroken(view, line));
    let end = |line: &Chain, along: f32| view.on_page(along, line.deep_at(along));
    found.iter().map(|line| Segment { start: end(line, line.from), end: end(line, line.to) }).collect()
}

fn is_part(line: &Chain, chain: &Chain) -> bool {
    chain.from >= line.from - STEP as f32
        && chain.to <= line.to + STEP as f32
        && [chain.from, chain.to].iter().all(|&at| (line.deep_at(at) - chain.deep_at(at)).abs() <= SAME)
}

/// The dark stretches of a chain, a little beyond its ends.
fn stretches(view: &View<'_>, chain: &Chain) -> Vec<Chain> {
    let reach = 2 * STEP as isize;
    let (first, last) = (chain.from as isize - reach, chain.to as isize + reach);
    let mut stretches = Vec::new();
    let mut open = Stretch::default();
    for along in first..=last {
        if is_inked(view, chain, along) {
            open.add(along);
        } else if open.end.is_some_and(|end| (along - end) as f32 > GAP) {
            stretches.extend(std::mem::take(&mut open).closed(view, chain));
        }
    }
    stretches.extend(open.closed(view, chain));
    stretches
}

/// Whether the line can be seen at a place; fitted lines are a pixel off here and there.
fn is_inked(view: &View<'_>, chain: &Chain, along: isize) -> bool {
    let deep = chain.deep_at(along as f32).round() as isize;
    (deep - 1..=deep + 1).any(|deep| view.is_dark(along, deep))
}

fn is_unbroken(view: &View<'_>, line: &Chain) -> bool {
    let dark = (line.from as isize..=line.to as isize).filter(|&along| is_inked(view, line, along)).count();
    dark as f32 >= JOINED_DARK_SHARE * (line.to - line.from)
}

/// Dark pixels in a row, with small gaps.
#[derive(Debug, Default)]
struct Stretch {
    start: Option<isize>,
    end: Option<isize>,
    dark: u32,
}

impl Stretch {
    fn add(&mut self, along: isize) {
        self.start.get_or_insert(along);
        self.end = Some(along);
        self.dark += 1;
    }

    fn closed(self, view: &View<'_>, chain: &Chain) -> Option<Chain> {
        let (start, end) = (self.start?, self.end?);
        let length = (end - start + 1) as f32;
        let is_line = length >= view.least_long() / 2.0
            && self.dark as f32 >= DARK_SHARE * length
            && is_alone(view, chain, start, end);
        is_line.then_some(Chain { from: start as f32, to: end as f32, ..*chain })
    }
}

/// Whether there is light on both sides, at the nearer of two distances.
fn is_alone(view: &View<'_>, chain: &Chain, start: isize, end: isize) -> bool {
    let distance = (view.most_thick() / 2 + 2) as isize;
    let side = |distance: isize| {
        let is_dark = |along: &isize| view.is_dark(*along, chain.deep_at(*along as f32).round() as isize + distance);
        (start..=end).filter(is_dark).count() as f32 <= MOST_BESIDE * (end - start + 1) as f32
    };
    side(distance) && side(-distance)
}

/// Adds a stretch to the line that it continues, or as a line of its own.
fn join(found: &mut Vec<Chain>, stretch: Chain) {
    let mut stretch = stretch;
    while let Some(index) = found.iter().position(|line| continues(line, &stretch)) {
        stretch = joined(found.swap_remove(index), stretch);
    }
    found.push(stretch);
}

fn continues(line: &Chain, stretch: &Chain) -> bool {
    let apart = line.from.max(stretch.from) - line.to.min(stretch.to);
    let between = (line.from.max(stretch.from) + line.to.min(stretch.to)) / 2.0;
    apart <= JOINED_GAP && (line.deep_at(between) - stretch.deep_at(between)).abs() <= SAME
}

/// The line from end to end of both.
fn joined(a: Chain, b: Chain) -> Chain {
    let ends = |chain: Chain| [(chain.from, chain.deep_at(chain.from)), (chain.to, chain.deep_at(chain.to))];
    let points = [ends(a), ends(b)].concat();
    let first = points.iter().copied().reduce(|a, b| if b.0 < a.0 { b } else { a }).unwrap_or_default();
    let last = points.iter().copied().reduce(|a, b| if b.0 > a.0 { b } else { a }).unwrap_or_default();
    let slope = if last.0 > first.0 { (last.1 - first.1) / (last.0 - first.0) } else { 0.0 };
    Chain { deep: first.1 - slope * first.0, slope, from: first.0, to: last.0 }
}
