//! Pages as pictures, one after another, with their document open meanwhile.
//!
//! A reading holds no pixels, so whatever shows its pages renders them anew: drawings with what was read outlined, and
//! plain pictures for a viewer that draws the outlines itself.

use std::sync::Arc;

use bytes::Bytes;
use mediary_convert::image::{Pictures, encode_jpeg};
use mediary_convert::pdf::{OpenPdf, PageOrder, TextPolicy};
use mediary_core::document::{Page, Rect};
use mediary_core::{Failure, Hold, Media, MediaFormat, MediaKind, Raster};

use super::super::admission::Permit;
use super::super::blocking;
use super::Reader;
use super::options::ReadOptions;

/// Of pages that are looked at: their letters stay sharp, and a page stays below a megabyte.
const JPEG_QUALITY: u8 = 85;

/// Paints the pages of one document.
#[derive(Debug)]
pub struct Painter<'r> {
    reader: &'r Reader,
    opened: Opened,
}

#[derive(Debug)]
enum Opened {
    Pdf(Box<OpenPdf>),
    Pictures(Arc<Pictures>),
}

impl Reader {
    /// Opens a document to paint its pages, waiting for a worker if need be.
    ///
    /// # Errors
    /// When the medium has no pictures or does not open; busy when there is no room in time.
    pub async fn painter(&self, media: &Media, options: &ReadOptions) -> Result<Painter<'_>, Failure> {
        let opened = match (media.kind(), media.format) {
            (MediaKind::Document, MediaFormat::Pdf) => {
                Opened::Pdf(Box::new(self.open(&media.blob, options.password.as_deref()).await?))
            }
            (MediaKind::Image, _) => Opened::Pictures(self.pictures(media).await?),
            (MediaKind::Document | MediaKind::Text | MediaKind::Audio | MediaKind::Video, _) => {
                return Err(Failure::malformed(format!(
                    "{} ({}) has no pages to draw; use another `output` than image",
                    media.kind(),
                    media.format
                )));
            }
        };
        Ok(Painter { reader: self, opened })
    }

    /// The same if a worker is free this moment: while a document is read, that may be the last one.
    pub async fn painter_if_free(&self, media: &Media, options: &ReadOptions) -> Option<Painter<'_>> {
        match media.format {
            MediaFormat::Pdf => {
                let opened = self.open_if_free(&media.blob, options.password.as_deref()).await?;
                Some(Painter { reader: self, opened: Opened::Pdf(Box::new(opened)) })
            }
            _ => self.painter(media, options).await.ok(),
        }
    }

    /// A PNG with a permit for its bytes, or whatever else a page became.
    pub(super) fn held_picture(&self, bytes: Vec<u8>) -> Result<Bytes, Failure> {
        let hold = self.admission.holding(bytes.len() as u64)?;
        Ok(Bytes::from_owner(HeldPicture { bytes, _hold: hold }))
    }
}

