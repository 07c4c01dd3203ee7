//! What a page draws besides text: how much of it pictures cover, what looks like letters drawn as curves, and what
//! makes it doubtful that its text is seen. What stands inside of forms counts like the page's own.

use mediary_core::document::{LayerEvidence, Rect};
use pdfium_render::prelude::*;

use super::annotations;
use super::curves::Curves;
use super::frame::{self, Frame};
use super::images::Images;
use super::sketches::{self, Sketches};
use super::strokes::Strokes;
use super::texts::Texts;

/// A page with more objects than this is not looked through to the end.
const MAX_OBJECTS: usize = 20_000;
/// A few rules and boxes decorate a page; more drawings than this may be letters drawn as curves.
const MANY_DRAWINGS: u32 = 50;
/// A picture that covers less is a logo.
const SOME_COVERAGE: f32 = 0.05;
/// Pictures that cover this much of a page are the page.
const WHOLE_PAGE: f32 = 0.8;
/// With this share of its texts under pictures, a scan is painted over what another program recognised.
const MOST_TEXTS: f32 = 0.5;
/// A line that is this broad, in points, may hide words.
const BROAD_PT: f32 = 3.0;
/// How high a line of words is, and how much wider it is at least.
const LINE_HEIGHT_PT: [f32; 2] = [7.0, 60.0];
const LINE_ASPECT: f32 = 3.0;

/// A count of a page's objects.
#[derive(Debug)]
pub(super) struct Drawings {
    page_area: f32,
    /// Its texts, and what gives reason to ask whether they are seen.
    pub(super) texts: Texts,
    others: u32,
    /// Shapes that may be letters.
    curves: Curves,
    /// Lines and areas.
    pub(super) strokes: Strokes,
    images: Images,
    /// Shapes that may make up a drawing.
    sketches: Sketches,
}

impl Drawings {
    /// The part of the evidence on a text layer that comes from drawings.
    pub(super) fn evidence(&self) -> LayerEvidence {
        let coverage = self.images.coverage();
        LayerEvidence {
            invisible: if coverage >= WHOLE_PAGE { self.texts.under_images() } else { 0.0 },
            image_coverage: coverage,
            has_graphics: self.others >= MANY_DRAWINGS || coverage >= SOME_COVERAGE,
            ..LayerEvidence::default()
        }
    }

    /// The pictures that cover at least a share of the page, what looks like letters drawn as curves, and stamps, in its
    /// pixels.
    pub(super) fn pictures_in_pixels(&self, page: &PdfPage<'_>, config: &PdfRenderConfig, share: f32) -> Vec<Rect> {
        let is_turned = page.rotation().is_ok_and(|rotation| {
            matches!(rotation, PdfPageRenderRotation::Degrees90 | PdfPageRenderRotation::Degrees270)
        });
        let large = |rect: &PdfRect| {
            let (width, height) = (rect.width().value.abs(), rect.height().value.abs());
            let is_line = if is_turned { is_like_a_line(height, width) } else { is_like_a_line(width, height) };
            width * height >= share * self.page_area || is_line
        };
        let pictures = self.images.places().into_iter().filter(large);
        let others = self.curves.lines().into_iter().chain(annotations::stamps(page));
        pictures.chain(others).filter_map(|rect| frame::in_pixels(page, &rect, config)).collect()
    }

    /// The pictures and drawings that are figures, in the page's pixels.
    pub(super) fn figures_in_pixels(&self, page: &PdfPage<'_>, config: &PdfRenderConfig, share: f32) -> Vec<Rect> {
        let size = [page.width().value, page.height().value];
        let figures = sketches::figures(&self.images.places(), &self.sketches, &self.texts.places(), size, share);
        figures.iter().filter_map(|rect| frame::in_pixels(page, rect, config)).collect()
    }

    /// Whether nothing is drawn at all.
    pub(super) fn is_empty(&self) -> bool {
        self.texts.count == 0 && self.others == 0 && self.images.is_empty()
    }

    /// The resolution of the page's scan, if the page is one.
    pub(super) fn scan_dpi(&self) -> Option<u32> {
        (self.images.coverage() >= WHOLE_PAGE).then(|| self.images.dpi()).flatten()
    }
}

