//! Reading pictures: each page of the file is decoded when its turn comes, never all at once.

use mediary_convert::image::{self, ImageLimits};
use mediary_core::{Failure, FailureKind, Media};

use super::read::{Frame, ReadOptions};
use super::reading::{AttemptLog, PageOutcome};
use super::{Gateway, blocking};

/// No decoder here goes beyond it, and no camera or scanner does.
const MAX_SIDE_PX: u32 = 30_000;

impl Gateway {
    pub(super) async fn read_pictures(
        &self,
        media: &Media,
        options: &ReadOptions,
        progress: &(dyn Fn(usize, usize) + Sync),
        attempts: &mut AttemptLog,
    ) -> Result<(usize, Vec<PageOutcome>), Failure> {
        if options.text_layer_only {
            return Err(Failure::malformed(
                "a picture has no text of its own; leave `text_layer_only` out to have it recognised",
            ));
        }
        let limits = ImageLimits {
            max_bytes: self.limits.image.bytes.get(),
            max_pixels: self.limits.image.pixels.get(),
            max_side_px: MAX_SIDE_PX,
            max_pages: self.limits.document.pages as usize,
        };
        // Refused before anything is decoded, if the engine has no place.
        let mut ticket = self.ocr.enter()?;
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
            let page = match raster {
                Ok(raster) => self.recognise(&mut ticket, raster, Frame { index, dpi }, options.words, attempts).await,
                Err(failure) => Err(failure),
            };
            if let Err(failure) = &page
                && failure.kind == FailureKind::NotInstalled
            {
                return Err(failure.clone());
            }
            outcomes.push(PageOutcome { index, page, needs_ocr: false });
            progress(outcomes.len(), indices.len());
        }
        Ok((total, outcomes))
    }
}
