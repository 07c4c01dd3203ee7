//! Which of the doubtful characters of a page are seen: those whose place looks different without them.
//!
//! The page is painted small, as it is and without the texts that may not be seen. Whatever hides them (a box, a picture,
//! a layer that is off, a mask, their own colour) is left to PDFium. Texts that something was painted over are taken away
//! by themselves, since others may stand upon that.

use mediary_core::Raster;
use mediary_core::document::Rect;
use pdfium_render::prelude::*;

use super::frame::{self, Frame};
use super::hidden::{CONTRAST, Doubt, Screen};
use super::signs::Glyph;

/// A share of a character's sides that is not looked at: what peeks out from under a box cannot be read.
const EDGE: f32 = 0.2;
/// So many letters and digits in a row that are not seen are left out of a word of which the rest is seen.
const FEWEST_UNSEEN: usize = 2;

/// Where a page looks different without its doubtful texts.
#[derive(Debug)]
pub(super) struct Trace {
    width: usize,
    height: usize,
    /// Without those that something was painted over, and without the others.
    changed: [Vec<bool>; 2],
    /// From pixels of the page to those that were looked at.
    scale: f32,
}

impl Trace {
    /// Paints the page with and without its doubtful texts; `scale` is how much smaller that is than the page.
    pub(super) fn of(
        page: &PdfPage<'_>,
        screen: &Screen,
        scale: f32,
        paint: impl Fn() -> Result<Raster, String>,
    ) -> Result<Self, String> {
        let with = paint()?;
        let changed_without = |doubt: Doubt| -> Result<Vec<bool>, String> {
            if !show(page, screen, doubt, false)? {
                return Ok(Vec::new());
            }
            let without = paint();
            show(page, screen, doubt, true)?;
            let without = without?;
            let differ = |(a, b): (&[u8], &[u8])| a.iter().zip(b).any(|(a, b)| a.abs_diff(*b) >= CONTRAST);
            let pairs = with.bgr().chunks_exact(Raster::CHANNELS).zip(without.bgr().chunks_exact(Raster::CHANNELS));
            Ok(pairs.map(differ).collect())
        };
        let changed = [changed_without(Doubt::Covered)?, changed_without(Doubt::Itself)?];
        Ok(Self { width: with.width() as usize, height: with.height() as usize, changed, scale })
    }

    /// Whether something of a doubtful character is seen in its place, in pixels of the page.
    fn shows(&self, doubt: Doubt, place: &Rect) -> bool {
        let changed = &self.changed[usize::from(doubt == Doubt::Itself)];
        if changed.is_empty() {
            return true;
        }
        // At least a pixel's width is looked at.
        let range = |from: f32, to: f32, most: usize| {
            let inset = (EDGE * (to - from)).min((to - from - 1.0).max(0.0) / 2.0);
            let at = |value: f32| value.max(0.0) as usize;
            at(from + inset).min(most)..at((to - inset).ceil()).max(at(from + inset) + 1).min(most)
        };
        let columns = range(place.left * self.scale, place.right * self.scale, self.width);
        let mut rows = range(place.top * self.scale, place.bottom * self.scale, self.height);
        rows.any(|row| changed[row * self.width..][..self.width][columns.clone()].contains(&true))
    }

