//! Where a page that was looked at shows something that is no text: photographs, drawings, charts.
//!
//! The page is looked at in tiles. Tiles with ink that no box of text covers and that lie side by side are one drawing, if
//! that is large enough and not what lies around the paper. Whether it is a table after all, or a frame around text, is
//! seen when the page has its blocks (`illustrated`).

use mediary_core::Raster;
use mediary_core::document::{Line, Quad, Rect, Rules, Segment};

/// So many tiles lie along the longer side of a page.
const TILES: usize = 128;
/// Smaller tiles hold too few pixels to be judged.
const LEAST_TILE_PX: usize = 6;
/// A pixel this much darker than its paper is ink.
const CONTRAST: u8 = 48;
/// A channel this much below the others is colour, however light it is.
const COLOUR: u8 = 56;
/// A tile with this share of its pixels inked belongs to something; specks have less.
const INKED: f32 = 0.05;
/// Paper is as light as its neighbourhood of so many tiles in each direction.
const NEIGHBOURS: usize = 8;
/// What is darker than the page's paper by more than this is no paper in shadow.
const SHADOW: u8 = 80;
/// Boxes of text reach a little further than they say, in their heights.
const AROUND_TEXT: f32 = 0.3;
/// Tiles this close belong together.
const NEAR_TILES: usize = 2;
/// A drawing is at least so large: width and height as shares of the page's width, and of its area at least and at most.
const LEAST_SIDE: f32 = 0.06;
const AREA: std::ops::RangeInclusive<f32> = 0.01..=0.8;
/// So much of it has ink that is no ruling line.
const LEAST_INK: f32 = 0.04;

/// The places of what is drawn on an upright page, given where its text was found and its ruling lines.
#[must_use]
pub fn find_drawn(page: &Raster, lines: &[(Quad, Line)], rules: &Rules) -> Vec<Rect> {
    let mut tiles = Tiles::of(page);
    let written = lines.iter().filter(|(_, line)| !line.text.trim().is_empty());
    written.for_each(|(quad, _)| tiles.clear(quad));
    let ruled = tiles.along(rules);
    let mut found: Vec<Rect> = Vec::new();
    for group in tiles.groups() {
        let unruled = group.iter().filter(|tile| !ruled[**tile]).count();
        let rect = tiles.around(&group);
        let all = rect.area() / (tiles.side * tiles.side) as f32;
        if unruled as f32 >= LEAST_INK * all && tiles.touched_edges(&group) < 2 {
            found.push(rect);
        }
    }
    let mut found = united(found);
    let (width, height) = (page.width() as f32, page.height() as f32);
    found.retain(|rect| {
        rect.width().min(rect.height()) >= LEAST_SIDE * width && AREA.contains(&(rect.area() / (width * height)))
    });
    found
}

/// A page in tiles.
struct Tiles {
    side: usize,
    columns: usize,
    rows: usize,
    width: f32,
    height: f32,
    inked: Vec<bool>,
}

impl Tiles {
    fn of(page: &Raster) -> Self {
        let (width, height) = (page.width() as usize, page.height() as usize);
        let side = (width.max(height) / TILES).max(LEAST_TILE_PX);
        let (columns, rows) = (width.div_ceil(side), height.div_ceil(side));
        let step = (side / 8).max(1);
        let pixels = |tile: usize| {
            let (left, top) = (tile % columns * side, tile / columns * side);
            let (right, bottom) = ((left + side).min(width), (top + side).min(height));
            (top..bottom).step_by(step).flat_map(move |y| {
                let row = page.row(y);
                (left..right).step_by(step).map(move |x| {
                    let pixel = &row[x * Raster::CHANNELS..][..Raster::CHANNELS];
                    let least = pixel.iter().copied().min().unwrap_or_default();
                    (least, pixel.iter().copied().max().unwrap_or_default())
                })
            })
        };
        let lightest: Vec<u8> =
            (0..columns * rows).map(|tile| pixels(tile).map(|(_, most)| most).max().unwrap_or(255)).collect();
        let paper = papers(&lightest, columns, rows);
        let is_inked = |tile: usize| {
            let paper =
                paper[(tile / columns / NEIGHBOURS) * columns.div_ceil(NEIGHBOURS) + tile % columns / NEIGHBOURS];
            let (mut inked, mut all) = (0_usize, 0_usize);
            for (least, most) in pixels(tile) {
                all += 1;
                inked += usize::from(most < paper.saturating_sub(CONTRAST) || most - least >= COLOUR);
            }
            inked as f32 >= INKED * all as f32 && inked > 0
        };
        let inked = (0..columns * rows).map(is_inked).collect();
        Self { side, columns, rows, width: width as f32, height: height as f32, inked }
    }

