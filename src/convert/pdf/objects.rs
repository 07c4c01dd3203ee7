//! What a page draws besides text: how much of it pictures cover, and how its text is painted.

use mediary_core::document::{LayerEvidence, Rect};
use pdfium_render::prelude::*;

/// A page with more objects than this is not looked through to the end.
const MAX_OBJECTS: usize = 20_000;
/// Forms may hold forms; few documents go deeper.
const MAX_DEPTH: usize = 4;
/// A few rules and boxes decorate a page; more drawings than this may be letters drawn as curves.
const MANY_DRAWINGS: u32 = 50;
/// A picture that covers less is a logo.
const SOME_COVERAGE: f32 = 0.05;
/// A picture that covers this much of a page is the page.
const WHOLE_PAGE: f32 = 0.8;

/// A count of a page's objects.
#[derive(Debug, Default)]
pub(super) struct Drawings {
    page_area: f32,
    picture_area: f32,
    texts: u32,
    invisible_texts: u32,
    others: u32,
    /// Where pictures are, in points.
    pictures: Vec<PdfRect>,
    /// Resolution of the picture that covers the page, if one does.
    scan_dpi: Option<u32>,
}

impl Drawings {
    /// Share of the page covered by pictures.
    fn coverage(&self) -> f32 {
        if self.page_area > 0.0 { (self.picture_area / self.page_area).min(1.0) } else { 0.0 }
    }

    /// The part of the evidence on a text layer that comes from drawings.
    pub(super) fn evidence(&self) -> LayerEvidence {
        LayerEvidence {
            invisible: self.invisible_texts as f32 / self.texts.max(1) as f32,
            image_coverage: self.coverage(),
            has_graphics: self.others >= MANY_DRAWINGS || self.coverage() >= SOME_COVERAGE,
            ..LayerEvidence::default()
        }
    }

    /// The pictures that cover at least a share of the page, in its pixels.
    pub(super) fn pictures_in_pixels(&self, page: &PdfPage<'_>, config: &PdfRenderConfig, share: f32) -> Vec<Rect> {
        let large = |rect: &&PdfRect| (rect.width().value * rect.height().value).abs() >= share * self.page_area;
        let in_pixels = |rect: &PdfRect| {
            let a = page.points_to_pixels(rect.left(), rect.top(), config).ok()?;
            let b = page.points_to_pixels(rect.right(), rect.bottom(), config).ok()?;
            // A turned page swaps corners.
            Some(Rect {
                left: a.0.min(b.0) as f32,
                top: a.1.min(b.1) as f32,
                right: a.0.max(b.0) as f32,
                bottom: a.1.max(b.1) as f32,
            })
        };
        self.pictures.iter().filter(large).filter_map(in_pixels).collect()
    }

    /// Whether nothing is drawn at all.
    pub(super) fn is_empty(&self) -> bool {
        self.texts == 0 && self.others == 0 && self.picture_area <= 0.0
    }

    /// The resolution of the page's scan, if the page is one.
    pub(super) fn scan_dpi(&self) -> Option<u32> {
        self.scan_dpi
    }
}

/// Looks through a page's objects.
pub(super) fn look(page: &PdfPage<'_>) -> Drawings {
    let page_area = page.width().value * page.height().value;
    let mut drawings = Drawings { page_area, ..Drawings::default() };
    let mut left = MAX_OBJECTS;
    count(page.objects().iter(), 0, &mut left, &mut drawings);
    drawings
}

fn count<'a>(objects: impl Iterator<Item = PdfPageObject<'a>>, depth: usize, left: &mut usize, into: &mut Drawings) {
    for object in objects {
        let Some(rest) = left.checked_sub(1) else { return };
        *left = rest;
        if let Some(text) = object.as_text_object() {
            into.texts += 1;
            into.invisible_texts += u32::from(!text.is_visible());
        } else if let Some(picture) = object.as_image_object() {
            count_picture(&object, picture, into);
        } else if let Some(form) = object.as_x_object_form_object() {
            if depth < MAX_DEPTH {
                let before = into.pictures.len();
                count(form.iter(), depth + 1, left, into);
                // What is inside a form is measured in its own frame; on the page it lies within the form.
                let holds_pictures = into.pictures.len() > before;
                into.pictures.truncate(before);
                into.pictures.extend(object.bounds().ok().filter(|_| holds_pictures).map(|bounds| bounds.to_rect()));
            } else {
                into.others += 1;
            }
        } else {
            into.others += 1;
        }
    }
}

fn count_picture(object: &PdfPageObject<'_>, picture: &PdfPageImageObject<'_>, into: &mut Drawings) {
    let Ok(bounds) = object.bounds() else {
        into.others += 1;
        return;
    };
    let rect = bounds.to_rect();
    let area = (rect.width().value * rect.height().value).abs();
    into.picture_area += area.min(into.page_area);
    into.pictures.push(rect);
    let inches = rect.width().value.abs() / 72.0;
    if area >= WHOLE_PAGE * into.page_area
        && inches > 0.0
        && let Ok(width) = picture.width()
    {
        into.scan_dpi = Some((width as f32 / inches).round() as u32);
    }
}
