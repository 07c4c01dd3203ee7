//! Drawn pages: the lines that are on them, and pages that only seem to have some.

use super::*;
use mediary_core::document::Point;

const WIDTH: u32 = 800;
const HEIGHT: u32 = 1000;
const EDGES_X: [f32; 4] = [100.0, 260.0, 520.0, 700.0];
const EDGES_Y: [f32; 5] = [150.0, 220.0, 330.0, 470.0, 540.0];

/// A grey page under construction.
struct Drawing {
    grey: Vec<u8>,
    random: u64,
}

impl Drawing {
    fn new(paper: u8) -> Self {
        Self { grey: vec![paper; (WIDTH * HEIGHT) as usize], random: 2026 }
    }

    /// Xorshift: the same numbers in every run.
    fn below(&mut self, limit: u64) -> u64 {
        self.random ^= self.random << 13;
        self.random ^= self.random >> 7;
        self.random ^= self.random << 17;
        self.random % limit
    }

    fn fill(mut self, left: u32, top: u32, width: u32, height: u32, ink: u8) -> Self {
        for y in top..(top + height).min(HEIGHT) {
            let row = (y * WIDTH) as usize;
            self.grey[row + left as usize..row + (left + width).min(WIDTH) as usize].fill(ink);
        }
        self
    }

    /// A line two pixels thick, turned around the page's corner; of every `dash.1` pixels `dash.0` are drawn.
    fn line(mut self, from: (f32, f32), to: (f32, f32), degrees: f32, ink: u8, dash: (u32, u32)) -> Self {
        let turn = |(x, y): (f32, f32)| Point::new(x, y).rotated(degrees.to_radians());
        let (from, to) = (turn(from), turn(to));
        let steps = from.distance(to).ceil() as u32;
        for step in (0..=steps).filter(|step| step % dash.1 < dash.0) {
            let Point { x, y } = from.towards(to, step as f32 / steps as f32);
            for (x, y) in [(x, y), (x + 1.0, y), (x, y + 1.0), (x + 1.0, y + 1.0)] {
                let place = y.round() as usize * WIDTH as usize + x.round() as usize;
                if let Some(pixel) = self.grey.get_mut(place) {
                    *pixel = ink;
                }
            }
        }
        self
    }

    fn grid(mut self, degrees: f32, ink: u8, dash: (u32, u32)) -> Self {
        for y in EDGES_Y {
            self = self.line((EDGES_X[0], y), (EDGES_X[3], y), degrees, ink, dash);
        }
        for x in EDGES_X {
            self = self.line((x, EDGES_Y[0]), (x, EDGES_Y[4]), degrees, ink, dash);
        }
        self
    }

    /// Every pixel lighter or darker by up to so much, and a few black or white.
    fn noisy(mut self, strength: u64) -> Self {
        for index in 0..self.grey.len() {
            let by = self.below(2 * strength + 1) as i32 - strength as i32;
            let grey = (i32::from(self.grey[index]) + by).clamp(0, 255) as u8;
            self.grey[index] = match self.below(400) {
                0 => 0,
                1 => 255,
                _ => grey,
            };
        }
        self
    }

    /// Rows of letters: stems, bars and serifs, in words of some length.
    fn text(mut self, left: u32, right: u32, tops: impl Iterator<Item = u32>) -> Self {
        for top in tops {
            let mut x = left;
            while x + 16 < right {
                let height = 14 + 6 * self.below(2) as u32;
                let up = top + 20 - height;
                let bars = [up, top + 9, top + 18];
                let bar = bars[self.below(3) as usize];
                self = self.fill(x, up, 3, height, 20).fill(x, bar, 10, 2, 20).fill(x, top + 18, 6, 2, 20);
                x += if self.below(6) == 0 { 26 } else { 13 };
            }
        }
        self
    }

    fn rules(&self) -> Rules {
        let bgr = self.grey.iter().flat_map(|grey| [*grey; 3]).collect();
        find_rules(&Raster::from_bgr(WIDTH, HEIGHT, bgr).unwrap())
    }
}

/// Both ends of each line, turned back, rounded and in order.
fn straight(segments: &[Segment], degrees: f32) -> Vec<[f32; 4]> {
    let back = |point: Point| point.rotated(-degrees.to_radians());
    let ends = |segment: &Segment| (back(segment.start), back(segment.end));
    let mut lines: Vec<[f32; 4]> =
        segments.iter().map(ends).map(|(start, end)| [start.x, start.y, end.x, end.y]).collect();
    lines.sort_by(|a, b| (a[0] + a[1]).total_cmp(&(b[0] + b[1])));
    lines
}

