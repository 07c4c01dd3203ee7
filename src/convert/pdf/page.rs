//! One page in the child: its size in pixels, its own text, and its picture if that is needed.

use mediary_core::Raster;
use mediary_core::document::{Bookmark, TextLayer, judge_layer};
use pdfium_render::prelude::*;

use super::facts::Facts;
use super::layer::{self, Known};
use super::lost;
use super::objects::{self, Drawings};
use super::tagged::{Tagged, TaggedPage};
use super::trace::Trace;
use super::wire::{PageOrder, PageReply, Rendering, TextPolicy};

/// PDFium does not say what is wrong with a page, only that something is.
const DAMAGED: &str = "it is damaged; leave it out with `pages`, or open the document elsewhere and save it anew";
/// Neither side is rendered longer than this, whatever the page says of itself.
const MAX_SIDE_PX: f32 = 12_000.0;

/// Reads the page as ordered.
pub(super) fn read(
    document: &PdfDocument<'_>,
    facts: Facts,
    (outline, tagged): (&[Bookmark], Option<&Tagged>),
    order: &PageOrder,
) -> Result<(PageReply, Option<Raster>), String> {
    let index = PdfPageIndex::try_from(order.index).map_err(|_| "there is no such page".to_owned())?;
    let page = document.pages().get(index).map_err(|_| DAMAGED.to_owned())?;
    let mut drawings = objects::look(&page);
    drawings.texts.screen.all_doubtful |= facts.hides_layers;
    let size = PixelSize::of(&page, order, &drawings);
    let layer = match order.text {
        TextPolicy::Ignore => TextLayer { evidence: drawings.evidence(), ..TextLayer::default() },
        TextPolicy::Judge | TextPolicy::Only => {
            let tags = tagged.and_then(|tagged| tagged.page(order.index));
            let marks = tags.as_ref().map(|tags| &tags.marks);
            let trace = trace_of(&page, &size, &drawings)?;
            let known = Known { drawings: &drawings, trace: trace.as_ref(), marks };
            let layer = layer::extract(&page, &size.config(), (size.width, size.height), known);
            TextLayer { tags: tags.map(TaggedPage::into_tags), ..layer }
        }
    };
    let doubt = judge_layer(&layer.evidence, &order.trust);
    let is_empty = drawings.is_empty() && layer.evidence.characters == 0;
    let pictures = if order.text == TextPolicy::Judge && doubt.is_none() {
        drawings.pictures_in_pixels(&page, &size.config(), order.rendering.picture_share)
    } else {
        Vec::new()
    };
    let figures = match order.text {
        TextPolicy::Judge | TextPolicy::Only => {
            drawings.figures_in_pixels(&page, &size.config(), order.rendering.picture_share)
        }
        TextPolicy::Ignore => Vec::new(),
    };
    let wanted = match order.text {
        TextPolicy::Judge => (doubt.is_some() && !is_empty) || !pictures.is_empty(),
        TextPolicy::Ignore => true,
        TextPolicy::Only => false,
    };
    let needs_pixels = size.needs_pixels.filter(|_| wanted && (doubt.is_some() || order.text == TextPolicy::Ignore));
    let raster = if wanted && needs_pixels.is_none() { Some(render(&page, &size)?) } else { None };
    let lacks_pictures = raster.as_ref().is_some_and(|raster| lost::lacks_any(&page, raster, &size.config()));
    let reply = PageReply {
        width_px: size.width,
        height_px: size.height,
        dpi: size.dpi,
        layer,
        outline: outline.iter().filter(|mark| mark.page == Some(order.index)).cloned().collect(),
        doubt,
        pictures,
        figures,
        rendered: raster.is_some(),
        needs_pixels,
        lacks_pictures,
        is_empty,
        is_placeholder: facts.is_xfa,
    };
    Ok((reply, raster))
}

