//! One page in the child: its size in pixels, its own text, and its picture if that is needed.

use mediary_core::Raster;
use mediary_core::document::{TextLayer, judge_layer};
use pdfium_render::prelude::*;

use super::layer;
use super::objects::{self, Drawings};
use super::wire::{PageOrder, PageReply, TextPolicy};

/// PDFium does not say what is wrong with a page, only that something is.
const DAMAGED: &str = "it is damaged; leave it out with `pages`, or open the document elsewhere and save it anew";
/// Neither side is rendered longer than this, whatever the page says of itself.
const MAX_SIDE_PX: f32 = 12_000.0;

/// Reads the page as ordered.
pub(super) fn read(document: &PdfDocument<'_>, order: &PageOrder) -> Result<(PageReply, Option<Raster>), String> {
    let index = PdfPageIndex::try_from(order.index).map_err(|_| "there is no such page".to_owned())?;
    let page = document.pages().get(index).map_err(|_| DAMAGED.to_owned())?;
    let drawings = objects::look(&page);
    let size = PixelSize::of(&page, order, &drawings);
    let layer = match order.text {
        TextPolicy::Ignore => TextLayer { evidence: drawings.evidence(), ..TextLayer::default() },
        TextPolicy::Judge | TextPolicy::Only => layer::extract(&page, size.config(), &drawings, order.words),
    };
    let doubt = judge_layer(&layer.evidence, &order.trust);
    let is_empty = drawings.is_empty() && layer.evidence.characters == 0;
    let pictures = if order.text == TextPolicy::Judge && doubt.is_none() {
        drawings.pictures_in_pixels(&page, &size.config(), order.rendering.picture_share)
    } else {
        Vec::new()
    };
    let wanted = match order.text {
        TextPolicy::Judge => (doubt.is_some() && !is_empty) || !pictures.is_empty(),
        TextPolicy::Ignore => true,
        TextPolicy::Only => false,
    };
    let raster = if wanted { Some(render(&page, &size)?) } else { None };
    let reply = PageReply {
        width_px: size.width,
        height_px: size.height,
        dpi: size.dpi,
        layer,
        doubt,
        pictures,
        rendered: raster.is_some(),
        is_empty,
    };
    Ok((reply, raster))
}

/// How large the page becomes.
struct PixelSize {
    width: u32,
    height: u32,
    dpi: u32,
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
        let by_pixels = (order.rendering.max_pixels as f32 / (width * height)).sqrt();
        let by_side = MAX_SIDE_PX / width.max(height);
        let dpi = (wanted as f32).min(by_pixels).min(by_side);
        let pixels = |inches: f32| (inches * dpi).round().max(1.0) as u32;
        Self { width: pixels(width), height: pixels(height), dpi: (dpi.round() as u32).max(1) }
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
