//! A PDF of pictures, page by page: the picture, and the invisible text that was read on it.
//!
//! One picture is in memory at a time, and none at all for JPEG, which is copied. Blocking work: the gateway calls it
//! from a blocking thread. Animations and thumbnails are `image`'s business.

use std::io::{self, Write};

use flate2::Compression;
use flate2::write::ZlibEncoder;
use mediary_core::{Failure, MediaFormat};
use pdf_writer::writers::Catalog;
use pdf_writer::{Chunk, Content, Filter, Finish, Name, Rect, Ref};

use super::PageLayer;
use super::file::ObjectFile;
use super::font::InvisibleFont;
use super::jpeg::Jpeg;
use super::pixels::{self, Packed};
use super::png::Png;
use super::text::{FONT, InvisibleText};
use crate::image::Pictures;

/// Programs that do not know the resolution write 72 or 96, so what is lower than this is a guess.
const LEAST_DPI: f32 = 100.0;
/// A picture of unknown resolution is a page of paper, if it has the pixels for one.
const PAPER_INCHES: f32 = 297.0 / 25.4;
/// With fewer pixels it is something from a screen.
const SCREEN_DPI: f32 = 96.0;
/// The longest side that every reader shows (PDF 1.7, annex C): 14,400 points.
const MOST_INCHES: f32 = 200.0;

const PICTURE: Name<'_> = Name(b"Picture");

/// A PDF that is being written.
#[derive(Debug)]
pub struct PicturePdf<W> {
    file: ObjectFile<W>,
    catalog: Ref,
    tree: Ref,
    pages: Vec<Ref>,
}

/// A picture as it goes into the file.
enum Stored {
    /// The file itself.
    Jpeg(Jpeg),
    Packed(Packed),
}

impl<W: Write> PicturePdf<W> {
    /// Begins a document.
    ///
    /// # Errors
    /// `Broken` when the destination cannot be written, here and below.
    pub fn begin(output: W) -> Result<Self, Failure> {
        let mut file = ObjectFile::begin(output).map_err(unwritable)?;
        let (catalog, tree) = (file.reserve(), file.reserve());
        Ok(Self { file, catalog, tree, pages: Vec::new() })
    }

    /// Adds a page with one of the pictures, counted from zero, and what was read on it.
    ///
    /// # Errors
    /// Those of [`Pictures::decode`], and `Broken`.
    pub fn add(&mut self, pictures: &Pictures, index: usize, layer: Option<&PageLayer>) -> Result<(), Failure> {
        let (stored, size) = stored(pictures, index)?;
        let text = layer.and_then(|layer| Some((layer, InvisibleText::of(layer)?)));
        let (width, height) = page_size(size, pictures.dpi(index));
        let placement = match &stored {
            Stored::Jpeg(jpeg) => jpeg.placement(width, height),
            Stored::Packed(_) => [width, 0.0, 0.0, height, 0.0, 0.0],
        };
        let picture = self.picture(pictures, &stored).map_err(unwritable)?;
        self.page(picture, (width, height), placement, text).map_err(unwritable)
    }

    /// Writes what every PDF ends with, and hands the destination back.
    ///
    /// # Errors
    /// `Broken`.
    pub fn finish(mut self) -> Result<W, Failure> {
        let mut chunk = Chunk::new();
        chunk.indirect(self.catalog).start::<Catalog<'_>>().pages(self.tree);
        self.file.object(&chunk).map_err(unwritable)?;
        let mut chunk = Chunk::new();
        let count = i32::try_from(self.pages.len()).expect("pages have numbers of their own");
        chunk.pages(self.tree).kids(self.pages.iter().copied()).count(count);
        self.file.object(&chunk).map_err(unwritable)?;
        self.file.finish(self.catalog).map_err(unwritable)
    }

    fn picture(&mut self, pictures: &Pictures, stored: &Stored) -> io::Result<Ref> {
        let number = self.file.reserve();
        match stored {
            Stored::Jpeg(jpeg) => {
                let space = if jpeg.channels == 1 { "/DeviceGray" } else { "/DeviceRGB" };
                let size = pixels::size_entries(jpeg.width, jpeg.height);
                let entries = format!("{size} /ColorSpace {space} /BitsPerComponent 8 /Filter /DCTDecode");
                let blob = &pictures.media().blob;
                self.file.stream(number, &entries, blob.len_bytes(), &mut blob.source().open()?)?;
            }
            Stored::Packed(Packed { entries, data }) => {
                self.file.stream(number, entries, data.len() as u64, &mut data.as_slice())?;
            }
        }
        Ok(number)
    }

