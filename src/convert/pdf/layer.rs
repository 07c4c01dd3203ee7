//! A page's own text: lines and words with boxes, and the evidence on whether to believe them.
//!
//! PDFium gives characters in the document's order with line ends where it sees them; that order is
//! kept. Only the first and last character of a line are measured unless words are wanted.

use mediary_core::document::{LayerEvidence, Line, Rect, TextLayer, Word};
use pdfium_render::prelude::*;

use super::objects::Drawings;

/// Text wholly within this share of the page's edges is a header, a footer or a stamp.
const MARGIN: f32 = 0.125;

/// Extracts the page's text with boxes in pixels of the given configuration.
pub(super) fn extract(page: &PdfPage<'_>, config: PdfRenderConfig, drawings: &Drawings, words: bool) -> TextLayer {
    let mut layer = TextLayer { evidence: drawings.evidence(), ..TextLayer::default() };
    let Ok(text) = page.text() else { return layer };
    let chars = text.chars();
    let ruler = Ruler { page, chars: &chars, config };
    let mut glyphs: Vec<Glyph> = Vec::new();
    for char in chars.iter() {
        match char.unicode_char() {
            Some('\r' | '\n') => {
                layer.lines.extend(line_of(&glyphs, &ruler, words));
                glyphs.clear();
            }
            // PDFium's mark for a hyphen that breaks a word at the line's end.
            Some('\u{2}') => glyphs.push(Glyph { character: '-', index: char.index() }),
            Some('\u{feff}' | '\u{fffe}' | '\u{ffff}') | None => {}
            Some(character) => glyphs.push(Glyph { character, index: char.index() }),
        }
    }
    layer.lines.extend(line_of(&glyphs, &ruler, words));
    weigh(&layer.lines, &mut layer.evidence);
    layer.evidence.only_in_margins = layer.evidence.image_coverage >= 0.5 && ruler.are_marginal(&layer.lines);
    layer
}

/// A character and its number on the page, by which PDFium can be asked for its box.
#[derive(Clone, Copy)]
struct Glyph {
    character: char,
    index: usize,
}

/// Measures characters in pixels of the page as it is seen.
struct Ruler<'p> {
    page: &'p PdfPage<'p>,
    chars: &'p PdfPageTextChars<'p>,
    config: PdfRenderConfig,
}

impl Ruler<'_> {
    fn bounds(&self, glyphs: impl IntoIterator<Item = Glyph>) -> Rect {
        let boxes = glyphs.into_iter().filter_map(|glyph| {
            let bounds = self.chars.get(glyph.index).ok()?.loose_bounds().ok()?;
            let corner = |x, y| self.page.points_to_pixels(x, y, &self.config).ok();
            let (a, b) = (corner(bounds.left(), bounds.top())?, corner(bounds.right(), bounds.bottom())?);
            // A turned page swaps corners.
            Some(Rect {
                left: a.0.min(b.0) as f32,
                top: a.1.min(b.1) as f32,
                right: a.0.max(b.0) as f32,
                bottom: a.1.max(b.1) as f32,
            })
        });
        Rect::around(boxes).unwrap_or_default()
    }

    fn are_marginal(&self, lines: &[Line]) -> bool {
        let corner = |x, y| self.page.points_to_pixels(x, y, &self.config).unwrap_or_default();
        let (a, b) = (corner(PdfPoints::ZERO, PdfPoints::ZERO), corner(self.page.width(), self.page.height()));
        let (width, height) = ((a.0 - b.0).abs() as f32, (a.1 - b.1).abs() as f32);
        lines.iter().all(|line| {
            line.bbox.bottom < height * MARGIN
                || line.bbox.top > height * (1.0 - MARGIN)
                || line.bbox.right < width * MARGIN
                || line.bbox.left > width * (1.0 - MARGIN)
        })
    }
}

/// A line without the white space around it; `None` if nothing is left.
fn line_of(glyphs: &[Glyph], ruler: &Ruler<'_>, words: bool) -> Option<Line> {
    let is_space = |glyph: &Glyph| glyph.character.is_whitespace();
    let start = glyphs.iter().position(|glyph| !is_space(glyph))?;
    let end = glyphs.iter().rposition(|glyph| !is_space(glyph))? + 1;
    let glyphs = &glyphs[start..end];
    let text = |glyphs: &[Glyph]| glyphs.iter().map(|glyph| glyph.character).collect::<String>();
    if !words {
        let bbox = ruler.bounds([glyphs[0], glyphs[glyphs.len() - 1]]);
        return Some(Line { text: text(glyphs), bbox, confidence: None, words: Vec::new() });
    }
    let words: Vec<Word> = glyphs
        .split(is_space)
        .filter(|word| !word.is_empty())
        .map(|word| Word { text: text(word), bbox: ruler.bounds(word.iter().copied()), confidence: None })
        .collect();
    let bbox = Rect::around(words.iter().map(|word| word.bbox)).unwrap_or_default();
    Some(Line { text: text(glyphs), bbox, confidence: None, words })
}

/// Counts what the judgement of a text layer rests on.
fn weigh(lines: &[Line], evidence: &mut LayerEvidence) {
    for word in lines.iter().flat_map(|line| line.text.split_whitespace()) {
        let mut length = 0;
        for character in word.chars() {
            length += 1;
            evidence.alphanumeric += u32::from(character.is_alphanumeric());
            evidence.unmapped += u32::from(is_unmapped(character));
            evidence.cjk += u32::from(is_cjk(character));
        }
        evidence.characters += length;
        evidence.words += 1;
        evidence.short_words += u32::from(length <= 2);
    }
}

/// What PDF producers leave where a glyph has no Unicode character.
fn is_unmapped(character: char) -> bool {
    matches!(character, '\u{fffd}' | '\u{e000}'..='\u{f8ff}') || character.is_control()
}

fn is_cjk(character: char) -> bool {
    matches!(character, '\u{3040}'..='\u{30ff}' | '\u{3400}'..='\u{9fff}' | '\u{ac00}'..='\u{d7af}' | '\u{f900}'..='\u{faff}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_and_characters_are_counted() {
        let line = |text: &str| Line { text: text.into(), bbox: Rect::default(), confidence: None, words: Vec::new() };
        let mut evidence = LayerEvidence::default();
        weigh(&[line("Total: 12 €"), line("\u{f0b7} \u{fffd}x 価格")], &mut evidence);
        let expected = LayerEvidence {
            characters: 14,
            alphanumeric: 10,
            unmapped: 2,
            cjk: 2,
            words: 6,
            short_words: 5,
            ..LayerEvidence::default()
        };
        assert_eq!(evidence, expected);
    }
}
