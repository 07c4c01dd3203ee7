//! A page's own text: lines and words with boxes, and the evidence on whether to believe them.
//!
//! PDFium gives characters in the document's order with line ends where it sees them; that order is
//! kept. Of a word only the first and the last character are measured.

use std::collections::{BTreeMap, BTreeSet};

use mediary_core::document::{
    Face, Hidden, LayerEvidence, Line, Rect, SetLine, TagPlace, TagRun, TextLayer, Turn, Word, letters_are_unlikely,
};
use mediary_core::is_hidden_in_text;
use pdfium_render::prelude::*;

use super::faces::{self, Faces};
use super::hidden::{Doubt, Screen, Sight};
use super::objects::Drawings;
use super::signs::{self, Glyph};
use super::tagged::Marks;
use super::trace::Trace;
use super::{accents, annotations};

/// Text wholly within this share of the page's edges is a header, a footer or a stamp.
const MARGIN: f32 = 0.125;
/// A page is turned if this share of its characters is.
const MOST_TURNED: f32 = 0.6;

/// What is known of a page before its text is read.
pub(super) struct Known<'d> {
    pub(super) drawings: &'d Drawings,
    /// Which of its doubtful texts are seen, if it has any.
    pub(super) trace: Option<&'d Trace>,
    /// Where its tags begin, if it has any.
    pub(super) marks: Option<&'d Marks>,
}

/// Extracts the page's text with boxes in pixels of the given configuration.
pub(super) fn extract(
    page: &PdfPage<'_>,
    config: &PdfRenderConfig,
    size_px: (u32, u32),
    Known { drawings, trace, marks }: Known<'_>,
) -> TextLayer {
    let mut layer = TextLayer { evidence: drawings.evidence(), ..TextLayer::default() };
    let Ok(text) = page.text() else { return layer };
    let chars = text.chars();
    let ruler = Ruler { marks, ..Ruler::new(page, &chars, config, size_px) };
    let mut lines = Lines { ruler: &ruler, trace, found: Vec::new(), hidden: BTreeSet::new() };
    let screen = drawings.texts.screen.is_needed().then_some(&drawings.texts.screen);
    let (mut glyphs, mut invisible, mut count) = (Vec::new(), 0_u32, 0_u32);
    let mut sight = Sight::Seen;
    for char in chars.iter() {
        match char.unicode_char() {
            Some('\r' | '\n') => lines.end(&mut glyphs),
            // PDFium's mark for a hyphen that breaks a word at the line's end; what follows is the next line.
            Some('\u{2}') if glyphs.last().is_some_and(|glyph| !glyph.character.is_whitespace()) => {
                glyphs.push(Glyph { character: '-', index: char.index(), doubt: doubt_of(sight) });
                lines.end(&mut glyphs);
            }
            Some('\u{feff}' | '\u{fffe}' | '\u{ffff}') | None => {}
            Some(character) if is_hidden_in_text(character) => {
                lines.hidden.insert(Hidden::ZeroWidth);
            }
            Some(character) => {
                // Of a space that PDFium saw between two words nothing can be asked: it goes with what is before it.
                if !character.is_whitespace() {
                    sight = screen.map_or(Sight::Seen, |screen: &Screen| screen.judge(&char));
                }
                count += 1;
                invisible += u32::from(sight == Sight::Invisible);
                match sight {
                    Sight::Hidden(hidden) => {
                        lines.hidden.insert(hidden);
                    }
                    Sight::Seen | Sight::Invisible | Sight::Doubtful(_) => {
                        glyphs.push(Glyph { character, index: char.index(), doubt: doubt_of(sight) });
                    }
                }
            }
        }
    }
    lines.end(&mut glyphs);
    let Lines { found, hidden, .. } = lines;
    layer.evidence.invisible = layer.evidence.invisible.max(invisible as f32 / count.max(1) as f32);
    layer.turn = turn_of(&found);
    layer.unlikely = unlikely(&found);
    layer.lines = found.into_iter().map(|found| found.line).collect();
    (layer.rules, layer.shades) = drawings.strokes.in_pixels(|rect| ruler.in_pixels(rect));
    layer.hidden = hidden.into_iter().collect();
    let noted = annotations::lines(page, |rect| ruler.in_pixels(rect));
    if layer.unlikely.is_empty() {
        annotations::insert(&mut layer.lines, noted);
    } else {
        // Others are known by their places, which stay.
        layer.lines.extend(noted.into_iter().map(SetLine::from));
    }
    weigh(&layer.lines, &mut layer.evidence);
    layer.evidence.unlikely_letters = !layer.unlikely.is_empty();
    layer.evidence.only_in_margins = layer.evidence.image_coverage >= 0.5 && ruler.are_marginal(&layer.lines);
    layer
}

