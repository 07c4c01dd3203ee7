//! Where what a page draws lands on it: what is inside of forms is measured in their own frames, and clipped by theirs.

use mediary_core::document::Rect;
use pdfium_render::prelude::*;

use super::curves;

/// A text object of a page, known by how it is set: the same one has the same matrix each time it is asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct TextKey([u32; 6]);

impl TextKey {
    /// The key of a text object; `None` of one that has no matrix.
    pub(super) fn of(text: &PdfPageTextObject<'_>) -> Option<Self> {
        let matrix = text.matrix().ok()?;
        let values = [matrix.a(), matrix.b(), matrix.c(), matrix.d(), matrix.e(), matrix.f()];
        Some(Self(values.map(f32::to_bits)))
    }
}

/// The frame in which objects are measured: the page's own, or that of a form on it.
#[derive(Debug, Clone, Copy)]
pub(super) struct Frame {
    /// From the frame to the page; `None`: they are one.
    matrix: Option<PdfMatrix>,
    /// What the forms around the objects are clipped to, on the page.
    clip: Option<PdfRect>,
    /// Whether a form around them is painted so faintly that nothing of it may be seen.
    pub(super) is_faint: bool,
}

impl Frame {
    /// The page's own.
    pub(super) const PAGE: Self = Self { matrix: None, clip: None, is_faint: false };

    /// The frame of what is inside a form that stands in this one.
    fn inside(&self, object: &PdfPageObject<'_>, form: &PdfPageXObjectFormObject<'_>) -> Self {
        let own = form.matrix().ok();
        let matrix = match (own, self.matrix) {
            (Some(own), Some(outer)) => Some(own.multiply(outer)),
            (own, outer) => own.or(outer),
        };
        let is_faint = self.is_faint || object.fill_color().is_ok_and(|colour| colour.alpha() < FAINT);
        Self { matrix, clip: self.clip_of(object), is_faint }
    }

    /// From the frame to the page.
    pub(super) fn matrix(&self) -> Option<PdfMatrix> {
        self.matrix
    }

    /// How much larger a length is on the page.
    pub(super) fn scale(&self) -> f32 {
        self.matrix.map_or(1.0, |matrix| (matrix.a() * matrix.d() - matrix.b() * matrix.c()).abs().sqrt())
    }

    /// Where an object lies on the page.
    pub(super) fn place_of(&self, object: &PdfPageObject<'_>) -> Option<PdfRect> {
        let bounds = object.bounds().ok()?;
        Some(self.matrix.map_or(bounds, |matrix| bounds.transform(matrix)).to_rect())
    }

    /// What an object is clipped to on the page, all forms around it too; nothing may be left.
    pub(super) fn clip_of(&self, object: &PdfPageObject<'_>) -> Option<PdfRect> {
        let own = object.get_clip_path();
        let paths = own.iter().flat_map(|paths| paths.as_range().filter_map(|index| paths.get(index).ok()));
        let around = |segments: PdfClipPathSegments<'_>| {
            let mut points = segments.iter().map(|segment| segment.point());
            let (x, y) = points.next()?;
            Some(points.fold(PdfRect::new(y, x, y, x), |all, (x, y)| curves::around(&all, &PdfRect::new(y, x, y, x))))
        };
        let on_page = |rect: PdfRect| self.matrix.map_or(rect, |matrix| rect.transform(matrix));
        let own = paths.filter_map(around).map(on_page);
        own.chain(self.clip).reduce(|one, other| shared(&one, &other))
    }
}

/// What is painted with less opacity than this, of 255, may not be seen.
pub(super) const FAINT: u8 = 40;

/// What two rectangles share. Where that is nothing, a rectangle without width or height.
pub(super) fn shared(a: &PdfRect, b: &PdfRect) -> PdfRect {
    let (left, bottom) = (a.left().value.max(b.left().value), a.bottom().value.max(b.bottom().value));
    let (right, top) = (a.right().value.min(b.right().value), a.top().value.min(b.top().value));
    PdfRect::new_from_values(bottom, left, top.max(bottom), right.max(left))
}

/// Whether two rectangles share more than an edge.
pub(super) fn do_overlap(a: &PdfRect, b: &PdfRect) -> bool {
    let shared = shared(a, b);
    shared.width().value > 0.0 && shared.height().value > 0.0
}

/// A rectangle without a share of its shorter side at each edge: what lies on no more than its edges is not in it.
pub(super) fn core_of(rect: &PdfRect, share: f32) -> PdfRect {
    let inset = share * rect.width().value.min(rect.height().value);
    let value = |points: PdfPoints| points.value;
    PdfRect::new_from_values(
        value(rect.bottom()) + inset,
        value(rect.left()) + inset,
        value(rect.top()) - inset,
        value(rect.right()) - inset,
    )
}

/// Goes through all objects in the order in which they are painted, those inside of forms too, each with its frame.
pub(super) fn walk<'a>(
    objects: impl Iterator<Item = PdfPageObject<'a>>,
    frame: &Frame,
    visit: &mut dyn FnMut(&mut PdfPageObject<'_>, &Frame),
) {
    for mut object in objects {
        visit(&mut object, frame);
        if let Some(form) = object.as_x_object_form_object() {
            // PDFium ends rings of forms, and takes forms within forms only so deep.
            walk(form.iter(), &frame.inside(&object, form), visit);
        }
    }
}

/// The pixels of a page that a place on it takes; `None` of a place that is none.
pub(super) fn in_pixels(page: &PdfPage<'_>, rect: &PdfRect, config: &PdfRenderConfig) -> Option<Rect> {
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
