//! Which of a page's characters are on it.
//!
//! A PDF carries more text than it shows: outside the visible part, on layers that are off, transparent, clipped away,
//! in the colour of the paper. A look at the page's objects says whether to ask at all ([`Screen`]); what painting
//! alone can tell is looked up in a small picture of the page ([`is_painted`]).

use mediary_core::Raster;
use mediary_core::document::{Hidden, Rect};
use pdfium_render::prelude::*;

/// Text lower than this is there for programs, not for eyes.
pub(super) const TINY_POINTS: f32 = 1.0;
/// From this brightness of its darkest channel on, text may have the colour of the paper.
const PALE: u8 = 230;
/// The least difference in brightness between text and what it stands on.
const CONTRAST: u8 = 24;

/// What a page's objects give reason to ask.
#[derive(Debug, Default)]
pub(super) struct Screen {
    /// Whether characters have to be asked one by one how they are painted.
    pub(super) by_character: bool,
    /// Whether invisible text is on no scan, so that it is on no page.
    pub(super) leaves_out_invisible: bool,
    /// Where text lies outside of what it is clipped to, in points.
    pub(super) clipped: Vec<PdfRect>,
    /// Where text may not be seen, in points.
    pub(super) doubtful: Vec<PdfRect>,
    /// Whether no text at all is sure to be seen.
    pub(super) all_doubtful: bool,
}

/// What is known of a character without painting the page.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Sight {
    /// It is seen.
    Seen,
    /// It may be seen.
    Doubtful,
    /// It is not painted, and lies over a picture.
    Invisible,
    /// It is not on the page.
    Hidden(Hidden),
}

impl Screen {
    /// Whether any character may have to be left out.
    pub(super) fn is_needed(&self) -> bool {
        self.by_character || self.all_doubtful || !self.clipped.is_empty() || !self.doubtful.is_empty()
    }

    /// What is known of a character.
    pub(super) fn judge(&self, char: &PdfPageTextChar<'_>) -> Sight {
        if self.by_character
            && let Some(hidden) = painted_as(char)
        {
            let stays = hidden == Hidden::Invisible && !self.leaves_out_invisible;
            return if stays { Sight::Invisible } else { Sight::Hidden(hidden) };
        }
        let middle = char.loose_bounds().ok().map(|bounds| {
            let middle = |a: PdfPoints, b: PdfPoints| PdfPoints::new((a.value + b.value) / 2.0);
            (middle(bounds.left(), bounds.right()), middle(bounds.bottom(), bounds.top()))
        });
        let lies_in = |places: &[PdfRect]| {
            middle.is_some_and(|(x, y)| places.iter().any(|place| place.contains_x(x) && place.contains_y(y)))
        };
        if lies_in(&self.clipped) {
            return Sight::Hidden(Hidden::Clipped);
        }
        let is_pale = || self.by_character && char.fill_color().is_ok_and(is_pale);
        if self.all_doubtful || lies_in(&self.doubtful) || is_pale() { Sight::Doubtful } else { Sight::Seen }
    }
}

fn painted_as(char: &PdfPageTextChar<'_>) -> Option<Hidden> {
    let mode = char.render_mode().ok()?;
    if matches!(mode, PdfPageTextRenderMode::Invisible | PdfPageTextRenderMode::InvisibleClipping) {
        return Some(Hidden::Invisible);
    }
    let is_filled = matches!(mode, PdfPageTextRenderMode::FilledUnstroked);
    if is_filled && char.fill_color().is_ok_and(|colour| colour.alpha() == 0) {
        return Some(Hidden::Transparent);
    }
    // Of turned text the width is its height.
    let size = |bounds: PdfRect| bounds.width().value.abs().max(bounds.height().value.abs());
    char.loose_bounds().is_ok_and(|bounds| size(bounds) < TINY_POINTS).then_some(Hidden::Tiny)
}

/// Whether a colour may be that of the paper.
pub(super) fn is_pale(colour: PdfColor) -> bool {
    colour.red().min(colour.green()).min(colour.blue()) >= PALE
}

/// Whether something is painted in a box of a page's picture: its middle, from top to bottom, is not all of one
/// brightness.
pub(super) fn is_painted(picture: &Raster, rect: &Rect) -> bool {
    let inset = rect.height() * 0.15;
    let range = |from: f32, to: f32, most: u32| (from.max(0.0) as u32).min(most)..(to.ceil().max(0.0) as u32).min(most);
    let columns = range(rect.left, rect.right, picture.width());
    let rows = range(rect.top + inset, rect.bottom - inset, picture.height());
    let (mut darkest, mut brightest) = (u8::MAX, u8::MIN);
    for row in rows {
        let pixels = picture.row(row as usize);
        for pixel in pixels.chunks_exact(Raster::CHANNELS).take(columns.end as usize).skip(columns.start as usize) {
            let brightness = pixel.iter().copied().fold(u8::MAX, u8::min);
            (darkest, brightest) = (darkest.min(brightness), brightest.max(brightness));
        }
    }
    brightest.saturating_sub(darkest) >= CONTRAST
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_box_is_painted_if_it_is_not_all_of_one_brightness() {
        let mut bgr = vec![255; 100 * 40 * 3];
        for x in 20..30 {
            bgr[(10 * 100 + x) * 3..][..3].copy_from_slice(&[60, 60, 60]);
        }
        let picture = Raster::from_bgr(100, 40, bgr).unwrap();
        let at = |left, top, right, bottom| is_painted(&picture, &Rect { left, top, right, bottom });
        assert!(at(10.0, 5.0, 60.0, 15.0));
        assert!(!at(10.0, 20.0, 60.0, 35.0), "white paper");
        assert!(!at(40.0, 5.0, 60.0, 15.0), "beside what is painted");
        assert!(!at(-50.0, 5.0, -10.0, 15.0), "off the page");
    }
}
