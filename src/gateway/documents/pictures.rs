//! Reading pictures: each page of the file is decoded when its turn comes, never all at once.

use std::sync::Arc;

use mediary_convert::image::{self, ImageLimits};
use mediary_core::{Failure, Media};

use super::super::{Gateway, blocking};
use super::engine::Picture;
use super::page_reader::PageReader;
use super::read::{OnPage, Progress, ReadOptions};
use super::reading::{AttemptLog, PageOutcome};

/// No decoder here goes beyond it, and no camera or scanner does.
const MAX_SIDE_PX: u32 = 30_000;

impl Gateway {
    pub(super) async fn read_pictures(
        &self,
        media: &Media,
        options: &ReadOptions,
        on_page: OnPage<'_>,
        reader: &mut PageReader<'_>,
        attempts: &mut AttemptLog,
    ) -> Result<(usize, Vec<PageOutcome>), Failure> {
        if options.text_layer_only {
            return Err(Failure::malformed(
                "a picture has no text of its own; leave `text_layer_only` out to have it recognised",
            ));
        }
        // Refused before anything is decoded, if the engine has no place.
        reader.take_place()?;
        let limits = self.image_limits();
        let source = media.clone();
        let mut pictures = blocking::run(move || image::open(&source, &limits)).await?;
        let total = pictures.pages();
        let indices = options.pages.indices(total).map_err(|error| Failure::malformed(error.to_string()))?;
        let mut outcomes = Vec::with_capacity(indices.len());
        for &index in &indices {
            let decoded = blocking::run(move || {
                let raster = pictures.decode(index);
                let dpi = pictures.dpi(index);
                Ok((raster, dpi, pictures))
            });
            let (raster, dpi, back) = decoded.await?;
            pictures = back;
            let outcome = match raster {
                Ok(raster) => {
                    let picture = Picture { raster: Arc::new(raster), index, dpi, words: options.words };
                    reader.page(&picture, attempts).await?
                }
                Err(failure) => PageOutcome::failed(index, failure),
            };
            outcomes.push(outcome);
            on_page(&outcomes[outcomes.len() - 1], Progress { done: outcomes.len(), total: indices.len() });
        }
        Ok((total, outcomes))
    }
    /// What a picture may be, beyond its size in bytes.
    pub(in super::super) fn image_limits(&self) -> ImageLimits {
        ImageLimits {
            max_bytes: self.limits.image.bytes.get(),
            max_pixels: self.limits.image.pixels.get(),
            max_side_px: MAX_SIDE_PX,
            max_pages: self.limits.document.pages as usize,
        }
    }
}
