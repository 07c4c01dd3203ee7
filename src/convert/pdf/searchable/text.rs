//! Runs of invisible text as operators of a PDF page, and the font they need.
//!
//! Coordinates are pixels of the page as it is seen, y upwards; they are scaled where the text is put on the page.
//! Right-to-left words are written as a PDF wants them, letter by letter as they are seen: readers of PDFs put such
//! letters back into the order in which they are spoken. Words keep their order.

use std::borrow::Cow;

use pdf_writer::types::TextRenderingMode;
use pdf_writer::{Content, Name, Str};
use unicode_bidi::{BidiClass, BidiInfo, bidi_class};

use super::PageLayer;
use super::font::InvisibleFont;
use super::place::{self, Run};

/// What the font is called on the page.
pub(super) const FONT: Name<'_> = Name(b"MediaryInvisible");

/// Letters further apart than this share of their size are words of their own to some readers; poppler starts at 0.1.
const MOST_SPACING: f32 = 0.04;

/// The text of a page.
#[derive(Debug)]
pub(super) struct InvisibleText {
    pub(super) operators: Vec<u8>,
    pub(super) font: InvisibleFont,
}

impl InvisibleText {
    /// `None` if there is nothing to write.
    pub(super) fn of(layer: &PageLayer) -> Option<Self> {
        let lines: Vec<Vec<Run>> = place::runs(layer).map(|runs| runs.iter().map(as_written).collect()).collect();
        let letters = || lines.iter().flatten().flat_map(|run| run.text.chars());
        letters().next()?;
        let font = InvisibleFont::of(letters());
        let mut content = Content::with_capacity(letters().count() * 16);
        content.begin_text().set_text_rendering_mode(TextRenderingMode::Invisible);
        let mut pen = Pen { content, font: &font, size: 0.0, scaling: 0.0 };
        for line in &lines {
            pen.write(line);
        }
        let mut content = pen.content;
        content.end_text();
        Some(Self { operators: content.finish().into_vec(), font })
    }
}

/// Letters from left to right; white space of any kind is a space, and what controls printers is nothing.
fn as_written(run: &Run) -> Run {
    let seen = as_seen(&run.text);
    let letters = seen.chars().map(|letter| if letter.is_whitespace() { ' ' } else { letter });
    Run { text: letters.filter(|letter| !letter.is_control()).collect(), ..run.clone() }
}

/// Writes runs; what is set already is not set again.
struct Pen<'f> {
    content: Content,
    font: &'f InvisibleFont,
    size: f32,
    scaling: f32,
}

impl Pen<'_> {
    fn write(&mut self, line: &[Run]) {
        // PDFium puts the pieces of a line in order from left to right, whichever way they run. So lines that do not
        // run to the right are written in one piece.
        if line.first().is_some_and(|run| run.direction.0 < 0.5) {
            self.write_whole(line);
        } else {
            for run in line {
                self.write_run(run);
            }
        }
    }

    fn write_run(&mut self, run: &Run) {
        let natural = natural_length(run);
        if natural > 0.0 {
            self.begin(run, run.length / natural);
            let codes = self.codes(&run.text);
            self.content.show(Str(&codes));
        }
    }

    /// Words begin where their boxes do. Letters are moved one by one to make them as long, if it is a little.
    fn write_whole(&mut self, line: &[Run]) {
        let runs: Vec<&Run> = line.iter().filter(|run| !run.text.is_empty()).collect();
        let Some(first) = runs.first() else { return };
        // Spaces are as wide as they happen to be; the words say how much the letters are stretched.
        let words = || runs.iter().filter(|run| run.text != " ");
        let sum = |length: fn(&Run) -> f32| words().map(|run| length(run)).sum::<f32>();
        self.begin(first, sum(|run| run.length) / sum(natural_length));
        // Thousandths of the size, stretched with the letters and counted backwards.
        let unit = -self.size * self.scaling / 100_000.0;
        let (cos, sin) = first.direction;
        let along = |run: &Run| (run.start.0 - first.start.0) * cos + (run.start.1 - first.start.1) * sin;
        let mut place = 0.0;
        let letters = runs.iter().map(|run| (run, self.codes(&run.text))).collect::<Vec<_>>();
        let mut operation = self.content.show_positioned();
        let mut items = operation.items();
        for (run, codes) in letters {
            let jump = rounded((along(run) - place) / unit, 1.0);
            if jump != 0.0 {
                items.adjust(jump);
            }
            let letters = codes.chunks(2);
            let stretch = run.length + natural_length(run) * self.scaling / -100.0;
            let most = MOST_SPACING * self.size;
            let each = rounded((stretch / letters.len() as f32).clamp(-most, most) / unit, 1.0);
            for code in letters {
                items.show(Str(code));
                if each != 0.0 {
                    items.adjust(each);
                }
            }
            place = along(run) + run.length;
        }
    }

    fn begin(&mut self, run: &Run, stretch: f32) {
        let size = font_size(run);
        if self.size != size {
            self.content.set_font(FONT, size);
            self.size = size;
        }
        let scaling = rounded(stretch * 100.0, 100.0).max(0.01);
        if self.scaling != scaling {
            self.content.set_horizontal_scaling(scaling);
            self.scaling = scaling;
        }
        let ((x, y), (cos, sin)) = (run.start, run.direction);
        let [cos, sin] = [cos, sin].map(|share| rounded(share, 1e5));
        self.content.set_text_matrix([cos, sin, -sin, cos, rounded(x, 100.0), rounded(y, 100.0)]);
    }

    fn codes(&self, text: &str) -> Vec<u8> {
        text.chars().flat_map(|letter| self.font.code(letter).to_be_bytes()).collect()
    }
}

