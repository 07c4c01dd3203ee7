//! The child's part: lays a page's text over the page with PDFium, and writes the document anew.
//!
//! The text arrives on a page of a document of our own, which PDFium copies over as a form. So the page's own content
//! stays as it is, and nothing of the text passes through PDFium's text objects, one by one.

use std::io::{self, Write};

use pdf_writer::{Finish, Pdf, Rect, Ref};
use pdfium_render::prelude::*;

use super::PageLayer;
use super::text::{FONT, InvisibleText};

/// PDFium does not say why.
const REFUSED: &str = "the PDF library does not accept text on it; leave the page out with `pages`";

/// Lays the text over its page. The document is changed in memory only.
pub(in super::super) fn stamp<'a>(
    pdfium: &'a Pdfium,
    document: &mut PdfDocument<'a>,
    layer: &PageLayer,
) -> Result<(), String> {
    let Some(text) = InvisibleText::of(layer) else { return Ok(()) };
    let refused = |_| REFUSED.to_owned();
    let index = PdfPageIndex::try_from(layer.index).map_err(|_| "there is no such page".to_owned())?;
    let placement = placement(&document.pages().get(index).map_err(refused)?, layer).map_err(refused)?;
    let sheet = pdfium.load_pdf_from_byte_vec(sheet(&text, layer), None).map_err(refused)?;
    let mut sheet = sheet.pages().get(0).map_err(refused)?;
    let mut form = sheet.objects_mut().copy_into_x_object_form_object(document).map_err(refused)?;
    form.apply_matrix(placement).map_err(refused)?;
    let mut page = document.pages().get(index).map_err(refused)?;
    page.set_content_regeneration_strategy(PdfPageContentRegenerationStrategy::Manual);
    page.objects_mut().add_object(form).map_err(refused)?;
    page.regenerate_content().map_err(refused)
}

/// Writes the document as it is now, in pieces.
pub(in super::super) fn save(document: &PdfDocument<'_>, output: impl Write + 'static) -> io::Result<()> {
    let mut output = io::BufWriter::with_capacity(256 * 1024, output);
    document.save_to_writer(&mut output).map_err(|error| io::Error::other(format!("{error:?}")))
}

/// From pixels of the layer, y upwards, to the page's own coordinates: PDFium knows how the page is turned and cropped.
fn placement(page: &PdfPage<'_>, layer: &PageLayer) -> Result<PdfMatrix, PdfiumError> {
    let (width, height) = (layer.width_px.max(1), layer.height_px.max(1));
    let config = PdfRenderConfig::new().set_fixed_size(width as Pixels, height as Pixels);
    let at = |x: u32, y: u32| page.pixels_to_points(x as Pixels, y as Pixels, &config).map(|(x, y)| (x.value, y.value));
    let (origin, right, up) = (at(0, height)?, at(width, height)?, at(0, 0)?);
    let (width, height) = (width as f32, height as f32);
    let along = ((right.0 - origin.0) / width, (right.1 - origin.1) / width);
    let upwards = ((up.0 - origin.0) / height, (up.1 - origin.1) / height);
    Ok(PdfMatrix::new(along.0, along.1, upwards.0, upwards.1, origin.0, origin.1))
}

/// A document of one page with nothing but the text, a pixel to a point. PDFium packs it when it saves.
fn sheet(text: &InvisibleText, layer: &PageLayer) -> Vec<u8> {
    const FIRST_OF_FONT: i32 = 5;
    let [catalog, tree, page, content, font] = [1, 2, 3, 4, FIRST_OF_FONT].map(Ref::new);
    let (width, height) = layer.size();
    let mut pdf = Pdf::with_capacity(text.operators.len() + 8192);
    pdf.catalog(catalog).pages(tree);
    pdf.pages(tree).kids([page]).count(1);
    let mut object = pdf.page(page);
    object.parent(tree).media_box(Rect::new(0.0, 0.0, width, height)).contents(content);
    object.resources().fonts().pair(FONT, font);
    object.finish();
    pdf.stream(content, &text.operators);
    for object in text.font.objects(FIRST_OF_FONT, |data| (data, None)) {
        pdf.extend(&object);
    }
    pdf.finish()
}
