//! Grids of ruling lines: which lines belong together, and the cells that they bound.
//!
//! Text is not looked at; whether a grid is a table is judged in `ruled`. Cells that lack a line between
//! them are one, so entries may span rows and columns.

use std::ops::Range;

use super::frame::weighted_median;
use mediary_core::document::{Point, Rect, Rules, Segment};

/// Lines this close to one another, in text heights, touch.
const TOUCH_HEIGHTS: f32 = 0.25;
/// Lines this close, in text heights, bound the same row or column.
const SAME_HEIGHTS: f32 = 0.5;
/// Shorter lines down the page, in text heights, are the stems of letters.
const LEAST_TALL_HEIGHTS: f32 = 1.2;
/// Lines that go on beyond the outermost ones by so many text heights bound an open row or column.
const OPEN_HEIGHTS: f32 = 1.0;
/// The share of a cell's side that is ruled if it is a side at all.
const RULED_SHARE: f32 = 0.6;

/// A ruling line that lies straight in the frame of the rules.
#[derive(Debug, Clone, Copy)]
struct Rule {
    /// Where it lies: y of a line across the page, x of one down it.
    at: f32,
    from: f32,
    to: f32,
}

/// Rows and columns, and for each of their crossings the cell it belongs to.
#[derive(Debug)]
pub(super) struct Lattice {
    xs: Vec<f32>,
    ys: Vec<f32>,
    /// Row by row; the number of a cell is the place of its first crossing.
    cells: Vec<usize>,
}

/// The angle of the rules, in radians, clockwise; `None` without rules.
pub(super) fn angle(rules: &Rules) -> Option<f32> {
    let across = rules.horizontal.iter().map(|Segment { start, end }| (end.y - start.y).atan2(end.x - start.x));
    let down = rules.vertical.iter().map(|Segment { start, end }| (start.x - end.x).atan2(end.y - start.y));
    let lengths = rules.horizontal.iter().chain(&rules.vertical).map(Segment::length);
    weighted_median(across.chain(down).zip(lengths).filter(|(angle, length)| (angle + length).is_finite()).collect())
}

/// The grids among rules that are turned back by an angle, largest first. `unit` is the text height.
pub(super) fn lattices(rules: &Rules, angle: f32, unit: f32) -> Vec<Lattice> {
    let turned = |segment: &Segment| (segment.start.rotated(-angle), segment.end.rotated(-angle));
    let across = |(start, end): (Point, Point)| Rule { at: (start.y + end.y) / 2.0, from: start.x, to: end.x };
    let down = |(start, end): (Point, Point)| Rule { at: (start.x + end.x) / 2.0, from: start.y, to: end.y };
    let across: Vec<Rule> = rules.horizontal.iter().map(|line| across(turned(line))).filter(is_sound).collect();
    let is_tall = |rule: &Rule| is_sound(rule) && rule.to - rule.from >= LEAST_TALL_HEIGHTS * unit;
    let down: Vec<Rule> = rules.vertical.iter().map(|line| down(turned(line))).filter(is_tall).collect();
    let mut lattices: Vec<Lattice> = groups(&across, &down, TOUCH_HEIGHTS * unit)
        .into_iter()
        .filter_map(|(across, down)| Lattice::of(&across, &down, unit))
        .collect();
    lattices.sort_by(|a, b| b.area().total_cmp(&a.area()));
    lattices
}

fn is_sound(rule: &Rule) -> bool {
    rule.at.is_finite() && rule.from.is_finite() && rule.to.is_finite() && rule.from < rule.to
}

/// Lines that touch, directly or through others.
fn groups(across: &[Rule], down: &[Rule], slack: f32) -> Vec<(Vec<Rule>, Vec<Rule>)> {
    let reaches = |rule: &Rule, at: f32| rule.from - slack <= at && at <= rule.to + slack;
    let touch = |a: &Rule, d: &Rule| reaches(a, d.at) && reaches(d, a.at);
    let mut left: Vec<bool> = vec![true; across.len()];
    let mut down: Vec<Option<Rule>> = down.iter().copied().map(Some).collect();
    let mut groups = Vec::new();
    for start in 0..across.len() {
        if !std::mem::take(&mut left[start]) {
            continue;
        }
        let (mut rows, mut columns, mut next) = (vec![across[start]], Vec::new(), 0);
        while next < rows.len() {
            let row = rows[next];
            next += 1;
            for column in down.iter_mut().filter_map(|slot| slot.take_if(|column| touch(&row, column))) {
                let joining = (0..across.len()).filter(|&other| left[other] && touch(&across[other], &column));
                let joining: Vec<usize> = joining.collect();
                for other in joining {
                    left[other] = false;
                    rows.push(across[other]);
                }
                columns.push(column);
            }
        }
        groups.push((rows, columns));
    }
    groups
}

impl Lattice {
    fn of(across: &[Rule], down: &[Rule], unit: f32) -> Option<Self> {
        let ys = edges(across, down, unit);
        let xs = edges(down, across, unit);
        if across.len() < 2 || down.is_empty() || ys.len() < 2 || xs.len() < 2 {
            return None;
        }
        let mut lattice = Self { cells: (0..(ys.len() - 1) * (xs.len() - 1)).collect(), xs, ys };
        lattice.join(across, down, unit);
        Some(lattice)
    }

    pub(super) fn rows(&self) -> usize {
        self.ys.len() - 1
    }

    pub(super) fn columns(&self) -> usize {
        self.xs.len() - 1
    }