    fn page(
        &mut self,
        picture: Ref,
        (width, height): (f32, f32),
        placement: [f32; 6],
        text: Option<(&PageLayer, InvisibleText)>,
    ) -> io::Result<()> {
        let (page, content) = (self.file.reserve(), self.file.reserve());
        let mut operators = Content::new();
        operators.save_state().transform(placement).x_object(PICTURE).restore_state();
        let mut operators = operators.finish().into_vec();
        let mut font = None;
        if let Some((layer, text)) = text {
            let first = self.file.reserve_many(InvisibleFont::OBJECTS);
            for object in text.font.objects(first, |data| (deflated(&data), Some(Filter::FlateDecode))) {
                self.file.object(&object)?;
            }
            font = Some(Ref::new(first));
            let (width_px, height_px) = layer.size();
            let mut scale = Content::new();
            scale.save_state().transform([width / width_px, 0.0, 0.0, height / height_px, 0.0, 0.0]);
            operators.push(b'\n');
            operators.extend(scale.finish().into_vec());
            operators.push(b'\n');
            operators.extend(text.operators);
            operators.extend(b"\nQ");
        }
        let data = deflated(&operators);
        let mut chunk = Chunk::new();
        chunk.stream(content, &data).filter(Filter::FlateDecode);
        self.file.object(&chunk)?;
        let mut chunk = Chunk::new();
        let mut object = chunk.page(page);
        object.parent(self.tree).media_box(Rect::new(0.0, 0.0, width, height)).contents(content);
        let mut resources = object.resources();
        resources.x_objects().pair(PICTURE, picture);
        if let Some(font) = font {
            resources.fonts().pair(FONT, font);
        }
        resources.finish();
        object.finish();
        self.file.object(&chunk)?;
        self.pages.push(page);
        Ok(())
    }
}

/// The picture and its size as it is shown: as the file has it if a PDF can hold that, else its pixels.
fn stored(pictures: &Pictures, index: usize) -> Result<(Stored, (u32, u32)), Failure> {
    let media = pictures.media();
    let is_first = index == 0;
    let input = || media.blob.source().open().map(io::BufReader::new).map_err(unwritable);
    if is_first
        && media.format == MediaFormat::Jpeg
        && let Some(jpeg) = Jpeg::look(input()?)
    {
        return Ok((Stored::Jpeg(jpeg), jpeg.shown_size()));
    }
    if is_first
        && media.format == MediaFormat::Png
        && let Some(png) = Png::look(input()?)
    {
        let size = (png.width, png.height);
        return Ok((Stored::Packed(pixels::packed_png(png)), size));
    }
    let raster = pictures.decode(index)?;
    Ok((Stored::Packed(pixels::pack(&raster)?), (raster.width(), raster.height())))
}

/// In points.
fn page_size((width, height): (u32, u32), dpi: Option<u32>) -> (f32, f32) {
    let (width, height) = (width as f32, height as f32);
    let longest = width.max(height);
    let claimed = dpi.map(|dpi| dpi as f32).filter(|dpi| *dpi >= LEAST_DPI);
    let dpi = claimed.unwrap_or((longest / PAPER_INCHES).max(SCREEN_DPI)).max(longest / MOST_INCHES);
    // No page is thinner than its reader can make out.
    let points = |pixels: f32| (pixels / dpi * 72.0).max(1.0);
    (points(width), points(height))
}

fn deflated(data: &[u8]) -> Vec<u8> {
    let mut encoder = ZlibEncoder::new(Vec::with_capacity(data.len() / 2), Compression::default());
    encoder.write_all(data).and_then(|()| encoder.finish()).expect("memory takes all that is written to it")
}

#[expect(clippy::needless_pass_by_value, reason = "it is what `map_err` gives")]
fn unwritable(error: io::Error) -> Failure {
    Failure::broken(format!("the PDF cannot be written: {error}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pages_are_as_large_as_paper_unless_the_file_knows_better() {
        for (size, dpi, wanted) in [
            // A4 scans, with and without a resolution that means something.
            ((1654, 2339), Some(200), (595, 842)),
            ((2480, 3508), None, (595, 842)),
            ((2480, 3508), Some(72), (595, 842)),
            // A photograph, a small sign, a long receipt.
            ((4000, 3000), Some(72), (842, 631)),
            ((320, 96), None, (240, 72)),
            ((30_000, 300), Some(100), (14_400, 144)),
        ] {
            let (width, height) = page_size(size, dpi);
            assert_eq!((width.round() as i32, height.round() as i32), wanted, "{size:?} {dpi:?}");
        }
    }
}