    /// Leaves doubtful characters out of which nothing is seen, whole words or the greater parts of words, with the
    /// spaces between them; says whether there were any. Places are in pixels of the page.
    pub(super) fn leave_out_unseen(&self, glyphs: &mut Vec<Glyph>, place_of: impl Fn(Glyph) -> Option<Rect>) -> bool {
        if glyphs.iter().all(|glyph| glyph.doubt.is_none()) {
            return false;
        }
        let is_unseen = |glyph: &Glyph| {
            glyph.doubt.is_some_and(|doubt| place_of(*glyph).is_some_and(|place| !self.shows(doubt, &place)))
        };
        let (mut kept, mut is_any) = (Vec::with_capacity(glyphs.len()), false);
        for part in glyphs.split_inclusive(|glyph| glyph.character.is_whitespace()) {
            let end = part.iter().position(|glyph| glyph.character.is_whitespace()).unwrap_or(part.len());
            let before = kept.len();
            let unseen: Vec<bool> = part[..end].iter().map(is_unseen).collect();
            for run in part[..end].iter().zip(&unseen).collect::<Vec<_>>().chunk_by(|a, b| a.1 == b.1) {
                let letters = run.iter().filter(|(glyph, _)| glyph.character.is_alphanumeric()).count();
                if *run[0].1 && (run.len() == end || letters >= FEWEST_UNSEEN) {
                    is_any = true;
                } else {
                    kept.extend(run.iter().map(|(glyph, _)| **glyph));
                }
            }
            // With a whole word goes the space behind it.
            if kept.len() > before || end == 0 {
                kept.extend(&part[end..]);
            }
        }
        *glyphs = kept;
        is_any
    }
}

/// Shows texts of a page that are doubtful for this reason, or takes them away; says whether there are any.
fn show(page: &PdfPage<'_>, screen: &Screen, doubt: Doubt, is_shown: bool) -> Result<bool, String> {
    let mut done = Ok(false);
    frame::walk(page.objects().iter(), &Frame::PAGE, &mut |object, _| {
        if object.as_text_object().and_then(|text| screen.doubt(text)) == Some(doubt) {
            let set = if is_shown { object.set_active() } else { object.set_inactive() };
            match set {
                Ok(()) if done.is_ok() => done = Ok(true),
                Ok(()) => {}
                Err(error) => done = Err(format!("a text of it cannot be taken away to see what hides it: {error}")),
            }
        }
    });
    done
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A trace of so many pixels in one row of ten high, of which some changed.
    fn trace(width: usize, changed: impl Fn(usize) -> bool) -> Trace {
        let changed = (0..10 * width).map(|place| changed(place % width)).collect();
        Trace { width, height: 10, changed: [changed, Vec::new()], scale: 0.5 }
    }

    /// What is left of a text whose characters are each ten pixels wide on the page, five where it was looked at.
    fn left(text: &str, changed: impl Fn(usize) -> bool) -> (String, bool) {
        let glyph = |(index, character)| Glyph { character, index, doubt: Some(Doubt::Covered) };
        let mut glyphs: Vec<Glyph> = text.chars().enumerate().map(glyph).collect();
        let trace = trace(text.chars().count() * 5, changed);
        let any = trace.leave_out_unseen(&mut glyphs, |glyph| {
            let left = glyph.index as f32 * 10.0;
            Some(Rect { left, top: 0.0, right: left + 10.0, bottom: 20.0 })
        });
        (glyphs.iter().map(|glyph| glyph.character).collect(), any)
    }

    #[test]
    fn words_and_parts_of_words_of_which_nothing_is_seen_are_left_out() {
        let seen_but = |from: usize, to: usize| move |x: usize| !(from * 5..to * 5).contains(&x);
        assert_eq!(left("pay Ada now", seen_but(4, 7)), ("pay now".to_owned(), true));
        assert_eq!(left("no:123456 x", seen_but(3, 9)), ("no: x".to_owned(), true));
        assert_eq!(left("a_b cd", seen_but(1, 2)), ("a_b cd".to_owned(), false), "a sign that is low");
        assert_eq!(left("a b", |_| true), ("a b".to_owned(), false));
        assert_eq!(left("ab cd", |_| false), (String::new(), true));
    }

    #[test]
    fn what_peeks_out_at_the_edge_is_not_seen() {
        assert_eq!(left("abcd", |x| x % 5 == 0), (String::new(), true));
        let off = Rect { left: 90.0, top: 0.0, right: 95.0, bottom: 5.0 };
        assert!(!trace(10, |_| true).shows(Doubt::Covered, &off), "off the page");
    }
}
