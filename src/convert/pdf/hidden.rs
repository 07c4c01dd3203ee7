//! Which of a page's characters are on it.
//!
//! A PDF carries more text than it shows: outside the visible part, on layers that are off, transparent, clipped away,
//! in the colour of the paper, blacked out. A look at the page's objects says of which texts to ask at all ([`Screen`]);
//! what painting alone can tell is told by what changes where they are taken away (see `trace`).

use std::collections::BTreeSet;

use mediary_core::document::Hidden;
use pdfium_render::prelude::*;

use super::frame::TextKey;

/// Text lower than this is there for programs, not for eyes.
pub(super) const TINY_POINTS: f32 = 1.0;
/// From this brightness of its darkest channel on, text may have the colour of the paper.
const PALE: u8 = 230;
/// The least difference in a channel between text and what it stands on.
pub(super) const CONTRAST: u8 = 24;

/// What a page's objects give reason to ask.
#[derive(Debug, Default)]
pub(super) struct Screen {
    /// Whether characters have to be asked one by one how they are painted.
    pub(super) by_character: bool,
    /// Whether invisible text is on no scan, so that it is on no page.
    pub(super) leaves_out_invisible: bool,
    /// Texts that lie outside of what they are clipped to.
    pub(super) clipped: BTreeSet<TextKey>,
    /// Texts that something was painted over.
    pub(super) covered: BTreeSet<TextKey>,
    /// Texts of which some may not be seen for another reason.
    pub(super) doubtful: BTreeSet<TextKey>,
    /// Whether no text at all is sure to be seen.
    pub(super) all_doubtful: bool,
}

/// Why a text may not be seen.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Doubt {
    /// Something was painted over it.
    Covered,
    /// Its colour, its clip or its layer.
    Itself,
}

/// What is known of a character without painting the page.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Sight {
    /// It is seen.
    Seen,
    /// It may be seen.
    Doubtful(Doubt),
    /// It is not painted, and lies over a picture.
    Invisible,
    /// It is not on the page.
    Hidden(Hidden),
}

impl Screen {
    /// Whether any character may have to be left out.
    pub(super) fn is_needed(&self) -> bool {
        self.by_character || !self.clipped.is_empty() || self.asks_pixels()
    }

    /// Whether painting has to tell what is seen.
    pub(super) fn asks_pixels(&self) -> bool {
        self.all_doubtful || !self.covered.is_empty() || !self.doubtful.is_empty()
    }

    /// Why painting has to tell of this text, if it has.
    pub(super) fn doubt(&self, text: &PdfPageTextObject<'_>) -> Option<Doubt> {
        let key = TextKey::of(text);
        let is_in = |texts: &BTreeSet<TextKey>| key.is_some_and(|key| texts.contains(&key));
        if is_in(&self.covered) {
            return Some(Doubt::Covered);
        }
        (self.all_doubtful || is_in(&self.doubtful)).then_some(Doubt::Itself)
    }

    /// What is known of a character.
    pub(super) fn judge(&self, char: &PdfPageTextChar<'_>) -> Sight {
        if self.by_character
            && let Some(hidden) = painted_as(char)
        {
            let stays = hidden == Hidden::Invisible && !self.leaves_out_invisible;
            return if stays { Sight::Invisible } else { Sight::Hidden(hidden) };
        }
        if self.clipped.is_empty() && !self.asks_pixels() {
            return Sight::Seen;
        }
        // What PDFium adds belongs to no text.
        let Ok(text) = char.text_object() else { return Sight::Seen };
        let is_clipped = || TextKey::of(&text).is_some_and(|key| self.clipped.contains(&key));
        if !self.clipped.is_empty() && is_clipped() {
            return Sight::Hidden(Hidden::Clipped);
        }
        self.doubt(&text).map_or(Sight::Seen, Sight::Doubtful)
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

/// Whether two colours differ by too little to tell text from what it stands on.
pub(super) fn are_alike(a: PdfColor, b: PdfColor) -> bool {
    let near = |a: u8, b: u8| a.abs_diff(b) < CONTRAST;
    near(a.red(), b.red()) && near(a.green(), b.green()) && near(a.blue(), b.blue())
}