/// Which of the page's doubtful texts are seen, if it has any.
fn trace_of(page: &PdfPage<'_>, size: &PixelSize, drawings: &Drawings) -> Result<Option<Trace>, String> {
    let screen = &drawings.texts.screen;
    if drawings.texts.count == 0 || !screen.asks_pixels() {
        return Ok(None);
    }
    let side = LOOK_SIDE_PX.max(LOOK_DPI * size.width.max(size.height) as f32 / size.dpi as f32);
    let scale = (side / size.width.max(size.height) as f32).min(1.0);
    let small = size.scaled(scale);
    Trace::of(page, screen, scale, || render(page, &small)).map(Some)
}

/// How large a page is painted to see whether its text is there: so many pixels, or a large one at this resolution.
const LOOK_SIDE_PX: f32 = 1_200.0;
const LOOK_DPI: f32 = 72.0;

/// A larger page is a sheet, A3 has 193 square inches; one that is larger than three of A0 lies about its size.
const SHEET_SQUARE_INCHES: std::ops::RangeInclusive<f32> = 200.0..=5_000.0;

/// How large the page becomes.
struct PixelSize {
    width: u32,
    height: u32,
    dpi: u32,
    /// So many pixels a sheet should have that would get fewer.
    needs_pixels: Option<u32>,
}

impl PixelSize {
    fn of(page: &PdfPage<'_>, order: &PageOrder, drawings: &Drawings) -> Self {
        let wanted = order.dpi.unwrap_or_else(|| match drawings.scan_dpi() {
            Some(native) => native.min(order.rendering.scan_dpi[1]).max(order.rendering.scan_dpi[0]),
            None => order.rendering.dpi,
        });
        let inches = |points: f32| (points / 72.0).max(1.0 / 72.0);
        let (width, height) = (inches(page.width().value), inches(page.height().value));
        // Page sizes come from the document, and some lie by orders of magnitude.
        let within = |most_pixels: u32| {
            let by_pixels = (most_pixels as f32 / (width * height)).sqrt();
            (wanted as f32).min(by_pixels).min(MAX_SIDE_PX / width.max(height))
        };
        let Rendering { max_pixels, sheet_pixels, .. } = order.rendering;
        let (dpi, of_sheet) = (within(max_pixels), within(sheet_pixels));
        let needs = (of_sheet * width).ceil() * (of_sheet * height).ceil();
        let is_sheet = SHEET_SQUARE_INCHES.contains(&(width * height)) && sheet_pixels > max_pixels && of_sheet > dpi;
        let pixels = |inches: f32| (inches * dpi).round().max(1.0) as u32;
        Self {
            width: pixels(width),
            height: pixels(height),
            dpi: (dpi.round() as u32).max(1),
            needs_pixels: is_sheet.then_some(needs as u32),
        }
    }

    fn scaled(&self, scale: f32) -> Self {
        let scaled = |pixels: u32| ((pixels as f32 * scale).round() as u32).max(1);
        Self { width: scaled(self.width), height: scaled(self.height), ..*self }
    }

    fn config(&self) -> PdfRenderConfig {
        PdfRenderConfig::new()
            .set_fixed_size(self.width as Pixels, self.height as Pixels)
            .set_format(PdfBitmapFormat::BGR)
            // Else PDFium swaps blue and red.
            .set_reverse_byte_order(false)
            .use_lcd_text_rendering(false)
    }
}

fn render(page: &PdfPage<'_>, size: &PixelSize) -> Result<Raster, String> {
    let bitmap = page.render_with_config(&size.config()).map_err(|_| DAMAGED.to_owned())?;
    let (width, height) = (bitmap.width() as usize, bitmap.height() as usize);
    let mut bytes = bitmap.as_raw_bytes();
    let packed = width * Raster::CHANNELS;
    let stride = bytes.len() / height.max(1);
    if stride > packed {
        // PDFium pads each row; close the gaps in place.
        for row in 1..height {
            bytes.copy_within(row * stride..row * stride + packed, row * packed);
        }
        bytes.truncate(packed * height);
    }
    Raster::from_bgr(width as u32, height as u32, bytes).ok_or_else(|| DAMAGED.to_owned())
}