fn doubt_of(sight: Sight) -> Option<Doubt> {
    match sight {
        Sight::Doubtful(doubt) => Some(doubt),
        Sight::Seen | Sight::Invisible | Sight::Hidden(_) => None,
    }
}

/// A line, and what was found out about it on the way.
struct Found {
    line: SetLine,
    turn: Turn,
    font: String,
}

/// Lines as they end.
struct Lines<'r, 'p> {
    ruler: &'r Ruler<'p>,
    trace: Option<&'r Trace>,
    found: Vec<Found>,
    hidden: BTreeSet<Hidden>,
}

impl Lines<'_, '_> {
    fn end(&mut self, glyphs: &mut Vec<Glyph>) {
        let leaves_out =
            self.trace.is_some_and(|trace| trace.leave_out_unseen(glyphs, |glyph| self.ruler.ink_of(glyph)));
        if leaves_out {
            self.hidden.insert(Hidden::Unseen);
        }
        self.leave_out_what_is_off_page(glyphs);
        self.ruler.compose(glyphs);
        signs::name_bullet(glyphs);
        signs::drop_soft_hyphens(glyphs);
        signs::mend_leftward(glyphs, |glyph| self.ruler.bounds_of(glyph));
        if let Some(line) = line_of(glyphs, self.ruler) {
            let (turn, font) = (self.ruler.turn_of(glyphs), self.ruler.font_of(glyphs));
            self.found.push(Found { line, turn, font });
        }
        glyphs.clear();
    }

    /// Leaves out characters that lie off the page; of a line that lies on it at both ends nothing does.
    fn leave_out_what_is_off_page(&mut self, glyphs: &mut Vec<Glyph>) {
        let is_on_page = |glyph: Option<&Glyph>| {
            glyph.and_then(|glyph| self.ruler.bounds_of(*glyph)).is_some_and(|place| self.ruler.is_on_page(&place))
        };
        let mut signs = glyphs.iter().filter(|glyph| !glyph.character.is_whitespace());
        let (first, last) = (signs.next(), signs.next_back());
        if first.is_none() || (is_on_page(first) && is_on_page(last.or(first))) {
            return;
        }
        let mut is_off = false;
        glyphs.retain(|glyph| {
            // A space goes with what is before it.
            if !glyph.character.is_whitespace() {
                is_off = self.ruler.bounds_of(*glyph).is_some_and(|place| self.ruler.is_off_page(&place));
            }
            if is_off {
                self.hidden.insert(Hidden::OffPage);
            }
            !is_off
        });
    }
}

/// How most of the characters are turned.
fn turn_of(found: &[Found]) -> Turn {
    let length = |found: &Found| found.line.line.text.chars().count() as f32;
    let all: f32 = found.iter().map(length).sum();
    let share = |turn: Turn| found.iter().filter(|found| found.turn == turn).map(length).sum::<f32>() / all.max(1.0);
    [Turn::Quarter, Turn::ThreeQuarters].into_iter().find(|turn| share(*turn) >= MOST_TURNED).unwrap_or_default()
}

/// The places of lines in fonts whose letters are unlikely.
fn unlikely(found: &[Found]) -> Vec<usize> {
    let mut fonts: BTreeMap<&str, String> = BTreeMap::new();
    for Found { line, font, .. } in found {
        let text = fonts.entry(font).or_default();
        text.push_str(&line.line.text);
        text.push(' ');
    }
    fonts.retain(|_, text| letters_are_unlikely(text));
    (0..found.len()).filter(|index| fonts.contains_key(found[*index].font.as_str())).collect()
}

/// Measures characters in pixels of the page as it is seen.
struct Ruler<'p> {
    page: &'p PdfPage<'p>,
    chars: &'p PdfPageTextChars<'p>,
    size_px: (u32, u32),
    /// Where the page's origin lies, and how far a point to the right and one upwards go, in pixels.
    frame: [(f32, f32); 3],
    faces: Faces,
    /// Where a tagged page begins to write.
    marks: Option<&'p Marks>,
}

impl<'p> Ruler<'p> {
    fn new(
        page: &'p PdfPage<'p>,
        chars: &'p PdfPageTextChars<'p>,
        config: &PdfRenderConfig,
        size_px: (u32, u32),
    ) -> Self {
        // Far apart, since PDFium gives whole pixels.
        let far = page.width().value.max(page.height().value).max(1.0);
        let at = |x: f32, y: f32| {
            let place = page.points_to_pixels(PdfPoints::new(x), PdfPoints::new(y), config);
            place.map_or((0.0, 0.0), |(x, y)| (x as f32, y as f32))
        };
        let origin = at(0.0, 0.0);
        let step = |(x, y): (f32, f32)| ((x - origin.0) / far, (y - origin.1) / far);
        let frame = [origin, step(at(far, 0.0)), step(at(0.0, far))];
        Self { page, chars, size_px, frame, faces: Faces::default(), marks: None }
    }