fn assert_near(name: &str, found: &[[f32; 4]], expected: &[[f32; 4]]) {
    let is_near = |(a, b): (&f32, &f32)| (a - b).abs() <= 5.0;
    let fits = found.len() == expected.len()
        && found.iter().zip(expected).all(|(found, expected)| found.iter().zip(expected).all(is_near));
    assert!(fits, "{name}: {found:?}\nexpected {expected:?}");
}

#[test]
fn every_line_of_a_grid_is_found_from_end_to_end() {
    let all = (1, 1);
    let rows: [(&str, f32, Drawing); 11] = [
        ("clean", 0.0, Drawing::new(255).grid(0.0, 0, all)),
        ("skewed by half a degree", 0.5, Drawing::new(255).grid(0.5, 0, all)),
        ("skewed by two degrees", 2.0, Drawing::new(255).grid(2.0, 0, all)),
        ("skewed the other way", -2.0, Drawing::new(255).grid(-2.0, 0, all)),
        ("skewed by six degrees", 6.0, Drawing::new(255).grid(6.0, 0, all)),
        ("noisy", 0.5, Drawing::new(225).grid(0.5, 30, all).noisy(24)),
        ("grey", 0.0, Drawing::new(250).grid(0.0, 150, all)),
        ("grey and noisy", 0.3, Drawing::new(240).grid(0.3, 110, all).noisy(12)),
        ("broken", 0.0, Drawing::new(255).grid(0.0, 0, (36, 41))),
        ("with text", 0.0, Drawing::new(255).grid(0.0, 0, all).text(110, 240, [165, 245, 360, 490].into_iter())),
        ("with text in between and around", 0.0, {
            let tops = (20..120).step_by(36).chain((560..900).step_by(36));
            Drawing::new(255).grid(0.0, 0, all).text(100, 700, tops).text(270, 510, (232..310).step_by(36))
        }),
    ];
    let across: Vec<[f32; 4]> = EDGES_Y.iter().map(|&y| [EDGES_X[0], y, EDGES_X[3], y]).collect();
    let down: Vec<[f32; 4]> = EDGES_X.iter().map(|&x| [x, EDGES_Y[0], x, EDGES_Y[4]]).collect();
    for (name, degrees, drawing) in rows {
        let rules = drawing.rules();
        assert_near(name, &straight(&rules.horizontal, degrees), &across);
        assert_near(name, &straight(&rules.vertical, degrees), &down);
    }
}

#[test]
fn what_is_no_line_is_not_found() {
    let soft = |x: usize, y: usize| {
        let wave = |at: usize, length: f32| (at as f32 / length).sin();
        (128.0 + 50.0 * wave(x + y / 2, 9.0) * wave(y, 14.0) + 60.0 * wave(3 * x + y, 70.0)) as u8
    };
    let mut photograph = Drawing::new(255);
    for (index, grey) in photograph.grey.iter_mut().enumerate() {
        *grey = soft(index % WIDTH as usize, index / WIDTH as usize);
    }
    let rows = [
        ("nothing", Drawing::new(255)),
        ("black", Drawing::new(0)),
        ("noise", Drawing::new(200).noisy(80)),
        ("text", Drawing::new(255).text(60, 740, (60..940).step_by(36))),
        ("noisy text", Drawing::new(225).text(60, 740, (60..940).step_by(36)).noisy(24)),
        ("a photograph", photograph.noisy(10)),
        ("dark areas", Drawing::new(255).fill(100, 100, 400, 60, 30).fill(600, 100, 40, 700, 30)),
        ("edges of a scan", Drawing::new(250).fill(0, 0, 5, HEIGHT, 0).fill(0, HEIGHT - 4, WIDTH, 4, 0)),
        ("too faint", Drawing::new(250).grid(0.0, 238, (1, 1))),
        ("too steep", Drawing::new(255).line((100.0, 100.0), (600.0, 400.0), 0.0, 0, (1, 1))),
    ];
    for (name, drawing) in rows {
        assert_eq!(drawing.rules(), Rules::default(), "{name}");
    }
}

#[test]
fn underlines_lie_across_the_page_only() {
    let drawing = Drawing::new(255)
        .text(60, 740, (60..940).step_by(36))
        .line((100.0, 82.5), (190.0, 82.5), 0.0, 20, (1, 1))
        .line((300.0, 226.5), (370.0, 226.5), 0.0, 20, (1, 1));
    let rules = drawing.rules();
    assert_eq!((rules.horizontal.len(), rules.vertical.len()), (2, 0), "{rules:?}");
}

#[test]
fn pages_of_any_size_have_edges() {
    for (width, height) in [(1, 1), (3, 200), (200, 3), (64, 64), (65, 129)] {
        for grey in [0, 255] {
            assert_eq!(find_rules(&Raster::filled(width, height, [grey; 3])), Rules::default(), "{width}×{height}");
        }
    }
}
