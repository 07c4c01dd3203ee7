//! What a page draws besides text: how much of it pictures cover, what looks like letters drawn as curves, and what
//! makes it doubtful that its text is seen.

use mediary_core::document::{LayerEvidence, Rect};
use pdfium_render::prelude::*;

use super::annotations;
use super::curves::{self, Curves};
use super::hidden::{self, Screen};
use super::sketches::{self, Sketches};
use super::strokes::Strokes;

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
/// Of so many filled shapes it is looked whether they lie over text.
const MAX_COVERS: usize = 200;
/// How high a line of words is, and how much wider it is at least.
const LINE_HEIGHT_PT: [f32; 2] = [7.0, 60.0];
const LINE_ASPECT: f32 = 3.0;
/// Pictures whose edges are this close, in points, are strips of one.
const TOUCHING: f32 = 1.5;

/// A count of a page's objects.
#[derive(Debug, Default)]
pub(super) struct Drawings {
    page_area: f32,
    picture_area: f32,
    texts: u32,
    invisible_texts: u32,
    /// Texts that a picture of the whole page was painted over.
    covered_texts: u32,
    others: u32,
    /// Where texts are, in points.
    text_places: Vec<PdfRect>,
    covers: usize,
    /// What gives reason to ask whether text is seen.
    pub(super) screen: Screen,
    /// Shapes that may be letters.
    curves: Curves,
    /// Lines and areas.
    pub(super) strokes: Strokes,
    /// Where pictures are, in points.
    pictures: Vec<PdfRect>,
    /// Shapes that may make up a drawing.
    sketches: Sketches,
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
            invisible: self.covered_texts as f32 / self.texts.max(1) as f32,
            image_coverage: self.coverage(),
            has_graphics: self.others >= MANY_DRAWINGS || self.coverage() >= SOME_COVERAGE,
            ..LayerEvidence::default()
        }
    }

    /// The pictures that cover at least a share of the page, what looks like letters drawn as curves, and stamps, in its
    /// pixels.
    pub(super) fn pictures_in_pixels(&self, page: &PdfPage<'_>, config: &PdfRenderConfig, share: f32) -> Vec<Rect> {
        let large = |rect: &PdfRect| {
            let (width, height) = (rect.width().value.abs(), rect.height().value.abs());
            width * height >= share * self.page_area || is_like_a_line(width, height)
        };
        let pictures = joined(&self.pictures).into_iter().filter(large);
        let others = self.curves.lines().into_iter().chain(annotations::stamps(page));
        pictures.chain(others).filter_map(|rect| in_pixels(&rect, page, config)).collect()
    }

    /// The pictures and drawings that are figures, in the page's pixels.
    pub(super) fn figures_in_pixels(&self, page: &PdfPage<'_>, config: &PdfRenderConfig, share: f32) -> Vec<Rect> {
        let size = [page.width().value, page.height().value];
        let figures = sketches::figures(&joined(&self.pictures), &self.sketches, &self.text_places, size, share);
        figures.iter().filter_map(|rect| in_pixels(rect, page, config)).collect()
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

/// A place on the page in its pixels.
fn in_pixels(rect: &PdfRect, page: &PdfPage<'_>, config: &PdfRenderConfig) -> Option<Rect> {
    let a = page.points_to_pixels(rect.left(), rect.top(), config).ok()?;
    let b = page.points_to_pixels(rect.right(), rect.bottom(), config).ok()?;
    // A turned page swaps corners.
    Some(Rect {
        left: a.0.min(b.0) as f32,
        top: a.1.min(b.1) as f32,
        right: a.0.max(b.0) as f32,
        bottom: a.1.max(b.1) as f32,
    })
}

/// Whether a small picture, in points, has the shape of a line of words, which icons do not have.
fn is_like_a_line(width: f32, height: f32) -> bool {
    (LINE_HEIGHT_PT[0]..=LINE_HEIGHT_PT[1]).contains(&height) && width >= LINE_ASPECT * height
}

/// Looks through a page's objects.
pub(super) fn look(page: &PdfPage<'_>) -> Drawings {
    let page_area = page.width().value * page.height().value;
    let mut drawings = Drawings { page_area, ..Drawings::default() };
    let mut left = MAX_OBJECTS;
    count(page.objects().iter(), 0, &mut left, &mut drawings);
    // Invisible text over a scan, or over a page of drawings, is another program's recognition: judged as a whole.
    let has_visible_text = drawings.texts > drawings.invisible_texts;
    drawings.screen.leaves_out_invisible =
        drawings.coverage() < SOME_COVERAGE && (has_visible_text || drawings.others == 0);
    drawings.screen.by_character |= drawings.invisible_texts > 0;
    drawings
}

/// Pictures with strips of one picture put together.
fn joined(pictures: &[PdfRect]) -> Vec<PdfRect> {
    let mut sorted = pictures.to_vec();
    sorted.sort_by(|a, b| b.top().value.total_cmp(&a.top().value));
    let near = |a: PdfPoints, b: PdfPoints| (a.value - b.value).abs() <= TOUCHING;
    let mut joined: Vec<PdfRect> = Vec::new();
    for strip in sorted {
        let above = joined.iter_mut().find(|above| {
            near(above.left(), strip.left()) && near(above.right(), strip.right()) && near(above.bottom(), strip.top())
        });
        match above {
            Some(above) => *above = PdfRect::new(strip.bottom(), above.left(), above.top(), above.right()),
            None => joined.push(strip),
        }
    }
    joined
}

fn count<'a>(objects: impl Iterator<Item = PdfPageObject<'a>>, depth: usize, left: &mut usize, into: &mut Drawings) {
    for object in objects {
        let Some(rest) = left.checked_sub(1) else { return };
        *left = rest;
        if let Some(text) = object.as_text_object() {
            count_text(&object, text, depth, into);
        } else if let Some(path) = object.as_path_object() {
            into.others += 1;
            count_path(&object, path, depth, into);
        } else if let Some(picture) = object.as_image_object() {
            count_picture(&object, picture, into);
        } else if let Some(form) = object.as_x_object_form_object() {
            if depth < MAX_DEPTH {
                let (before, shapes) = (into.pictures.len(), into.others);
                count(form.iter(), depth + 1, left, into);
                if depth == 0
                    && let Ok(bounds) = object.bounds()
                {
                    into.sketches.add_form(&bounds.to_rect(), into.others - shapes);
                }
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

fn count_text(object: &PdfPageObject<'_>, text: &PdfPageTextObject<'_>, depth: usize, into: &mut Drawings) {
    into.texts += 1;
    into.invisible_texts += u32::from(!text.is_visible());
    let place = object.bounds().map(|bounds| bounds.to_rect());
    let side = |rect: &PdfRect| rect.width().value.abs().min(rect.height().value.abs());
    let is_tiny = place.as_ref().is_ok_and(|place| side(place) < hidden::TINY_POINTS);
    let is_odd = text.fill_color().is_ok_and(|colour| colour.alpha() == 0 || hidden::is_pale(colour));
    into.screen.by_character |= is_tiny || is_odd;
    // What is inside a form has a frame of its own.
    if depth > 0 {
        return;
    }
    let Ok(place) = place else { return };
    if clip_of(object).is_some_and(|clip| !place.does_overlap(&clip)) {
        into.screen.clipped.push(place);
    } else {
        into.text_places.push(place);
    }
}

/// What an object is clipped to: around all points of all paths, of which the smallest counts.
fn clip_of(object: &PdfPageObject<'_>) -> Option<PdfRect> {
    let paths = object.get_clip_path()?;
    let around = |segments: PdfClipPathSegments<'_>| {
        let mut points = segments.iter().map(|segment| segment.point());
        let (x, y) = points.next()?;
        Some(points.fold(PdfRect::new(y, x, y, x), |all, (x, y)| curves::around(&all, &PdfRect::new(y, x, y, x))))
    };
    let area = |rect: &PdfRect| rect.width().value.abs() * rect.height().value.abs();
    let boxes = paths.as_range().filter_map(|index| paths.get(index).ok().and_then(around));
    boxes.min_by(|a, b| area(a).total_cmp(&area(b)))
}

fn count_path(object: &PdfPageObject<'_>, path: &PdfPagePathObject<'_>, depth: usize, into: &mut Drawings) {
    if depth > 0 {
        return;
    }
    let Ok(place) = object.bounds().map(|bounds| bounds.to_rect()) else { return };
    into.strokes.add(&place, path);
    into.sketches.add(&place, path);
    if !path.fill_mode().is_ok_and(|mode| mode != PdfPathFillMode::None) {
        return;
    }
    into.curves.add(&place, path);
    if into.covers < MAX_COVERS {
        let covered = into.text_places.iter().filter(|text| {
            let middle = |a: PdfPoints, b: PdfPoints| PdfPoints::new((a.value + b.value) / 2.0);
            place.contains_x(middle(text.left(), text.right())) && place.contains_y(middle(text.bottom(), text.top()))
        });
        let before = into.screen.doubtful.len();
        into.screen.doubtful.extend(covered);
        into.covers += usize::from(into.screen.doubtful.len() > before);
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
    if area >= WHOLE_PAGE * into.page_area {
        into.covered_texts = into.texts;
    }
    if area >= WHOLE_PAGE * into.page_area
        && inches > 0.0
        && let Ok(width) = picture.width()
    {
        into.scan_dpi = Some((width as f32 / inches).round() as u32);
    }
}