/// Whether a small picture, in points, has the shape of a line of words, which icons do not have.
fn is_like_a_line(width: f32, height: f32) -> bool {
    (LINE_HEIGHT_PT[0]..=LINE_HEIGHT_PT[1]).contains(&height) && width >= LINE_ASPECT * height
}

/// Looks through a page's objects.
pub(super) fn look(page: &PdfPage<'_>) -> Drawings {
    let (width, height) = (page.width().value, page.height().value);
    let bounds = page.boundaries().bounding().map(|bounding| bounding.bounds);
    let mut drawings = Drawings {
        page_area: width * height,
        texts: Texts::default(),
        others: 0,
        curves: Curves::default(),
        strokes: Strokes::default(),
        images: Images::on(bounds.unwrap_or(PdfRect::new_from_values(0.0, 0.0, height, width))),
        sketches: Sketches::default(),
    };
    let mut left = MAX_OBJECTS;
    frame::walk(page.objects().iter(), &Frame::PAGE, &mut |object, frame| match left.checked_sub(1) {
        Some(rest) => {
            left = rest;
            drawings.count(object, frame);
        }
        // What comes after them is not known.
        None => drawings.texts.screen.all_doubtful = true,
    });
    annotations::opaque(page).iter().for_each(|place| drawings.texts.cover(place));
    let is_scan = drawings.images.coverage() >= WHOLE_PAGE && drawings.texts.under_images() >= MOST_TEXTS;
    drawings.texts.settle_those_under_images(!is_scan);
    // Invisible text over a scan, or over a page of drawings, is another program's recognition: judged as a whole.
    let Texts { count, invisible, screen, .. } = &mut drawings.texts;
    let has_visible_text = *count > *invisible;
    screen.leaves_out_invisible =
        drawings.images.coverage() < SOME_COVERAGE && (has_visible_text || drawings.others == 0);
    screen.by_character |= *invisible > 0;
    drawings
}

impl Drawings {
    fn count(&mut self, object: &PdfPageObject<'_>, frame: &Frame) {
        if let Some(text) = object.as_text_object() {
            self.texts.add(object, text, frame);
        } else if let Some(path) = object.as_path_object() {
            self.others += 1;
            if let Some(place) = frame.place_of(object) {
                self.count_path(path, &place, frame);
            }
        } else if let Some(picture) = object.as_image_object() {
            match frame.place_of(object) {
                Some(place) => self.count_picture(object, picture, &place, frame),
                None => self.others += 1,
            }
        } else if object.as_x_object_form_object().is_none() {
            self.others += 1;
            // A shading, mostly.
            if let Some(place) = frame.place_of(object) {
                self.texts.cover(&place);
            }
        }
    }

    fn count_path(&mut self, path: &PdfPagePathObject<'_>, place: &PdfRect, frame: &Frame) {
        self.strokes.add(place, path, frame.matrix());
        self.sketches.add(place, path);
        if path.fill_mode().is_ok_and(|mode| mode != PdfPathFillMode::None) {
            self.curves.add(place, path);
            self.texts.fill(place, path.fill_color().ok());
        }
        let is_broad = || path.stroke_width().is_ok_and(|width| width.value * frame.scale() >= BROAD_PT);
        if path.is_stroked().unwrap_or(false) && is_broad() {
            self.texts.fill(place, path.stroke_color().ok());
        }
    }

    fn count_picture(
        &mut self,
        object: &PdfPageObject<'_>,
        picture: &PdfPageImageObject<'_>,
        place: &PdfRect,
        frame: &Frame,
    ) {
        let longer_px = picture.width().ok().zip(picture.height().ok()).map(|(width, height)| width.max(height));
        let shown = frame.clip_of(object).map_or(*place, |clip| frame::shared(place, &clip));
        // What is clipped is measured whole, or its resolution would be wrong.
        self.images.add(place, &shown, longer_px.and_then(|pixels| u32::try_from(pixels).ok()));
        self.texts.cover_by_image(&shown);
    }
}