    /// The tiles that a rectangle in pixels reaches into.
    fn within(&self, rect: &Rect) -> impl Iterator<Item = usize> + use<> {
        let side = self.side as f32;
        let from = |place: f32| (place.max(0.0) / side) as usize;
        let (left, right) = (from(rect.left), (from(rect.right) + 1).min(self.columns));
        let (top, bottom) = (from(rect.top), (from(rect.bottom) + 1).min(self.rows));
        let columns = self.columns;
        (top..bottom).flat_map(move |row| (left..right).map(move |column| row * columns + column))
    }

    /// Takes the ink of a line of text away.
    fn clear(&mut self, quad: &Quad) {
        let around = AROUND_TEXT * quad.height();
        // A tilted line is taken in parts, so that no more goes than it covers.
        let parts = if quad.angle().abs() < 0.02 { 1_u8 } else { 8 };
        for part in 0..parts {
            let share = |part: u8| f32::from(part) / f32::from(parts);
            let Rect { left, top, right, bottom } = quad.between(share(part), share(part + 1)).bounds();
            let rect = Rect { left: left - around, top: top - around, right: right + around, bottom: bottom + around };
            for tile in self.within(&rect).collect::<Vec<usize>>() {
                self.inked[tile] = false;
            }
        }
    }

    /// Which tiles ruling lines go through.
    fn along(&self, rules: &Rules) -> Vec<bool> {
        let mut ruled = vec![false; self.inked.len()];
        for Segment { start, end } in rules.horizontal.iter().chain(&rules.vertical) {
            let rect = Rect {
                left: start.x.min(end.x) - 2.0,
                top: start.y.min(end.y) - 2.0,
                right: start.x.max(end.x) + 2.0,
                bottom: start.y.max(end.y) + 2.0,
            };
            self.within(&rect).for_each(|tile| ruled[tile] = true);
        }
        ruled
    }

    /// Inked tiles that lie side by side, or nearly so.
    fn groups(&self) -> Vec<Vec<usize>> {
        let mut left = self.inked.clone();
        let mut groups = Vec::new();
        for first in 0..left.len() {
            if !std::mem::take(&mut left[first]) {
                continue;
            }
            let (mut group, mut next) = (vec![first], 0);
            while let Some(&tile) = group.get(next) {
                next += 1;
                let (column, row) = (tile % self.columns, tile / self.columns);
                for row in row.saturating_sub(NEAR_TILES)..(row + NEAR_TILES + 1).min(self.rows) {
                    for column in column.saturating_sub(NEAR_TILES)..(column + NEAR_TILES + 1).min(self.columns) {
                        let other = row * self.columns + column;
                        if std::mem::take(&mut left[other]) {
                            group.push(other);
                        }
                    }
                }
            }
            groups.push(group);
        }
        groups
    }

    /// The place of a group in pixels.
    fn around(&self, group: &[usize]) -> Rect {
        let place = |tile: &usize| {
            let (left, top) = ((tile % self.columns * self.side) as f32, (tile / self.columns * self.side) as f32);
            let side = self.side as f32;
            Rect { left, top, right: (left + side).min(self.width), bottom: (top + side).min(self.height) }
        };
        Rect::around(group.iter().map(place)).unwrap_or_default()
    }

    /// How many edges of the page a group lies at: what lies at several is the desk around the paper, or its shadow.
    fn touched_edges(&self, group: &[usize]) -> usize {
        let (columns, rows) = (self.columns, self.rows);
        let at: [&dyn Fn(&usize) -> bool; 4] = [
            &|tile| tile % columns == 0,
            &|tile| tile % columns + 1 == columns,
            &|tile| tile / columns == 0,
            &|tile| tile / columns + 1 == rows,
        ];
        at.iter().filter(|is_at| group.iter().any(is_at)).count()
    }
}

/// How light the paper is in each neighbourhood, row by row.
fn papers(lightest: &[u8], columns: usize, rows: usize) -> Vec<u8> {
    let middle = |mut values: Vec<u8>, share: f32| {
        values.sort_unstable();
        values.get((share * values.len().saturating_sub(1) as f32) as usize).copied().unwrap_or(255)
    };
    let page = middle(lightest.to_vec(), 0.75);
    let starts = |all: usize| (0..all).step_by(NEIGHBOURS);
    let paper = |(top, left): (usize, usize)| {
        let tiles = (top..(top + NEIGHBOURS).min(rows))
            .flat_map(|row| (left..(left + NEIGHBOURS).min(columns)).map(move |column| row * columns + column));
        let here = middle(tiles.map(|tile| lightest[tile]).collect(), 0.75);
        if here >= page.saturating_sub(SHADOW) { here.min(page) } else { page }
    };
    starts(rows).flat_map(|top| starts(columns).map(move |left| (top, left))).map(paper).collect()
}

/// Rectangles of which none overlap: those that do become one.
pub(super) fn united(rects: Vec<Rect>) -> Vec<Rect> {
    let mut all: Vec<Rect> = Vec::new();
    for mut rect in rects {
        while let Some(place) = all.iter().position(|other| other.shared(&rect) > 0.0) {
            rect = rect.union(all.swap_remove(place));
        }
        all.push(rect);
    }
    all.sort_by(|a, b| a.top.total_cmp(&b.top).then(a.left.total_cmp(&b.left)));
    all
}