    fn in_pixels(&self, rect: &PdfRect) -> Rect {
        let Rect { left, top, right, bottom } = self.in_parts_of_pixels(rect);
        Rect { left: left.round(), top: top.round(), right: right.round(), bottom: bottom.round() }
    }

    fn in_parts_of_pixels(&self, rect: &PdfRect) -> Rect {
        let [origin, across, up] = self.frame;
        let corner = |x: PdfPoints, y: PdfPoints| {
            let (x, y) = (x.value, y.value);
            let place = |o: f32, a: f32, u: f32| o + x * a + y * u;
            (place(origin.0, across.0, up.0), place(origin.1, across.1, up.1))
        };
        let (a, b) = (corner(rect.left(), rect.top()), corner(rect.right(), rect.bottom()));
        // A turned page swaps corners.
        Rect { left: a.0.min(b.0), top: a.1.min(b.1), right: a.0.max(b.0), bottom: a.1.max(b.1) }
    }
}

impl Ruler<'_> {
    fn bounds_of(&self, glyph: Glyph) -> Option<Rect> {
        Some(self.in_pixels(&self.chars.get(glyph.index).ok()?.loose_bounds().ok()?))
    }

    /// Where something of a character is painted, if anything is.
    fn ink_of(&self, glyph: Glyph) -> Option<Rect> {
        let char = self.chars.get(glyph.index).ok()?;
        let has_size = |rect: &PdfRect| rect.width().value > 0.0 && rect.height().value > 0.0;
        let bounds = char.tight_bounds().ok().filter(has_size).or_else(|| char.loose_bounds().ok())?;
        Some(self.in_parts_of_pixels(&bounds))
    }

    fn is_on_page(&self, rect: &Rect) -> bool {
        let (width, height) = (self.size_px.0 as f32, self.size_px.1 as f32);
        rect.left >= 0.0 && rect.top >= 0.0 && rect.right <= width && rect.bottom <= height
    }

    fn is_off_page(&self, rect: &Rect) -> bool {
        let (width, height) = (self.size_px.0 as f32, self.size_px.1 as f32);
        rect.right <= 0.0 || rect.bottom <= 0.0 || rect.left >= width || rect.top >= height
    }

    /// Whether a line runs up or down. A vertical line of upright characters is not turned.
    fn turn_of(&self, glyphs: &[Glyph]) -> Turn {
        let visible = || glyphs.iter().filter(|glyph| !glyph.character.is_whitespace());
        let (Some(first), Some(last)) = (visible().next(), visible().next_back()) else { return Turn::None };
        let (Some(from), Some(to)) = (self.bounds_of(*first), self.bounds_of(*last)) else { return Turn::None };
        let middle = |rect: Rect| (f32::midpoint(rect.left, rect.right), f32::midpoint(rect.top, rect.bottom));
        let (across, down) = (middle(to).0 - middle(from).0, middle(to).1 - middle(from).1);
        if down.abs() <= 2.0 * across.abs() || !self.is_lying(*first) {
            return Turn::None;
        }
        if down > 0.0 { Turn::ThreeQuarters } else { Turn::Quarter }
    }

    /// Whether a character lies on its side, as the page is shown.
    fn is_lying(&self, glyph: Glyph) -> bool {
        let Some(degrees) = self.chars.get(glyph.index).ok().and_then(|char| char.angle_degrees().ok()) else {
            return false;
        };
        let page = self.page.rotation().map_or(0.0, |rotation| rotation.as_degrees());
        let tilt = (degrees + page).rem_euclid(180.0);
        (45.0..135.0).contains(&tilt)
    }

    fn font_of(&self, glyphs: &[Glyph]) -> String {
        let middle = glyphs.get(glyphs.len() / 2).and_then(|glyph| self.chars.get(glyph.index).ok());
        middle.map(|char| char.font_name()).unwrap_or_default()
    }

    /// The place of a character in a tagged page.
    fn place_of(&self, glyph: Glyph) -> Option<TagPlace> {
        let (x, y) = self.chars.get(glyph.index).ok()?.origin().ok()?;
        self.marks?.place_of(x.value, y.value)
    }

    fn face_of(&self, glyph: Glyph) -> Option<Face> {
        self.chars.get(glyph.index).ok().map(|char| self.faces.of(&char))
    }

    /// Puts accents onto the letters that they are drawn over.
    fn compose(&self, glyphs: &mut Vec<Glyph>) {
        let mut place = 0;
        while place < glyphs.len() {
            if accents::is_accent(glyphs[place].character)
                && let Some((other, character)) = self.letter_of(glyphs, place)
            {
                glyphs[other].character = character;
                // With it goes the space that PDFium saw between the two.
                let between = place.min(other) + 1..place.max(other);
                let gone = [vec![place], between.collect()].concat();
                let mut index = 0;
                glyphs.retain(|_| {
                    index += 1;
                    !gone.contains(&(index - 1))
                });
            } else {
                place += 1;
            }
        }
    }

    /// The letter over which an accent is drawn: the next one, or the one before, and what it becomes.
    fn letter_of(&self, glyphs: &[Glyph], accent: usize) -> Option<(usize, char)> {
        let place = self.bounds_of(glyphs[accent])?;
        let is_space = |index: &usize| glyphs.get(*index).is_some_and(|glyph| glyph.character == ' ');
        let next = if is_space(&(accent + 1)) { accent + 2 } else { accent + 1 };
        let before =
            accent.checked_sub(1).map(|before| if is_space(&before) { before.saturating_sub(1) } else { before });
        [Some(next), before].into_iter().flatten().find_map(|other| {
            let letter = glyphs.get(other).filter(|letter| letter.character.is_alphabetic())?;
            let bounds = self.bounds_of(*letter)?;
            let shared = place.right.min(bounds.right) - place.left.max(bounds.left);
            let is_over = shared >= 0.5 * place.width().min(bounds.width());
            accents::composed(glyphs[accent].character, letter.character).filter(|_| is_over).map(|one| (other, one))
        })
    }

    fn are_marginal(&self, lines: &[SetLine]) -> bool {
        let (width, height) = (self.size_px.0 as f32, self.size_px.1 as f32);
        lines.iter().all(|SetLine { line, .. }| {
            line.bbox.bottom < height * MARGIN
                || line.bbox.top > height * (1.0 - MARGIN)
                || line.bbox.right < width * MARGIN
                || line.bbox.left > width * (1.0 - MARGIN)
        })
    }
}

