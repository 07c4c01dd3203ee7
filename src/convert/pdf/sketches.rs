//! Figures of a page with text of its own: pictures, and drawings made of shapes that lie together.
//!
//! Rules, frames, shades and grids are drawn as well; a drawing has curves, slanted lines or bare bars. Its place is that
//! of all shapes that touch one another. Decorations are small, backgrounds large, and what is mostly text is text.

use pdfium_render::prelude::*;

/// Shapes and pictures this close, in points, belong together; the page is looked at in squares of that size.
const NEAR_PT: f32 = 6.0;
/// A figure is at least so wide and high, in points; no more than so many times as long as it is short.
const LEAST_SIDE_PT: f32 = 36.0;
const LONGEST: f32 = 12.0;
/// What covers more of the page than this is its background.
const MOST_SHARE: f32 = 0.8;
/// What is covered by text to this share is text.
const MOST_TEXT: f32 = 0.35;
/// A path of more segments is a drawing whatever they are; with fewer it may be a box with round corners.
const MANY_SEGMENTS: u32 = 20;
/// A path of so few is looked at closely.
const FEW_SEGMENTS: u32 = 8;
/// A line is slanted that goes so far across and down, in points.
const SLANTED_PT: f32 = 2.0;
/// So many marks of their kind tell a drawing: curves and slanted lines, or bars.
const FEWEST_MARKS: usize = 2;
const FEWEST_BARS: usize = 3;
/// No more shapes are kept.
const MOST: usize = 20_000;

/// What a shape says of the drawing it may be part of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Mark {
    /// Lines and boxes: tables and frames have them too.
    Plain,
    /// A filled box.
    Area,
    /// Something round or slanted, which may be a box around text.
    Odd,
    /// A drawing by itself.
    Telling,
}

/// Shapes of a page, in points.
#[derive(Debug, Default)]
pub(super) struct Sketches(Vec<(PdfRect, Mark)>);

impl Sketches {
    /// Keeps a path.
    pub(super) fn add(&mut self, place: &PdfRect, path: &PdfPagePathObject<'_>) {
        let is_filled =
            path.fill_mode().is_ok_and(|mode| mode != PdfPathFillMode::None) && path.fill_color().is_ok_and(is_seen);
        let is_stroked = path.is_stroked().unwrap_or(false) && path.stroke_color().is_ok_and(is_seen);
        if self.0.len() >= MOST || !(is_filled || is_stroked) {
            return;
        }
        let segments = path.segments().len();
        let mark = match segments {
            _ if segments > MANY_SEGMENTS => Mark::Telling,
            _ if segments > FEW_SEGMENTS || is_odd(path) => Mark::Odd,
            _ if is_filled => Mark::Area,
            _ => Mark::Plain,
        };
        self.0.push((*place, mark));
    }
}

fn is_seen(colour: PdfColor) -> bool {
    colour.alpha() > 0 && colour.red().min(colour.green()).min(colour.blue()) < 252
}

/// Whether a path has a curve or a line that runs neither across nor down.
fn is_odd(path: &PdfPagePathObject<'_>) -> bool {
    let mut last: Option<(f32, f32)> = None;
    path.segments().iter().any(|segment| {
        let (x, y) = segment.point();
        let (point, before) = ((x.value, y.value), last);
        last = Some(point);
        match segment.segment_type() {
            PdfPathSegmentType::BezierTo => true,
            PdfPathSegmentType::LineTo => before.is_some_and(|before| {
                (before.0 - point.0).abs() > SLANTED_PT && (before.1 - point.1).abs() > SLANTED_PT
            }),
            PdfPathSegmentType::MoveTo | PdfPathSegmentType::Unknown => false,
        }
    })
}

/// The figures of a page of this width and height: pictures that cover at least a share of it, and drawings.
pub(super) fn figures(
    pictures: &[PdfRect],
    sketches: &Sketches,
    texts: &[PdfRect],
    [width, height]: [f32; 2],
    share: f32,
) -> Vec<PdfRect> {
    let page = PdfRect::new_from_values(0.0, 0.0, height, width);
    let is_large = |rect: &PdfRect| {
        let (short, long) = (side(rect)[0].min(side(rect)[1]), side(rect)[0].max(side(rect)[1]));
        let part = area(rect) / area(&page).max(1.0);
        short >= LEAST_SIDE_PT && long <= LONGEST * short && (share..MOST_SHARE).contains(&part)
    };
    let mut found: Vec<PdfRect> =
        pictures.iter().map(|rect| common(rect, &page)).filter(|rect| is_large(rect)).collect();
    for drawing in drawings(sketches, texts, &page) {
        let drawing = common(&drawing, &page);
        if !is_large(&drawing) {
            continue;
        }
        // Arrows on a photograph, axes around a picture.
        let parts_of_it =
            |picture: &PdfRect| area(&common(picture, &drawing)) >= 0.5 * area(picture).min(area(&drawing));
        let mut whole = drawing;
        found.retain(|picture| {
            let is_part = parts_of_it(picture);
            if is_part {
                whole = super::curves::around(&whole, picture);
            }
            !is_part
        });
        found.push(whole);
    }
    found
}

