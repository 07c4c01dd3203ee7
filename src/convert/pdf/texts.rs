//! The texts of a page, and what is painted over them, while its objects are gone through in their order.

use pdfium_render::prelude::*;

use super::frame::{self, Frame, TextKey};
use super::hidden::{self, Screen};

/// No more pairs of texts and what may hide them are compared; beyond, all text is doubtful.
const MOST_COMPARED: usize = 20_000_000;
/// What is painted with at least this opacity, of 255, may hide what is beneath.
const HIDING: u8 = 200;
/// A share of a text's height at its edges: what covers no more, as lines under words do, hides nothing.
const EDGE: f32 = 0.3;

/// A text object, and where it lies on the page, in points.
#[derive(Debug)]
struct Placed {
    whole: PdfRect,
    /// Without its edges.
    place: PdfRect,
    key: TextKey,
    is_under_image: bool,
}

/// The texts so far, and what may hide those that follow.
#[derive(Debug, Default)]
pub(super) struct Texts {
    all: Vec<Placed>,
    /// Areas that were filled, each with its colour.
    fills: Vec<(PdfRect, PdfColor)>,
    compared: usize,
    pub(super) count: u32,
    pub(super) invisible: u32,
    /// What gives reason to ask whether text is seen.
    pub(super) screen: Screen,
}

impl Texts {
    /// Takes a text object in.
    pub(super) fn add(&mut self, object: &PdfPageObject<'_>, text: &PdfPageTextObject<'_>, frame: &Frame) {
        self.count += 1;
        let is_visible = text.is_visible();
        self.invisible += u32::from(!is_visible);
        let (Some(place), Some(key)) = (frame.place_of(object), TextKey::of(text)) else {
            self.screen.all_doubtful = true;
            return;
        };
        let is_tiny = place.width().value.min(place.height().value) < hidden::TINY_POINTS;
        let colour = text.fill_color().ok();
        self.screen.by_character |= is_tiny || colour.is_some_and(|colour| colour.alpha() == 0);
        let core = frame::core_of(&place, EDGE);
        match frame.clip_of(object) {
            Some(clip) if !frame::do_overlap(&place, &clip) => {
                self.screen.clipped.insert(key);
            }
            Some(clip) if !core.is_inside(&clip) => {
                self.screen.doubtful.insert(key);
            }
            _ => {}
        }
        let is_hard_to_see = |colour: PdfColor| hidden::is_pale(colour) || colour.alpha() < frame::FAINT;
        let is_doubtful =
            frame.is_faint || colour.is_some_and(|colour| is_hard_to_see(colour) || self.lies_on(&core, colour));
        if is_visible && is_doubtful {
            self.screen.doubtful.insert(key);
        }
        self.all.push(Placed { whole: place, place: core, key, is_under_image: false });
    }

    /// Whether a text lies on an area of its own colour.
    fn lies_on(&mut self, core: &PdfRect, colour: PdfColor) -> bool {
        self.compared += self.fills.len();
        self.screen.all_doubtful |= self.compared > MOST_COMPARED;
        if self.screen.all_doubtful {
            return false;
        }
        self.fills.iter().any(|(area, of)| hidden::are_alike(*of, colour) && frame::do_overlap(area, core))
    }

    /// An area was filled.
    pub(super) fn fill(&mut self, area: &PdfRect, colour: Option<PdfColor>) {
        if colour.is_some_and(|colour| colour.alpha() < HIDING) {
            return;
        }
        self.cover(area);
        // White areas are as paper: pale text is doubtful wherever it is.
        if let Some(colour) = colour.filter(|colour| !hidden::is_pale(*colour)) {
            self.fills.push((*area, colour));
        }
    }

    /// Something was painted over a place: the texts there may not be seen any more.
    pub(super) fn cover(&mut self, place: &PdfRect) {
        let covered = self.all.iter().filter(|text| frame::do_overlap(place, &text.place));
        self.screen.covered.extend(covered.map(|text| text.key));
        self.compare();
    }

    /// A picture was painted over a place.
    pub(super) fn cover_by_image(&mut self, place: &PdfRect) {
        for text in &mut self.all {
            text.is_under_image |= frame::do_overlap(place, &text.place);
        }
        self.compare();
    }

    fn compare(&mut self) {
        self.compared += self.all.len();
        self.screen.all_doubtful |= self.compared > MOST_COMPARED;
    }

    /// Where the texts lie.
    pub(super) fn places(&self) -> Vec<PdfRect> {
        self.all.iter().map(|text| text.whole).collect()
    }

    /// The share of texts that pictures were painted over.
    pub(super) fn under_images(&self) -> f32 {
        let under = self.all.iter().filter(|text| text.is_under_image).count();
        under as f32 / self.count.max(1) as f32
    }

    /// Whether texts under pictures are seen is asked of each, or of none, since they are judged as a whole.
    pub(super) fn settle_those_under_images(&mut self, are_asked: bool) {
        let under = self.all.iter().filter(|text| text.is_under_image).map(|text| text.key);
        match are_asked {
            true => self.screen.covered.extend(under),
            false => under.for_each(|key| {
                self.screen.covered.remove(&key);
                self.screen.doubtful.remove(&key);
            }),
        }
    }
}