/// A line without the white space around it; `None` if nothing is left.
fn line_of(glyphs: &[Glyph], ruler: &Ruler<'_>) -> Option<SetLine> {
    let is_space = |glyph: &Glyph| glyph.character.is_whitespace();
    let start = glyphs.iter().position(|glyph| !is_space(glyph))?;
    let end = glyphs.iter().rposition(|glyph| !is_space(glyph))? + 1;
    let mut text = String::new();
    let (mut words, mut faces, mut tags) = (Vec::new(), Vec::new(), Vec::new());
    for part in glyphs[start..end].split_inclusive(is_space) {
        let word = &part[..part.len() - usize::from(part.last().is_some_and(is_space))];
        for (number, (word, bbox)) in signs::set_apart(word, |glyph| ruler.bounds_of(glyph)).into_iter().enumerate() {
            if number > 0 {
                text.push(' ');
            }
            let begin = text.len();
            text.extend(word.iter().map(|glyph| glyph.character));
            words.push(Word { text: text[begin..].to_owned(), bbox, confidence: None });
            faces.extend(ruler.face_of(word[0]).map(|face| (text.len(), face)));
            if ruler.marks.is_some() {
                tags.push(TagRun { end: text.len(), place: ruler.place_of(word[0]) });
            }
        }
        text.extend(part[word.len()..].iter().map(|glyph| glyph.character));
    }
    let bbox = Rect::around(words.iter().map(|word| word.bbox)).unwrap_or_default();
    Some(SetLine { line: Line { text, bbox, confidence: None, words }, runs: faces::runs(faces.into_iter()), tags })
}

/// Counts what the judgement of a text layer rests on.
fn weigh(lines: &[SetLine], evidence: &mut LayerEvidence) {
    for word in lines.iter().flat_map(|line| line.line.text.split_whitespace()) {
        let mut length = 0;
        for character in word.chars() {
            length += 1;
            evidence.alphanumeric += u32::from(character.is_alphanumeric());
            evidence.unmapped += u32::from(is_unmapped(character));
            evidence.cjk += u32::from(is_cjk(character));
        }
        evidence.characters += length;
        // The dots of a table of contents are no words.
        let is_word = !word.chars().all(|character| matches!(character, '.' | '…' | '·' | '_'));
        evidence.words += u32::from(is_word);
        evidence.short_words += u32::from(is_word && length <= 2);
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
        let line = |text: &str| {
            SetLine::from(Line { text: text.into(), bbox: Rect::default(), confidence: None, words: Vec::new() })
        };
        let mut evidence = LayerEvidence::default();
        weigh(&[line("Total: 12 €"), line("\u{f0b7} \u{fffd}x 価格 . . …")], &mut evidence);
        let expected = LayerEvidence {
            characters: 17,
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