impl Painter<'_> {
    /// A page as it was sent, as JPEG: its place in the document, and the resolution that it was read at. The bytes carry
    /// their permit.
    ///
    /// # Errors
    /// When it cannot be rendered; busy when there is no more room.
    pub async fn jpeg(&mut self, index: usize, dpi: Option<u32>) -> Result<Bytes, Failure> {
        self.paint(index, dpi, 1, |raster| encode_jpeg(raster, JPEG_QUALITY)).await
    }

    /// The parts of a page that was read at these places, as JPEG.
    ///
    /// # Errors
    /// As [`Painter::jpeg`].
    pub(super) async fn cut(&mut self, page: &Page, places: Vec<Rect>) -> Result<Vec<Bytes>, Failure> {
        let size = (page.width_px as f32, page.height_px as f32);
        let parts = self.paint_all(page.index, page.dpi, 2, move |raster| {
            let parts = places.iter().map(|place| encode_jpeg(&part_of(raster, place, size), JPEG_QUALITY));
            parts.collect::<Result<Vec<Vec<u8>>, Failure>>()
        });
        parts.await?.into_iter().map(|part| self.reader.held_picture(part)).collect()
    }

    /// Makes a picture of a page, with room for so many copies of its pixels while it is made.
    ///
    /// # Errors
    /// As [`Painter::jpeg`].
    pub(super) async fn paint(
        &mut self,
        index: usize,
        dpi: Option<u32>,
        copies: usize,
        made: impl FnOnce(&Raster) -> Result<Vec<u8>, Failure> + Send + 'static,
    ) -> Result<Bytes, Failure> {
        let picture = self.paint_all(index, dpi, copies, made).await?;
        self.reader.held_picture(picture)
    }

    async fn paint_all<T: Send + 'static>(
        &mut self,
        index: usize,
        dpi: Option<u32>,
        copies: usize,
        made: impl FnOnce(&Raster) -> Result<T, Failure> + Send + 'static,
    ) -> Result<T, Failure> {
        let reader = self.reader;
        match &mut self.opened {
            Opened::Pdf(document) => {
                let (raster, room) = rendered(reader, document, index, dpi, copies).await?;
                blocking::run(move || {
                    let picture = made(&raster);
                    drop(room);
                    picture
                })
                .await
            }
            Opened::Pictures(pictures) => {
                let room = &reader.admission.pixels;
                let weight = pictures.weight(index).saturating_mul(copies as u64).min(room.all());
                let room = room.take(weight).await?.hold();
                let pictures = pictures.clone();
                blocking::run(move || made(&pictures.decode(index)?.held(room))).await
            }
        }
    }

    /// Gives the worker back.
    pub async fn close(self) {
        if let Opened::Pdf(document) = self.opened {
            document.close().await;
        }
    }
}

/// The part of a picture of a page at a place on that page, which is so large; at least a pixel.
fn part_of(raster: &Raster, place: &Rect, (width, height): (f32, f32)) -> Raster {
    let across = |x: f32| (x / width.max(1.0) * raster.width() as f32).clamp(0.0, raster.width() as f32);
    let down = |y: f32| (y / height.max(1.0) * raster.height() as f32).clamp(0.0, raster.height() as f32);
    let left = (across(place.left).floor() as u32).min(raster.width().saturating_sub(1));
    let top = (down(place.top).floor() as u32).min(raster.height().saturating_sub(1));
    let (right, bottom) = (across(place.right).ceil() as u32, down(place.bottom).ceil() as u32);
    raster.part(left, top, right.saturating_sub(left).max(1), bottom.saturating_sub(top).max(1))
}

/// A page of a PDF, and the room for further copies of it.
async fn rendered(
    reader: &Reader,
    document: &mut OpenPdf,
    index: usize,
    dpi: Option<u32>,
    copies: usize,
) -> Result<(Raster, Option<Hold>), Failure> {
    let order = PageOrder {
        index,
        dpi,
        text: TextPolicy::Ignore,
        trust: reader.recipe.text_layer,
        rendering: reader.recipe.render,
    };
    let each = reader.recipe.render.most_pixels();
    let (room, mut for_copies) = apart(reader.room_for_pages(copies).await?, each, copies);
    let (reply, mut raster) = Reader::page(document, order.clone(), room).await?;
    if let Some(pixels) = reply.needs_pixels {
        drop(for_copies.take());
        let (room, rendering) = reader.room_for_sheet(pixels, copies).await?;
        let (room, more) = apart(room, rendering.most_pixels(), copies);
        for_copies = more;
        (_, raster) = Reader::page(document, PageOrder { rendering, ..order }, room).await?;
    }
    let raster = raster.ok_or_else(|| Failure::broken("the worker sent no picture"))?;
    let for_copies = for_copies.map(|mut room| {
        room.shrink_to(u64::from(raster.width()) * u64::from(raster.height()));
        room.hold()
    });
    Ok((raster, for_copies))
}

/// The room for a page, and that for its copies, of which the page is one.
fn apart(mut room: Permit, each: u64, copies: usize) -> (Permit, Option<Permit>) {
    let for_copies = (copies > 1).then(|| room.split(each));
    (room, for_copies)
}

/// A picture as long as it is in memory.
struct HeldPicture {
    bytes: Vec<u8>,
    _hold: Hold,
}

impl AsRef<[u8]> for HeldPicture {
    fn as_ref(&self) -> &[u8] {
        &self.bytes
    }
}
