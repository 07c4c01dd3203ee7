//! Pages as data: boxes painted on a sheet, shuffled, tilted, arranged, and compared with what a reader sees.

mod banded;
mod columns;
mod formulas;
mod layer;
mod looks;
mod plain;
mod properties;
mod ruled;
mod scripts;
mod structure;
mod tables;
mod tagged;

use self::plain::{arrange_plain, arrange_ruled};
use super::{LayerPage, ReadPage, arrange, arrange_layer, arrange_read, to_markdown, to_one_line};
use mediary_core::document::{Block, BlockKind, Line, Point, Quad, Rect, Rules, SetLine, Table, Word};

const WIDTH_PX: u32 = 1600;
const HEIGHT_PX: u32 = 2200;
/// Height of a line's box, and the way from one to the next.
const LINE: f32 = 30.0;
const PITCH: f32 = 36.0;

/// A page under construction; `y` is where the next line goes.
#[derive(Debug, Clone, Default)]
struct Sheet {
    boxes: Vec<(Rect, String)>,
    y: f32,
}

impl Sheet {
    fn new() -> Self {
        Self { boxes: Vec::new(), y: 300.0 }
    }

    /// A box of any size.
    fn paint(mut self, text: &str, left: f32, top: f32, width: f32, height: f32) -> Self {
        self.boxes.push((Rect { left, top, right: left + width, bottom: top + height }, text.to_owned()));
        self
    }

    /// A line of `size` times the usual size, with characters half as wide as high.
    fn sized(self, text: &str, left: f32, top: f32, size: f32) -> Self {
        let width = text.chars().count() as f32 * LINE * size / 2.0;
        self.paint(text, left, top, width, LINE * size)
    }

    fn at(self, text: &str, left: f32, top: f32) -> Self {
        self.sized(text, left, top, 1.0)
    }

    /// The next row: texts with their left edges; those with a negative edge end there.
    fn row(mut self, cells: &[(f32, &str)]) -> Self {
        let y = self.y;
        for &(edge, text) in cells {
            let width = text.chars().count() as f32 * LINE / 2.0;
            let left = if edge < 0.0 { -edge - width } else { edge };
            self = self.at(text, left, y);
        }
        self.y += PITCH;
        self
    }

    /// Lines at the left margin.
    fn lines(self, lines: &[&str]) -> Self {
        lines.iter().fold(self, |sheet, line| sheet.row(&[(150.0, line)]))
    }

    fn skip(mut self, lines: f32) -> Self {
        self.y += lines * PITCH;
        self
    }

    /// A column of lines, without moving on.
    fn column(self, left: f32, top: f32, lines: &[&str]) -> Self {
        let place = |index: usize| top + index as f32 * PITCH;
        lines.iter().enumerate().fold(self, |sheet, (index, line)| sheet.at(line, left, place(index)))
    }

    /// The boxes as a detector gives them: in no order, on a page turned around its middle.
    fn boxes(&self, degrees: f32) -> Vec<(Quad, Line)> {
        let centre = Point::new(WIDTH_PX as f32 / 2.0, HEIGHT_PX as f32 / 2.0);
        let turn = |point: Point| {
            let turned = Point::new(point.x - centre.x, point.y - centre.y).rotated(degrees.to_radians());
            Point::new(turned.x + centre.x, turned.y + centre.y)
        };
        let placed = |(rect, text): &(Rect, String)| {
            let quad = Quad::upright(rect.left, rect.top, rect.right, rect.bottom).map(turn);
            (quad, Line { text: text.clone(), bbox: quad.bounds(), confidence: Some(0.9), words: Vec::new() })
        };
        let mut boxes: Vec<(Quad, Line)> = self.boxes.iter().map(placed).collect();
        let mut random = Random(7);
        for index in (1..boxes.len()).rev() {
            boxes.swap(index, random.below(index + 1));
        }
        boxes
    }

    fn arranged(&self, degrees: f32) -> Vec<Block> {
        arrange(self.boxes(degrees), WIDTH_PX, HEIGHT_PX)
    }
}

/// Every row of a table of pages must read as expected, however the page lies.
fn check(rows: &[(&str, Sheet, &str)], read: impl Fn(&[Block]) -> String) {
    for (name, sheet, expected) in rows {
        for degrees in [0.0, 3.0, -8.0, 14.0] {
            assert_eq!(read(&sheet.arranged(degrees)), *expected, "{name}, at {degrees}°");
        }
    }
}

/// The text as printed: a line per line, an empty line between blocks.
fn to_text(blocks: &[Block]) -> String {
    blocks.iter().map(Block::text).collect::<Vec<String>>().join("\n\n")
}

/// Kind and first line of each block.
fn outline(blocks: &[Block]) -> String {
    let outline = |block: &Block| {
        let kind = match &block.kind {
            BlockKind::Heading { level } => format!("h{level}"),
            BlockKind::Table(table) => format!("table {}x{}", table.rows.len(), table.columns()),
            BlockKind::List(items) => format!("list {}", items.len()),
            other => other.name().to_owned(),
        };
        format!("{kind}: {}", block.lines[0].text)
    };
    blocks.iter().map(outline).collect::<Vec<String>>().join("\n")
}

/// Xorshift: the same numbers in every run.
struct Random(u64);

impl Random {
    fn below(&mut self, limit: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 % limit as u64) as usize
    }

    fn between(&mut self, low: f32, high: f32) -> f32 {
        low + (high - low) * self.below(10_000) as f32 / 10_000.0
    }
}
