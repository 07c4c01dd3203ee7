//! Strokes that follow one another from lane to lane, nearly in a straight line.

use super::strokes::{STEP, Stroke, place};

/// The steepest line: 10°.
const MOST_STEEP: f32 = 0.18;
/// So many lanes may lie between two links, where a line is broken or letters touch it.
const MOST_LANES: u32 = 4;
/// A link lies so close to where the chain points, in pixels.
const TOLERANCE: f32 = 1.6;
/// From so many links on a chain points somewhere.
const POINTING: u32 = 3;
/// Shorter chains are letters.
const FEWEST_LINKS: u32 = 3;
/// Strokes farther than this from their line do not belong to it, in pixels.
const OUTLYING: f32 = 2.0;

/// A line that was fitted to a chain.
#[derive(Debug, Clone, Copy)]
pub(super) struct Chain {
    /// How deep it lies where it begins to count.
    pub(super) deep: f32,
    /// How much deeper it gets with every pixel.
    pub(super) slope: f32,
    /// From where, along the line.
    pub(super) from: f32,
    /// To where.
    pub(super) to: f32,
}

impl Chain {
    pub(super) fn deep_at(&self, along: f32) -> f32 {
        self.deep + self.slope * along
    }
}

/// A stroke's place in its chain.
#[derive(Debug, Clone, Copy)]
struct Link {
    previous: Option<usize>,
    first: usize,
    count: u32,
    is_taken: bool,
}

/// The lines through chains of some length, longest first. The strokes come lane by lane.
pub(super) fn chains(strokes: &[Stroke]) -> Vec<Chain> {
    let links = linked(strokes);
    let ends = links.iter().enumerate().filter(|(_, link)| !link.is_taken && link.count >= FEWEST_LINKS);
    let mut chains: Vec<Chain> = ends.filter_map(|(end, _)| fitted(strokes, &links, end)).collect();
    chains.sort_by(|a, b| (b.to - b.from).total_cmp(&(a.to - a.from)));
    chains
}

fn linked(strokes: &[Stroke]) -> Vec<Link> {
    let reach = (MOST_STEEP * (STEP as u32 * MOST_LANES) as f32 + TOLERANCE).ceil() as usize;
    let depth = strokes.iter().map(|stroke| stroke.deep as usize).max().unwrap_or(0);
    // At each depth the latest stroke there.
    let mut latest: Vec<Option<usize>> = vec![None; depth + 1];
    let mut links: Vec<Link> = Vec::with_capacity(strokes.len());
    for (index, stroke) in strokes.iter().enumerate() {
        let deep = stroke.deep as usize;
        let near = latest[deep.saturating_sub(reach)..(deep + reach + 1).min(depth + 1)].iter().flatten();
        let fitting = near.filter_map(|&other| Some((other, misfit(strokes, &links, other, stroke)?)));
        let previous = fitting.min_by(|a, b| a.1.total_cmp(&b.1)).map(|(other, _)| other);
        let link = match previous {
            Some(other) => {
                links[other].is_taken = true;
                Link { previous, first: links[other].first, count: links[other].count + 1, is_taken: false }
            }
            None => Link { previous, first: index, count: 1, is_taken: false },
        };
        links.push(link);
        latest[deep] = Some(index);
    }
    links
}

/// How far a stroke lies from where the chain that ends in another points; `None` if it is too far.
fn misfit(strokes: &[Stroke], links: &[Link], other: usize, stroke: &Stroke) -> Option<f32> {
    let (end, link) = (strokes[other], links[other]);
    let lanes = stroke.lane - end.lane;
    if link.is_taken || !(1..=MOST_LANES).contains(&lanes) {
        return None;
    }
    let (slope, tolerance) = if link.count >= POINTING {
        let first = strokes[link.first];
        ((end.deep - first.deep) / (end.lane - first.lane) as f32, TOLERANCE)
    } else {
        (0.0, MOST_STEEP * (STEP as u32 * lanes) as f32 + 1.0)
    };
    let misfit = (stroke.deep - end.deep - slope * lanes as f32).abs();
    (misfit <= tolerance).then_some(misfit)
}

/// The line through most strokes of a chain.
fn fitted(strokes: &[Stroke], links: &[Link], end: usize) -> Option<Chain> {
    let mut points: Vec<(f32, f32)> = Vec::with_capacity(links[end].count as usize);
    let mut next = Some(end);
    while let Some(index) = next {
        points.push((place(strokes[index].lane), strokes[index].deep));
        next = links[index].previous;
    }
    let count = points.len();
    let (deep, slope) = line_through(&points);
    points.retain(|(along, at)| (at - deep - slope * along).abs() <= OUTLYING);
    if points.len() < FEWEST_LINKS as usize || 4 * points.len() < 3 * count {
        return None;
    }
    let (deep, slope) = line_through(&points);
    let (from, to) = (points.last()?.0, points.first()?.0);
    (slope.abs() <= MOST_STEEP).then_some(Chain { deep, slope, from, to })
}

/// Least squares: how deep the line lies at the origin, and its slope.
fn line_through(points: &[(f32, f32)]) -> (f32, f32) {
    let count = points.len() as f32;
    let along = points.iter().map(|point| point.0).sum::<f32>() / count;
    let deep = points.iter().map(|point| point.1).sum::<f32>() / count;
    let (mut both, mut square) = (0.0, 0.0);
    for point in points {
        both += (point.0 - along) * (point.1 - deep);
        square += (point.0 - along) * (point.0 - along);
    }
    let slope = if square > 0.0 { both / square } else { 0.0 };
    (deep - slope * along, slope)
}