    /// Everything within the outermost lines.
    pub(super) fn rect(&self) -> Rect {
        let ends = |edges: &[f32]| (edges[0], edges[edges.len() - 1]);
        let ((left, right), (top, bottom)) = (ends(&self.xs), ends(&self.ys));
        Rect { left, top, right, bottom }
    }

    fn area(&self) -> f32 {
        self.rect().width() * self.rect().height()
    }

    /// The number of the cell at a place.
    pub(super) fn cell_at(&self, place: Point) -> Option<usize> {
        let (row, column) = (slot(&self.ys, place.y)?, slot(&self.xs, place.x)?);
        Some(self.cells[row * self.columns() + column])
    }

    /// The rows and columns that a cell takes, from its first crossing to its last.
    pub(super) fn extent(&self, cell: usize) -> (Range<usize>, Range<usize>) {
        let columns = self.columns();
        let own = || (0..self.cells.len()).filter(|&place| self.cells[place] == cell);
        let bound = |of: fn(usize, usize) -> usize| {
            let places = || own().map(move |place| of(place, columns));
            places().min().unwrap_or(0)..places().max().map_or(0, |last| last + 1)
        };
        (bound(|place, columns| place / columns), bound(|place, columns| place % columns))
    }

    /// How far the cell at a place reaches to both sides of it, and how high the row there is.
    pub(super) fn room_at(&self, place: Point) -> Option<Rect> {
        let (row, column) = (slot(&self.ys, place.y)?, slot(&self.xs, place.x)?);
        let first = row * self.columns();
        let cells = &self.cells[first..first + self.columns()];
        let cell = cells[column];
        let start = cells[..column].iter().rposition(|&other| other != cell).map_or(0, |other| other + 1);
        let end = cells[column..].iter().position(|&other| other != cell).map_or(cells.len(), |other| column + other);
        Some(Rect { left: self.xs[start], top: self.ys[row], right: self.xs[end], bottom: self.ys[row + 1] })
    }

    /// Joins crossings that no line parts.
    fn join(&mut self, across: &[Rule], down: &[Rule], unit: f32) {
        let (rows, columns) = (self.rows(), self.columns());
        let slack = SAME_HEIGHTS * unit;
        let mut parent: Vec<usize> = (0..rows * columns).collect();
        for edge in 1..columns {
            let walls: Vec<Rule> =
                down.iter().copied().filter(|rule| (rule.at - self.xs[edge]).abs() <= slack).collect();
            for row in 0..rows {
                if !is_ruled(&walls, self.ys[row]..self.ys[row + 1]) {
                    unite(&mut parent, row * columns + edge - 1, row * columns + edge);
                }
            }
        }
        for edge in 1..rows {
            let walls: Vec<Rule> =
                across.iter().copied().filter(|rule| (rule.at - self.ys[edge]).abs() <= slack).collect();
            for column in 0..columns {
                if !is_ruled(&walls, self.xs[column]..self.xs[column + 1]) {
                    unite(&mut parent, (edge - 1) * columns + column, edge * columns + column);
                }
            }
        }
        self.cells = (0..parent.len()).map(|index| root(&mut parent, index)).collect();
    }
}

/// Where rows (or columns) begin and end: at the lines, and where the lines that cross them go on beyond.
fn edges(lines: &[Rule], crossing: &[Rule], unit: f32) -> Vec<f32> {
    let mut places: Vec<f32> = lines.iter().map(|line| line.at).collect();
    places.sort_by(f32::total_cmp);
    let mut edges: Vec<(f32, f32)> = Vec::new();
    for place in places {
        match edges.last_mut() {
            Some((sum, count)) if place - *sum / *count <= SAME_HEIGHTS * unit => {
                *sum += place;
                *count += 1.0;
            }
            _ => edges.push((place, 1.0)),
        }
    }
    let mut edges: Vec<f32> = edges.into_iter().map(|(sum, count)| sum / count).collect();
    let (Some(&first), Some(&last)) = (edges.first(), edges.last()) else { return edges };
    let beyond = |ends: Vec<f32>| if ends.len() >= 2 { ends.into_iter().reduce(f32::max) } else { None };
    let before = beyond(crossing.iter().map(|line| first - line.from).filter(|by| *by > OPEN_HEIGHTS * unit).collect());
    let after = beyond(crossing.iter().map(|line| line.to - last).filter(|by| *by > OPEN_HEIGHTS * unit).collect());
    if let Some(by) = before {
        edges.insert(0, first - by);
    }
    edges.extend(after.map(|by| last + by));
    edges
}

fn is_ruled(walls: &[Rule], side: Range<f32>) -> bool {
    let covered = |rule: &Rule| (rule.to.min(side.end) - rule.from.max(side.start)).max(0.0);
    walls.iter().map(covered).sum::<f32>() >= RULED_SHARE * (side.end - side.start)
}

/// Between which two edges a place lies.
fn slot(edges: &[f32], place: f32) -> Option<usize> {
    let after = edges.partition_point(|edge| *edge <= place);
    (0 < after && after < edges.len()).then(|| after - 1)
}

/// The first of those that are joined stands for all.
fn unite(parent: &mut [usize], a: usize, b: usize) {
    let (a, b) = (root(parent, a), root(parent, b));
    parent[a.max(b)] = a.min(b);
}

fn root(parent: &mut [usize], mut index: usize) -> usize {
    while parent[index] != index {
        parent[index] = parent[parent[index]];
        index = parent[index];
    }
    index
}
