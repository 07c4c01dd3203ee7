//! Regions: pixels above a threshold that touch, corners included.
//!
//! Works on runs of pixels in a row instead of single pixels; a page has a few thousand of them.

use mediary_core::document::Point;

/// A run of pixels in one row: from `start` up to `end`, exclusive.
#[derive(Debug, Clone, Copy)]
struct Run {
    row: u32,
    start: u32,
    end: u32,
}

/// Pixels that belong together.
#[derive(Debug, Default)]
pub(super) struct Region {
    runs: Vec<Run>,
}

impl Region {
    /// The corners of the pixels at both ends of each row: all that a hull can touch.
    pub(super) fn outline(&self) -> Vec<Point> {
        let mut points = Vec::with_capacity(self.runs.len() * 4);
        for run in &self.runs {
            let (left, right) = (run.start as f32, run.end as f32);
            let (top, bottom) = (run.row as f32, run.row as f32 + 1.0);
            points.extend([
                Point::new(left, top),
                Point::new(left, bottom),
                Point::new(right, top),
                Point::new(right, bottom),
            ]);
        }
        points
    }
}

/// The regions of a map, in the order of their first pixels.
pub(super) fn find(map: &[f32], width: usize, height: usize, threshold: f32) -> Vec<Region> {
    let mut runs: Vec<Run> = Vec::new();
    let mut parents: Vec<usize> = Vec::new();
    let mut above = 0..0;
    for row in 0..height {
        let begun = runs.len();
        collect_runs(&map[row * width..(row + 1) * width], row as u32, threshold, &mut runs);
        parents.extend(begun..runs.len());
        let mut candidate = above.start;
        for current in begun..runs.len() {
            // Runs of both rows are in order, so one pass over the row above suffices.
            while candidate < above.end && runs[candidate].end < runs[current].start {
                candidate += 1;
            }
            let mut touching = candidate;
            while touching < above.end && runs[touching].start <= runs[current].end {
                join(&mut parents, touching, current);
                touching += 1;
            }
        }
        above = begun..runs.len();
    }
    gather(&runs, &mut parents)
}

fn collect_runs(values: &[f32], row: u32, threshold: f32, runs: &mut Vec<Run>) {
    let mut x = 0;
    while x < values.len() {
        // Most of a page is empty: skip it in strides that the compiler can vectorise.
        const STRIDE: usize = 16;
        while x + STRIDE <= values.len()
            && values[x..x + STRIDE].iter().fold(0.0_f32, |highest, &value| highest.max(value)) <= threshold
        {
            x += STRIDE;
        }
        while x < values.len() && values[x] <= threshold {
            x += 1;
        }
        let start = x;
        while x < values.len() && values[x] > threshold {
            x += 1;
        }
        if start < x {
            runs.push(Run { row, start: start as u32, end: x as u32 });
        }
    }
}

fn root(parents: &mut [usize], mut index: usize) -> usize {
    while parents[index] != index {
        parents[index] = parents[parents[index]];
        index = parents[index];
    }
    index
}

fn join(parents: &mut [usize], a: usize, b: usize) {
    let (a, b) = (root(parents, a), root(parents, b));
    parents[a.max(b)] = a.min(b);
}

fn gather(runs: &[Run], parents: &mut [usize]) -> Vec<Region> {
    let mut regions: Vec<Region> = Vec::new();
    let mut place_of_root = vec![usize::MAX; runs.len()];
    for (index, run) in runs.iter().enumerate() {
        let root = root(parents, index);
        if place_of_root[root] == usize::MAX {
            place_of_root[root] = regions.len();
            regions.push(Region::default());
        }
        regions[place_of_root[root]].runs.push(*run);
    }
    regions
}