#[cfg(test)]
mod tests {
    use super::*;
    use mediary_core::document::Point;

    const WIDTH: u32 = 800;
    const HEIGHT: u32 = 1000;

    fn drawn(colour: impl Fn(u32, u32) -> [u8; 3]) -> Raster {
        let bgr = (0..HEIGHT).flat_map(|y| (0..WIDTH).map(move |x| (x, y))).flat_map(|(x, y)| colour(x, y));
        Raster::from_bgr(WIDTH, HEIGHT, bgr.collect()).unwrap()
    }

    fn within(x: u32, y: u32, [left, top, right, bottom]: [u32; 4]) -> bool {
        (left..right).contains(&x) && (top..bottom).contains(&y)
    }

    fn text(left: f32, top: f32, right: f32, bottom: f32) -> (Quad, Line) {
        let bbox = Rect { left, top, right, bottom };
        (
            Quad::upright(left, top, right, bottom),
            Line { text: "words".to_owned(), bbox, confidence: None, words: Vec::new() },
        )
    }

    /// Strokes as letters have them.
    fn lettered(x: u32, y: u32) -> bool {
        x % 7 < 2 && y % 20 < 12
    }

    const BODY: [u32; 4] = [80, 60, 720, 300];

    #[test]
    fn photographs_and_drawings_are_found_and_text_is_none() {
        type Row = (&'static str, fn(u32, u32) -> [u8; 3], Option<[f32; 4]>);
        let rows: [Row; 7] = [
            ("text only", |_, _| [250; 3], None),
            (
                "a photograph",
                |x, y| {
                    if within(x, y, [200, 400, 600, 700]) { [(x % 200) as u8, 90, (y % 160) as u8] } else { [250; 3] }
                },
                Some([200.0, 400.0, 600.0, 700.0]),
            ),
            (
                "a light picture in colour",
                |x, y| if within(x, y, [200, 400, 600, 700]) { [255, 180, 150] } else { [255; 3] },
                Some([200.0, 400.0, 600.0, 700.0]),
            ),
            (
                "a drawing of slanted lines",
                |x, y| {
                    let is_line = (x + y) % 60 < 3 || (x + 1000 - y) % 60 < 3;
                    if within(x, y, [200, 400, 600, 700]) && is_line { [0; 3] } else { [250; 3] }
                },
                Some([200.0, 400.0, 600.0, 700.0]),
            ),
            ("specks", |x, y| if x * 7919 % 97 == 0 && y * 6101 % 89 == 0 { [0; 3] } else { [250; 3] }, None),
            (
                "the desk around the paper",
                |x, y| if within(x, y, [30, 30, 770, 970]) { [250; 3] } else { [40; 3] },
                None,
            ),
            ("paper that grows darker downwards", |_, y| [250 - (y / 8) as u8; 3], None),
        ];
        for (name, colour, expected) in rows {
            let page = drawn(|x, y| if within(x, y, BODY) && lettered(x, y) { [20; 3] } else { colour(x, y) });
            let lines: Vec<(Quad, Line)> =
                (0..12).map(|line| text(80.0, 60.0 + 20.0 * line as f32, 720.0, 74.0 + 20.0 * line as f32)).collect();
            let found = find_drawn(&page, &lines, &Rules::default());
            match expected {
                None => assert_eq!(found, [], "{name}"),
                Some([left, top, right, bottom]) => {
                    assert_eq!(found.len(), 1, "{name}: {found:?}");
                    let near = |a: f32, b: f32| (a - b).abs() <= 8.0;
                    let Rect { left: l, top: t, right: r, bottom: b } = found[0];
                    assert!(near(l, left) && near(t, top) && near(r, right) && near(b, bottom), "{name}: {found:?}");
                }
            }
        }
    }

    #[test]
    fn a_grid_of_ruling_lines_is_no_drawing() {
        let is_ruled = |at: u32| (at - 400) % 50 < 3;
        let page = drawn(|x, y| {
            let is_line = within(x, y, [200, 400, 603, 703]) && (is_ruled(y) || (x - 200) % 100 < 3);
            if is_line { [0; 3] } else { [250; 3] }
        });
        let segment = |a: (f32, f32), b: (f32, f32)| Segment { start: Point::new(a.0, a.1), end: Point::new(b.0, b.1) };
        let rules = Rules {
            horizontal: (0..7).map(|row| 401.0 + 50.0 * row as f32).map(|y| segment((200.0, y), (603.0, y))).collect(),
            vertical: (0..5).map(|row| 201.0 + 100.0 * row as f32).map(|x| segment((x, 400.0), (x, 703.0))).collect(),
        };
        assert_eq!(find_drawn(&page, &[], &rules), []);
        assert_eq!(find_drawn(&page, &[], &Rules::default()).len(), 1, "without its rules it is lines like others");
    }
}