fn font_size(run: &Run) -> f32 {
    rounded(run.height, 100.0).max(0.1)
}

/// How long the run is as the font has it.
fn natural_length(run: &Run) -> f32 {
    let units: u32 = run.text.chars().map(|letter| u32::from(InvisibleFont::width(letter))).sum();
    units as f32 / 1000.0 * font_size(run)
}

/// To so many parts of one: digits too small to be seen take room.
fn rounded(value: f32, parts: f32) -> f32 {
    // Adding zero makes a plain zero of the negative one.
    (value * parts).round() / parts + 0.0
}

/// The letters of a word from left to right.
fn as_seen(word: &str) -> Cow<'_, str> {
    if !word.chars().any(is_right_to_left) {
        return Cow::Borrowed(word);
    }
    let order = BidiInfo::new(word, None);
    let paragraphs = order.paragraphs.iter();
    Cow::Owned(paragraphs.map(|paragraph| order.reorder_line(paragraph, paragraph.range.clone())).collect())
}

fn is_right_to_left(character: char) -> bool {
    matches!(bidi_class(character), BidiClass::R | BidiClass::AL | BidiClass::AN)
}

#[cfg(test)]
mod tests {
    use mediary_core::document::{Line, Rect};

    use super::*;

    fn written(text: &str) -> Option<String> {
        let bbox = Rect { left: 10.0, top: 20.0, right: 110.0, bottom: 40.0 };
        let line = Line { text: text.into(), bbox, confidence: None, words: Vec::new() };
        let layer = PageLayer { index: 0, width_px: 200, height_px: 100, rotation_deg: 0, lines: vec![line] };
        InvisibleText::of(&layer).map(|text| String::from_utf8_lossy(&text.operators).into_owned())
    }

    #[test]
    fn text_is_invisible_and_as_wide_as_its_box() {
        // Four letters of 520 units at 20 pixels are 41.6 wide, and the box is 100.
        let operators = written("abcd").unwrap();
        for part in ["3 Tr", "/MediaryInvisible 20 Tf", "240.38 Tz", "1 0 0 1 10 64 Tm"] {
            assert!(operators.contains(part), "{part} in {operators}");
        }
    }

    #[test]
    fn nothing_is_written_for_nothing() {
        assert_eq!(written(" \n "), None);
        assert_eq!(written("\u{7}"), None);
    }

    #[test]
    fn only_right_to_left_letters_are_turned_round() {
        for (word, seen) in
            [("Total", "Total"), ("東京", "東京"), ("שלום", "םולש"), ("سلام", "مالس"), ("مادة12", "12ةدام"), ("", "")]
        {
            assert_eq!(as_seen(word), seen, "{word}");
        }
    }
}