/// Where shapes lie together that make a drawing.
fn drawings(sketches: &Sketches, texts: &[PdfRect], page: &PdfRect) -> Vec<PdfRect> {
    let shapes: Vec<&(PdfRect, Mark)> =
        sketches.0.iter().filter(|(rect, _)| area(rect) < MOST_SHARE * area(page)).collect();
    if shapes.iter().all(|(_, mark)| *mark == Mark::Plain) {
        return Vec::new();
    }
    let holds_text = |rect: &PdfRect| texts.iter().any(|text| is_in(text, rect));
    let mut drawings = Vec::new();
    for group in groups(&shapes.iter().map(|(rect, _)| *rect).collect::<Vec<PdfRect>>(), page) {
        let marks = |mark: Mark| group.iter().map(|&index| shapes[index]).filter(move |shape| shape.1 == mark);
        let telling = marks(Mark::Telling).count();
        let odd = marks(Mark::Odd).take(1_000).filter(|(rect, _)| !holds_text(rect)).count();
        let areas = || marks(Mark::Area).filter(|(rect, _)| side(rect)[0].min(side(rect)[1]) > 3.0).take(1_000);
        let bars = areas().filter(|(rect, _)| !holds_text(rect)).count();
        let is_drawing = telling > 0 || odd >= FEWEST_MARKS || (bars >= FEWEST_BARS && 2 * bars > areas().count());
        let Some(place) = group.iter().map(|&index| shapes[index].0).reduce(|a, b| super::curves::around(&a, &b))
        else {
            continue;
        };
        let text: f32 = texts.iter().map(|text| area(&common(text, &place))).sum();
        if is_drawing && text < MOST_TEXT * area(&place) {
            drawings.push(place);
        }
    }
    drawings
}

/// The shapes that touch one another, or nearly so, by their places in the list.
fn groups(shapes: &[PdfRect], page: &PdfRect) -> Vec<Vec<usize>> {
    let [columns, rows] = side(page).map(|side| (side / NEAR_PT).ceil().max(1.0) as usize);
    let square = |place: f32, all: usize| ((place / NEAR_PT).max(0.0) as usize).min(all - 1);
    let squares = |rect: &PdfRect| {
        let (left, right) = (square(rect.left().value, columns), square(rect.right().value, columns));
        let (low, high) = (square(rect.bottom().value, rows), square(rect.top().value, rows));
        [left, right, low, high]
    };
    // How many shapes begin and end at each square: their sums along rows and columns are what covers it.
    let mut covered = vec![0_i32; (columns + 1) * (rows + 1)];
    for rect in shapes {
        let [left, right, low, high] = squares(rect);
        covered[low * (columns + 1) + left] += 1;
        covered[low * (columns + 1) + right + 1] -= 1;
        covered[(high + 1) * (columns + 1) + left] -= 1;
        covered[(high + 1) * (columns + 1) + right + 1] += 1;
    }
    for row in 0..=rows {
        for column in 0..=columns {
            let at = row * (columns + 1) + column;
            let before = if column > 0 { covered[at - 1] } else { 0 };
            let below = if row > 0 { covered[at - columns - 1] } else { 0 };
            let both = if column > 0 && row > 0 { covered[at - columns - 2] } else { 0 };
            covered[at] += before + below - both;
        }
    }
    let mut names = vec![usize::MAX; columns * rows];
    let mut count = 0;
    for first in 0..names.len() {
        let is_covered = |square: usize| covered[square / columns * (columns + 1) + square % columns] > 0;
        if names[first] != usize::MAX || !is_covered(first) {
            continue;
        }
        let mut open = vec![first];
        names[first] = count;
        while let Some(square) = open.pop() {
            let (column, row) = (square % columns, square / columns);
            for row in row.saturating_sub(1)..(row + 2).min(rows) {
                for column in column.saturating_sub(1)..(column + 2).min(columns) {
                    let other = row * columns + column;
                    if names[other] == usize::MAX && is_covered(other) {
                        names[other] = count;
                        open.push(other);
                    }
                }
            }
        }
        count += 1;
    }
    let mut groups = vec![Vec::new(); count];
    for (index, rect) in shapes.iter().enumerate() {
        let [left, _, low, _] = squares(rect);
        groups[names[low * columns + left]].push(index);
    }
    groups
}

fn side(rect: &PdfRect) -> [f32; 2] {
    [rect.width().value.abs(), rect.height().value.abs()]
}

fn area(rect: &PdfRect) -> f32 {
    let [width, height] = side(rect);
    width * height
}

