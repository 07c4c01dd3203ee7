//! Pages of a reading as pictures with their boxes outlined, to show what was read where.
//!
//! Pictures that can be fetched later are kept in a folder of
//! this process, bounded and for an hour, and go with it.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use bytes::Bytes;
use mediary_convert::image::{draw_boxes, encode_png};
use mediary_core::document::Page;
use mediary_core::{Failure, Raster};
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
        let mut painter = self.painter(&reading.media, options).await?;
        let mut drawn = Vec::with_capacity(reading.pages.len());
        for page in reading.pages.iter().filter_map(|outcome| outcome.page.clone().ok()) {
            let (index, dpi) = (page.index, page.dpi);
            // For the page, and for the copy that is drawn on.
            drawn.push((index, painter.paint(index, dpi, 2, move |raster| png_of(raster, &page)).await?));
        }
        painter.close().await;
        Ok(drawn)
    }

    /// Keeps pictures of the pages of a reading for a while, to be fetched by its id and the client that had it read.
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

    /// A picture that was kept, as PNG or JPEG; `None` if there is none, or none any more.
    pub async fn drawing(&self, client: Vec<u8>, reading: String, index: usize) -> Option<Vec<u8>> {
        let shelf = self.drawings.shelf()?;
        blocking::run(move || Ok(shelf.cache.get(&key(&client, &reading, index)))).await.ok().flatten()
    }
}

fn png_of(raster: &Raster, page: &Page) -> Result<Vec<u8>, Failure> {
    encode_png(&draw_boxes(raster, page))
}
