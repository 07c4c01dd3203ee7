//! Pages of a reading as pictures with their boxes outlined, to show what was read where.
//!
//! Pages are rendered anew: a reading holds no pixels. Pictures that can be fetched later are kept in a folder of
//! this process, bounded and for an hour, and go with it.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use bytes::Bytes;
use mediary_convert::image::{draw_boxes, encode_png};
use mediary_convert::pdf::{PageOrder, TextPolicy};
use mediary_core::document::Page;
use mediary_core::{Failure, Hold, Media, MediaFormat, MediaKind, Raster};
use mediary_store::{CacheKey, DiskCache};
use tempfile::TempDir;

use super::super::blocking;
use super::Reader;
use super::options::ReadOptions;
use super::reading::Reading;

/// The most that is kept.
const MOST_BYTES: u64 = 128_000_000;
/// For so long.
const KEPT_FOR: Duration = Duration::from_hours(1);

/// Pictures that can be fetched. The folder is made with the first of them.
#[derive(Debug, Default)]
pub(in super::super) struct Drawings(Mutex<Option<Arc<Shelf>>>);

/// The folder, which goes with the process.
#[derive(Debug)]
struct Shelf {
    cache: DiskCache,
    _folder: TempDir,
}

impl Drawings {
    fn shelf(&self) -> Option<Arc<Shelf>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    fn shelf_or_new(&self) -> Result<Arc<Shelf>, Failure> {
        let mut place = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(shelf) = &*place {
            return Ok(shelf.clone());
        }
        let failed = |error: &dyn std::fmt::Display| Failure::broken(format!("pictures cannot be kept: {error}"));
        let folder = tempfile::Builder::new().prefix("mediary-drawings-").tempdir().map_err(|error| failed(&error))?;
        let cache = DiskCache::open(folder.path().join("pages"), MOST_BYTES).map_err(|error| failed(&error))?;
        let shelf = Shelf { cache: cache.with_max_age(KEPT_FOR), _folder: folder };
        Ok(place.insert(Arc::new(shelf)).clone())
    }
}

/// The client is part of the key: a picture is shown to no other.
fn key(client: &[u8], reading: &str, index: usize) -> CacheKey {
    CacheKey::of([client, reading.as_bytes(), &index.to_le_bytes()])
}

impl Reader {
    /// Draws every page that was read, as PNG, with its place in the document. The bytes carry their permit.
    ///
    /// # Errors
    /// When the medium has no pictures or cannot be rendered; busy when there is no more room.
    pub async fn draw(&self, reading: &Reading, options: &ReadOptions) -> Result<Vec<(usize, Bytes)>, Failure> {
        let pages: Vec<Page> = reading.pages.iter().filter_map(|outcome| outcome.page.clone().ok()).collect();
        match reading.media.kind() {
            MediaKind::Document if reading.media.format == MediaFormat::Pdf => {
                self.draw_document(&reading.media, options, pages).await
            }
            MediaKind::Image => self.draw_pictures(&reading.media, pages).await,
            MediaKind::Document | MediaKind::Text | MediaKind::Audio | MediaKind::Video => {
                Err(Failure::malformed(format!(
                    "{} ({}) has no pages to draw; use another `output` than image",
                    reading.media.kind(),
                    reading.media.format
                )))
            }
        }
    }

    /// Keeps the drawn pages of a reading for a while, to be fetched by its id and the client that had it read.
    ///
    /// # Errors
    /// When the disk is full.
    pub async fn keep_drawings(
        &self,
        client: &[u8],
        reading: String,
        pages: Vec<(usize, Bytes)>,
    ) -> Result<(), Failure> {
        let client = client.to_vec();
        let shelf = self.drawings.shelf_or_new()?;
        blocking::run(move || {
            for (index, png) in pages {
                let kept = shelf.cache.put(&key(&client, &reading, index), &png);
                kept.map_err(|error| Failure::broken(error.to_string()))?;
            }
            Ok(())
        })
        .await
    }

    /// A drawn page, as PNG; `None` if there is none, or none any more.
    pub async fn drawing(&self, client: Vec<u8>, reading: String, index: usize) -> Option<Vec<u8>> {
        let shelf = self.drawings.shelf()?;
        blocking::run(move || Ok(shelf.cache.get(&key(&client, &reading, index)))).await.ok().flatten()
    }

    async fn draw_document(
        &self,
        media: &Media,
        options: &ReadOptions,
        pages: Vec<Page>,
    ) -> Result<Vec<(usize, Bytes)>, Failure> {
        let mut document = self.open(&media.blob, options.password.as_deref()).await?;
        let mut drawn = Vec::with_capacity(pages.len());
        for page in pages {
            let order = PageOrder {
                index: page.index,
                dpi: page.dpi,
                text: TextPolicy::Ignore,
                trust: self.recipe.text_layer,
                rendering: self.recipe.render,
            };
            // For the page, and for the copy that is drawn on.
            let mut room = self.room_for_pages(2).await?;
            let mut for_copy = room.split(self.recipe.render.most_pixels());
            let (_, raster) = Self::page(&mut document, order, room).await?;
            let raster = raster.ok_or_else(|| Failure::broken("the worker sent no picture"))?;
            for_copy.shrink_to(u64::from(raster.width()) * u64::from(raster.height()));
            let index = page.index;
            let png = blocking::run(move || {
                let png = png_of(&raster, &page);
                drop(for_copy);
                png
            });
            drawn.push((index, self.held_png(png.await?)?));
        }
        document.close().await;
        Ok(drawn)
    }

    async fn draw_pictures(&self, media: &Media, pages: Vec<Page>) -> Result<Vec<(usize, Bytes)>, Failure> {
        let pictures = self.pictures(media).await?;
        let mut drawn = Vec::with_capacity(pages.len());
        for page in pages {
            let room = &self.admission.pixels;
            let both = room.take(pictures.weight(page.index).saturating_mul(2).min(room.all())).await?.hold();
            let (index, pictures) = (page.index, pictures.clone());
            let png = blocking::run(move || png_of(&pictures.decode(index)?.held(both), &page));
            drawn.push((index, self.held_png(png.await?)?));
        }
        Ok(drawn)
    }

    fn held_png(&self, png: Vec<u8>) -> Result<Bytes, Failure> {
        let hold = self.admission.holding(png.len() as u64)?;
        Ok(Bytes::from_owner(HeldPng { png, _hold: hold }))
    }
}

/// A picture as long as it is in memory.
struct HeldPng {
    png: Vec<u8>,
    _hold: Hold,
}

impl AsRef<[u8]> for HeldPng {
    fn as_ref(&self) -> &[u8] {
        &self.png
    }
}

fn png_of(raster: &Raster, page: &Page) -> Result<Vec<u8>, Failure> {
    encode_png(&draw_boxes(raster, page))
}