/// What two places share; without an area where they share nothing.
fn common(a: &PdfRect, b: &PdfRect) -> PdfRect {
    let (left, right) = (a.left().value.max(b.left().value), a.right().value.min(b.right().value));
    let (bottom, top) = (a.bottom().value.max(b.bottom().value), a.top().value.min(b.top().value));
    PdfRect::new_from_values(bottom, left, top.max(bottom), right.max(left))
}

/// Whether the middle of a text lies in a place.
fn is_in(text: &PdfRect, place: &PdfRect) -> bool {
    let middle = |a: PdfPoints, b: PdfPoints| f32::midpoint(a.value, b.value);
    let (x, y) = (middle(text.left(), text.right()), middle(text.bottom(), text.top()));
    (place.left().value..place.right().value).contains(&x) && (place.bottom().value..place.top().value).contains(&y)
}

#[cfg(test)]
mod tests {
    use super::*;

    const PAGE: [f32; 2] = [595.0, 842.0];

    fn rect([left, bottom, right, top]: [f32; 4]) -> PdfRect {
        PdfRect::new_from_values(bottom, left, top, right)
    }

    fn found(pictures: &[[f32; 4]], shapes: &[([f32; 4], Mark)], texts: &[[f32; 4]]) -> Vec<[f32; 4]> {
        let all = |places: &[[f32; 4]]| places.iter().copied().map(rect).collect::<Vec<PdfRect>>();
        let sketches = Sketches(shapes.iter().map(|(place, mark)| (rect(*place), *mark)).collect());
        let figures = figures(&all(pictures), &sketches, &all(texts), PAGE, 0.01);
        let corners = |rect: &PdfRect| [rect.left(), rect.bottom(), rect.right(), rect.top()].map(|side| side.value);
        figures.iter().map(corners).collect()
    }

    #[test]
    fn pictures_are_figures_unless_they_decorate_or_lie_behind_all() {
        let photograph = [100.0, 400.0, 300.0, 550.0];
        let others = [
            [10.0, 10.0, 40.0, 40.0],
            [50.0, 600.0, 545.0, 612.0],
            [0.0, 0.0, 595.0, 842.0],
            [300.0, 700.0, 310.0, 842.0],
        ];
        assert_eq!(found(&[&[photograph][..], &others].concat(), &[], &[]), [photograph]);
    }

    #[test]
    fn drawings_are_told_from_tables_frames_and_rules() {
        let frame = |mark: Mark| ([100.0, 400.0, 300.0, 550.0], mark);
        let bars = |mark: Mark| {
            (0_u8..4).map(move |bar| {
                let left = 110.0 + 40.0 * f32::from(bar);
                ([left, 402.0, left + 30.0, 430.0 + 30.0 * f32::from(bar)], mark)
            })
        };
        let rows: Vec<[f32; 4]> =
            (0_u8..4).map(|bar| 110.0 + 40.0 * f32::from(bar)).map(|left| [left, 405.0, left + 28.0, 415.0]).collect();
        let curves = [([110.0, 410.0, 200.0, 500.0], Mark::Odd), ([200.0, 420.0, 290.0, 540.0], Mark::Odd)];
        let place = vec![frame(Mark::Plain).0];
        type Row = (&'static str, Vec<([f32; 4], Mark)>, Vec<[f32; 4]>, bool);
        let all: Vec<Row> = vec![
            ("a frame", vec![frame(Mark::Plain)], vec![], false),
            ("a round frame", vec![frame(Mark::Odd), frame(Mark::Odd)], vec![[120.0, 450.0, 280.0, 460.0]], false),
            ("curves with axes", [&[frame(Mark::Plain)][..], &curves].concat(), vec![], true),
            ("one long curve", vec![frame(Mark::Telling)], vec![], true),
            ("bars", bars(Mark::Area).chain([frame(Mark::Plain)]).collect(), vec![], true),
            ("shades behind words", bars(Mark::Area).chain([frame(Mark::Plain)]).collect(), rows, false),
            ("a grid", bars(Mark::Plain).chain([frame(Mark::Plain)]).collect(), vec![], false),
            ("a curve behind a text", vec![frame(Mark::Telling)], vec![[110.0, 410.0, 290.0, 530.0]], false),
        ];
        for (name, shapes, texts, is_figure) in all {
            assert_eq!(found(&[], &shapes, &texts), if is_figure { place.clone() } else { vec![] }, "{name}");
        }
    }

    #[test]
    fn what_is_apart_is_several_and_what_overlaps_is_one() {
        let curve = |place: [f32; 4]| (place, Mark::Telling);
        let (left, right) = ([50.0, 400.0, 250.0, 550.0], [300.0, 400.0, 500.0, 550.0]);
        assert_eq!(found(&[], &[curve(left), curve(right)], &[]), [left, right]);
        assert_eq!(found(&[right], &[curve([310.0, 410.0, 490.0, 560.0])], &[]), [[300.0, 400.0, 500.0, 560.0]]);
        assert_eq!(found(&[left, right], &[], &[]), [left, right]);
    }
}
